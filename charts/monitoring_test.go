package charts

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// withMonitoring has helm believe that the cluster has the Prometheus Operator's API.
var withMonitoring = []string{"--api-versions", "monitoring.coreos.com/v1"}

func monitored(t *testing.T, args ...string) []client.Object {
	t.Helper()
	return render(t, operatorChart, slices.Concat(withMonitoring, args)...)
}

func TestMonitoringIsThereWhereItsAPIIsAndNobodyDeclines(t *testing.T) {
	for name, c := range map[string]struct {
		args            []string
		monitors, rules int
	}{
		"the cluster has no such API": {args: nil},
		"the cluster has it":          {args: withMonitoring, monitors: 1, rules: 1},
		"no ServiceMonitor":           {args: slices.Concat(withMonitoring, []string{"--set", "metrics.serviceMonitor.enabled=false"}), rules: 1},
		"no rules":                    {args: slices.Concat(withMonitoring, []string{"--set", "metrics.rules.enabled=false"}), monitors: 1},
		"no metrics":                  {args: slices.Concat(withMonitoring, []string{"--set", "metrics.enabled=false"})},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, operatorChart, c.args...)
			if n := count[*monitoringv1.ServiceMonitor](objects); n != c.monitors {
				t.Errorf("%d ServiceMonitors, want %d", n, c.monitors)
			}
			if n := count[*monitoringv1.PrometheusRule](objects); n != c.rules {
				t.Errorf("%d PrometheusRules, want %d", n, c.rules)
			}
		})
	}
}

func TestHowOftenAndHowLongToScrape(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want monitoringv1.Endpoint
	}{
		"as Prometheus has it": {},
		"as a county of counties wants it": {
			args: []string{"--set", "metrics.serviceMonitor.interval=60s", "--set", "metrics.serviceMonitor.scrapeTimeout=30s"},
			want: monitoringv1.Endpoint{Interval: "60s", ScrapeTimeout: "30s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := the[*monitoringv1.ServiceMonitor](t, monitored(t, c.args...), "release-liaison-operator").Spec.Endpoints[0]
			if endpoint.Interval != c.want.Interval || endpoint.ScrapeTimeout != c.want.ScrapeTimeout {
				t.Errorf("scraped each %q for at most %q, want %q and %q", endpoint.Interval, endpoint.ScrapeTimeout, c.want.Interval, c.want.ScrapeTimeout)
			}
		})
	}
}

// The API server of the tests has no such kinds, like that of a county without the Prometheus Operator.
func TestWithoutThePrometheusOperatorTheReleaseSaysWhatToDo(t *testing.T) {
	const words = "does not have the Prometheus Operator's kinds"
	for set, told := range map[string]bool{"replicas=1": true, "metrics.enabled=false": false, "metrics.serviceMonitor.enabled=false,metrics.rules.enabled=false": false} {
		printed, complaint := helm(t, "install", "named", operatorChart, "--kubeconfig", kubeconfigFile(t), "--namespace", cluster.Namespace(t),
			"--set", "crds.enabled=false,"+set, "--dry-run=server")
		if complaint != "" {
			t.Fatal(complaint)
		}
		if strings.Contains(printed, words) != told {
			t.Errorf("with %s the release says:\n%s", set, printed[strings.Index(printed, "NOTES"):])
		}
	}
}

func TestKustomizeMonitorsAsTheChartDoes(t *testing.T) {
	printed, complaint := helm(t, slices.Concat([]string{"template", "liaison-operator", operatorChart, "--namespace", "liaison-system"}, withMonitoring)...)
	if complaint != "" {
		t.Fatal(complaint)
	}
	fromChart := byName(decode(t, []byte(printed)))
	for name, object := range byName(kustomize(t, "prometheus")) {
		if diff := cmp.Diff(fromChart[name], object, cmpopts.IgnoreFields(metav1.ObjectMeta{}, "Labels")); diff != "" {
			t.Errorf("%s differs (-chart +kustomize):\n%s", name, diff)
		}
	}
	if n := len(kustomize(t, "prometheus")); n != 2 {
		t.Errorf("kustomize makes %d objects, want a ServiceMonitor and a PrometheusRule", n)
	}
}

// A county changes how alerts are routed and where runbooks are read, and drops alerts; what alerts fire on stays as it is.
func TestTheCountysWishesReachTheAlerts(t *testing.T) {
	const dropped = "LiaisonStationUnused"
	plain := the[*monitoringv1.PrometheusRule](t, monitored(t), "release-liaison-operator")
	wished := the[*monitoringv1.PrometheusRule](t, monitored(t, "--values", operatorChart+"/ci/county-values.yaml"), "release-liaison-operator")
	if wished.Labels["release"] != "kube-prometheus-stack" {
		t.Errorf("the PrometheusRule has the labels %v", wished.Labels)
	}
	var want []monitoringv1.Rule
	for _, rule := range rulesIn(plain) {
		if rule.Alert == dropped {
			continue
		}
		if rule.Alert != "" {
			rule.Labels["team"] = "county-it"
			rule.Annotations["runbook_url"] = "https://it.jixian.example/liaison/" + rule.Annotations["runbook_url"]
		}
		want = append(want, rule)
	}
	if diff := cmp.Diff(want, rulesIn(wished)); diff != "" {
		t.Errorf("the rules differ (-wished +rendered):\n%s", diff)
	}
}

func rulesIn(of *monitoringv1.PrometheusRule) (all []monitoringv1.Rule) {
	for _, group := range of.Spec.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func TestWhoeverScrapesIsKnownToTheOperator(t *testing.T) {
	const ownToken = "/var/run/secrets/kubernetes.io/serviceaccount/token"
	for name, c := range map[string]struct {
		set, scheme, tokenFile, secret, key string
		unchecked                           bool
	}{
		"by its own account":            {set: "replicas=1", scheme: "https", tokenFile: ownToken, unchecked: true},
		"by the token the chart makes":  {set: "watchNamespaces={jixian}", scheme: "https", secret: "release-liaison-operator-metrics-token", key: "token", unchecked: true},
		"by a token that is there":      {set: "metrics.tokenSecret.name=own,metrics.tokenSecret.key=bearer", scheme: "https", secret: "own", key: "bearer", unchecked: true},
		"with a certificate to check":   {set: "metrics.serviceMonitor.tlsConfig.insecureSkipVerify=false", scheme: "https", tokenFile: ownToken},
		"not at all where all may read": {set: "metrics.secure=false"},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := the[*monitoringv1.ServiceMonitor](t, monitored(t, "--set", c.set), "release-liaison-operator").Spec.Endpoints[0]
			if !endpoint.HonorLabels {
				t.Error("the stations' label namespace would be lost")
			}
			if got := endpoint.Scheme.String(); got != c.scheme {
				t.Errorf("the scheme is %q, want %q", got, c.scheme)
			}
			//nolint:staticcheck // deprecated without a successor: nothing else says "the token of whoever scrapes"
			if file := endpoint.BearerTokenFile; file != c.tokenFile {
				t.Errorf("the token is read from %q, want %q", file, c.tokenFile)
			}
			if secret, key := credentials(endpoint); secret != c.secret || key != c.key {
				t.Errorf("the token is key %q of Secret %q, want %q of %q", key, secret, c.key, c.secret)
			}
			if unchecked := endpoint.TLSConfig != nil && *endpoint.TLSConfig.InsecureSkipVerify; unchecked != c.unchecked {
				t.Errorf("the certificate goes unchecked: %v, want %v", unchecked, c.unchecked)
			}
		})
	}
}

func credentials(endpoint monitoringv1.Endpoint) (secret, key string) {
	if endpoint.Authorization == nil || endpoint.Authorization.Credentials == nil {
		return "", ""
	}
	return endpoint.Authorization.Credentials.Name, endpoint.Authorization.Credentials.Key
}

// The first of the weeks is what the alert's expression looks at.
func TestTheCountySaysAfterHowManyWeeksAStationIsNotUsed(t *testing.T) {
	plain := rulesIn(the[*monitoringv1.PrometheusRule](t, monitored(t), "release-liaison-operator"))
	patient := rulesIn(the[*monitoringv1.PrometheusRule](t, monitored(t, "--set", "metrics.rules.unusedWeeks=8"), "release-liaison-operator"))
	for i := range plain {
		if plain[i].Alert == "LiaisonStationUnused" {
			plain[i].For = new(monitoringv1.Duration("7w"))
		}
	}
	if diff := cmp.Diff(plain, patient); diff != "" {
		t.Errorf("after eight weeks the rules are (-want +got):\n%s", diff)
	}
}

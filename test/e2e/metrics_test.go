package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// scraper reads the operator's metrics as Prometheus would: over TLS, as a service account that may.
type scraper struct {
	*cluster
	token string
	http  *http.Client
}

type labels map[string]string

func (l labels) String() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(l)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, l[name]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func (c *cluster) scraper() *scraper {
	c.t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: "prometheus"}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "prometheus-reads-liaison-metrics"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: release + "-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: account.Namespace, Name: account.Name}},
	}
	for _, object := range []client.Object{account, binding} {
		if err := c.client.Create(c.t.Context(), object); err != nil {
			c.t.Fatal(err)
		}
	}
	request := &authenticationv1.TokenRequest{}
	if err := c.client.SubResource("token").Create(c.t.Context(), account, request); err != nil {
		c.t.Fatalf("requesting a token: %v", err)
	}
	return &scraper{cluster: c, token: request.Status.Token, http: &http.Client{
		Timeout: 10 * time.Second,
		// The operator makes a certificate for itself unless it is given one; who it is shows in its address here.
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
}

// refusesStrangers checks that without a token there is nothing to read.
func (s *scraper) refusesStrangers() {
	s.t.Helper()
	stranger := &scraper{cluster: s.cluster, http: s.http}
	if body, status, err := stranger.read(); err != nil || status != http.StatusUnauthorized {
		s.t.Fatalf("without a token the metrics answer %d (%v): %.100s", status, err, body)
	}
}

// read scrapes once. The operator's address is looked up each time, because a restart may move it.
func (s *scraper) read() (body []byte, status int, err error) {
	var pods corev1.PodList
	if err := s.client.List(s.t.Context(), &pods, client.InNamespace(operatorNamespace), client.MatchingLabels{"app.kubernetes.io/name": release}); err != nil {
		return nil, 0, err
	}
	if len(pods.Items) == 0 {
		return nil, 0, fmt.Errorf("no pod in %s is labelled %s", operatorNamespace, release)
	}
	address := "https://" + net.JoinHostPort(pods.Items[0].Status.PodIP, "8443") + "/metrics"
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return body, answer.StatusCode, err
}

func (s *scraper) families() (map[string]*dto.MetricFamily, error) {
	body, status, err := s.read()
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("the metrics answer %d: %.200s", status, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(bytes.NewReader(body))
}

// eventually waits until the series that bear the labels add up to a value, and there is at least one.
func (s *scraper) eventually(name string, want labels, value float64) {
	s.t.Helper()
	var last string
	s.waitFor(fmt.Sprintf("%s%s is %v", name, want, value), &last, func(families map[string]*dto.MetricFamily) bool {
		found, sum := 0, 0.0
		for _, metric := range families[name].GetMetric() {
			if bears(metric, want) {
				found++
				sum += metric.GetGauge().GetValue() + metric.GetCounter().GetValue() + metric.GetUntyped().GetValue()
			}
		}
		last = fmt.Sprintf("%d series, together %v", found, sum)
		return found > 0 && sum == value
	})
}

// eventuallyNothingAbout waits until no series mentions a station.
func (s *scraper) eventuallyNothingAbout(station string) {
	s.t.Helper()
	var last string
	s.waitFor("no series mentions "+station, &last, func(families map[string]*dto.MetricFamily) bool {
		var left []string
		for name, family := range families {
			for _, metric := range family.GetMetric() {
				if strings.HasPrefix(name, "liaison_") && bears(metric, labels{"station": station}) {
					left = append(left, name)
				}
			}
		}
		last = "left: " + strings.Join(left, " ")
		return len(left) == 0
	})
}

func (s *scraper) waitFor(what string, last *string, holds func(map[string]*dto.MetricFamily) bool) {
	s.t.Helper()
	err := wait.PollUntilContextTimeout(s.t.Context(), glance, patience, true, func(context.Context) (bool, error) {
		families, err := s.families()
		if err != nil {
			*last = err.Error() // the operator may be restarting
			return false, nil
		}
		return holds(families), nil
	})
	if err != nil {
		s.t.Fatalf("waited %s in vain until %s: %s", patience, what, *last)
	}
	s.t.Logf("            %s", what)
}

func bears(metric *dto.Metric, want labels) bool {
	got := labels{}
	for _, pair := range metric.GetLabel() {
		got[pair.GetName()] = pair.GetValue()
	}
	for name, value := range want {
		if got[name] != value {
			return false
		}
	}
	return true
}

// satisfiesPromtool has Prometheus' own linter look at a live scrape.
func (s *scraper) satisfiesPromtool() {
	s.t.Helper()
	body, status, err := s.read()
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("the metrics answer %d (%v)", status, err)
	}
	check := exec.CommandContext(s.t.Context(), filepath.Join(root, "bin", "promtool"), "check", "metrics")
	check.Stdin = bytes.NewReader(ours(body))
	if out, err := check.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		s.t.Errorf("promtool check metrics (%v):\n%s", err, out)
	}
}

// ours keeps the families that this project names; the rest are those of the Go runtime and of controller-runtime.
func ours(scrape []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(scrape) {
		name := bytes.TrimPrefix(bytes.TrimPrefix(line, []byte("# HELP ")), []byte("# TYPE "))
		if bytes.HasPrefix(name, []byte("liaison_")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

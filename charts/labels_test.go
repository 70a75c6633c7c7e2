package charts

import (
	"maps"
	"slices"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// render decodes strictly, so a key that stands twice in one map fails the test.
func TestALabelGivenTwiceStandsOnceAndTheNearestWins(t *testing.T) {
	objects := monitored(t, "--set", "commonLabels.team=all,commonLabels.county=jixian,podLabels.team=pod,"+
		"metrics.serviceMonitor.labels.team=monitor,metrics.rules.labels.team=rules,dashboards.enabled=true")
	pod := the[*appsv1.Deployment](t, objects, "release-liaison-operator").Spec.Template
	for what, c := range map[string]struct {
		labels map[string]string
		team   string
	}{
		"the Deployment":     {the[*appsv1.Deployment](t, objects, "release-liaison-operator").Labels, "all"},
		"its pod":            {pod.Labels, "pod"},
		"the ServiceMonitor": {the[*monitoringv1.ServiceMonitor](t, objects, "release-liaison-operator").Labels, "monitor"},
		"the PrometheusRule": {the[*monitoringv1.PrometheusRule](t, objects, "release-liaison-operator").Labels, "rules"},
		"a dashboard":        {the[*corev1.ConfigMap](t, objects, "release-liaison-operator-dashboard-county").Labels, "all"},
		"a CRD":              {the[*apiextensionsv1.CustomResourceDefinition](t, objects, "liaisonstations.liaison.township.dev").Labels, "all"},
	} {
		if c.labels["team"] != c.team || c.labels["county"] != "jixian" || c.labels["app.kubernetes.io/part-of"] != "liaison" {
			t.Errorf("%s has the labels %v, want team %s", what, c.labels, c.team)
		}
	}
}

func TestAnAnnotationGivenTwiceStandsOnce(t *testing.T) {
	const mark, generator = "liaison.township.dev/intake-defaults", "controller-gen.kubebuilder.io/version"
	objects := render(t, operatorChart, "--set", "intake.defaults.labels.a=b,podAnnotations.owner=pod,commonAnnotations.owner=all",
		"--set", `podAnnotations.liaison\.township\.dev/intake-defaults=mine,commonAnnotations.controller-gen\.kubebuilder\.io/version=mine`)
	pod := the[*appsv1.Deployment](t, objects, "release-liaison-operator").Spec.Template
	if pod.Annotations["owner"] != "pod" || pod.Annotations[mark] == "mine" {
		t.Errorf("the pod has the annotations %v", pod.Annotations)
	}
	crd := the[*apiextensionsv1.CustomResourceDefinition](t, objects, "liaisonstations.liaison.township.dev")
	if crd.Annotations["owner"] != "all" || crd.Annotations[generator] == "mine" {
		t.Errorf("the CRD has the annotations %v", crd.Annotations)
	}
}

// YAML reads 2026 as a number and true as a truth, which the API server refuses as a name.
func TestAReleaseMayBeNamedLikeANumberOrATruth(t *testing.T) {
	for _, c := range []struct {
		chart, release string
		args           []string
	}{
		{operatorChart, "2026", []string{"--set", "dashboards.enabled=true,networkPolicy.enabled=true,replicas=2"}},
		{operatorChart, "2026", []string{"--set-string", "watchNamespaces={2026,there}"}},
		{stationChart, "true", []string{"--values", full, "--set", "nameOverride=,roster.name="}},
	} {
		t.Run(c.chart, func(t *testing.T) {
			printed, complaint := helm(t, append([]string{"template", c.release, c.chart, "--namespace", "2025"}, c.args...)...)
			if complaint != "" {
				t.Fatal(complaint)
			}
			for _, object := range decode(t, []byte(printed)) {
				wellNamed(t, object, c.release)
			}
		})
	}
}

func wellNamed(t *testing.T, object client.Object, release string) {
	t.Helper()
	if labels := object.GetLabels(); labels["app.kubernetes.io/instance"] != release {
		t.Errorf("%T %s has the labels %v", object, object.GetName(), labels)
	}
	if station, ok := object.(*v1alpha1.LiaisonStation); ok && station.Spec.RosterRef.Name != release {
		t.Errorf("the station refers to roster %s", station.Spec.RosterRef.Name)
	}
}

// Whatever the schema takes as a name is a name in what is rendered, also where YAML would read it as something else.
func TestNamesMayLookLikeNumbersAndHoldDots(t *testing.T) {
	for _, name := range []string{"123", "1e3", "0x1f", "true", "null", "registry.example.gov.cn"} {
		t.Run(name, func(t *testing.T) {
			objects := monitored(t, "--set-json", `imagePullSecrets=[{"name": "`+name+`"}]`, "--set-string", "priorityClassName="+name+
				",metrics.certificateSecret="+name+",metrics.tokenSecret.name="+name+",metrics.tokenSecret.key="+name+",serviceAccount.name="+name)
			pod := the[*appsv1.Deployment](t, objects, "release-liaison-operator").Spec.Template.Spec
			secret, key := mountedToken(pod)
			credentials := only[*monitoringv1.ServiceMonitor](t, objects).Spec.Endpoints[0].Authorization.Credentials
			for what, found := range map[string]string{
				"the pull secret":                          pod.ImagePullSecrets[0].Name,
				"the priority class":                       pod.PriorityClassName,
				"the certificate's Secret":                 pod.Volumes[0].Secret.SecretName,
				"the token's Secret":                       secret,
				"the token's key":                          key,
				"the token's Secret in the ServiceMonitor": credentials.Name,
				"the token's key in the ServiceMonitor":    credentials.Key,
				"the pod's ServiceAccount":                 pod.ServiceAccountName,
				"the ServiceAccount":                       only[*corev1.ServiceAccount](t, objects).Name,
				"the subject of the operator's rights":     the[*rbacv1.ClusterRoleBinding](t, objects, "release-liaison-operator").Subjects[0].Name,
			} {
				if found != name {
					t.Errorf("%s is %q, want %q", what, found, name)
				}
			}
		})
	}
}

func TestTheFullNameMayLookLikeANumberOrATruth(t *testing.T) {
	for _, name := range []string{"123", "true"} {
		objects := monitored(t, "--set", "replicas=2,dashboards.enabled=true,networkPolicy.enabled=true,watchNamespaces={jixian}",
			"--set-string", "metrics.tokenSecret.key=1,fullnameOverride="+name)
		pod := the[*appsv1.Deployment](t, objects, name).Spec.Template.Spec
		if pod.ServiceAccountName != name || only[*corev1.ServiceAccount](t, objects).Name != name {
			t.Errorf("the pod's ServiceAccount is %q, want %q", pod.ServiceAccountName, name)
		}
		if role := the[*rbacv1.RoleBinding](t, objects, name).RoleRef.Name; role != name {
			t.Errorf("the operator's Role is %q, want %q", role, name)
		}
		if token := only[*corev1.Secret](t, objects); len(token.Data["1"]) == 0 {
			t.Errorf("the token's Secret has the keys %v", slices.Collect(maps.Keys(token.Data)))
		}
	}
}

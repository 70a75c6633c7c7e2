package charts

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The chart carries copies because Helm packs nothing from outside a chart's folder. `make manifests` renews them.
func TestCopiesAreWhatWasGenerated(t *testing.T) {
	for copied, generated := range map[string]string{
		filepath.Join("files", "crds"):       filepath.Join("crd", "bases"),
		filepath.Join("files", "dashboards"): filepath.Join("grafana", "dashboards"),
	} {
		if diff := cmp.Diff(contents(t, "..", "config", generated), contents(t, operatorChart, copied)); diff != "" {
			t.Errorf("the chart's %s is not what was generated; run make manifests (-generated +chart):\n%s", copied, diff)
		}
	}
	for copied, original := range map[string]string{"role.yaml": "rbac/role.yaml", "rules.yaml": "prometheus/rules.yaml"} {
		if !bytes.Equal(read(t, "..", "config", filepath.FromSlash(original)), read(t, operatorChart, "files", copied)) {
			t.Errorf("the chart's files/%s is not config/%s; run make manifests", copied, original)
		}
	}
}

// contents of the files in a folder, which must have some.
func contents(t *testing.T, folder ...string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(append(folder, "*")...))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s is empty (%v)", filepath.Join(folder...), err)
	}
	found := map[string]string{}
	for _, file := range files {
		found[filepath.Base(file)] = string(read(t, file))
	}
	return found
}

func TestChartGrantsExactlyTheGeneratedRules(t *testing.T) {
	generated := the[*rbacv1.ClusterRole](t, decode(t, read(t, "..", "config", "rbac", "role.yaml")), "liaison-operator")
	clusterWide := the[*rbacv1.ClusterRole](t, render(t, operatorChart), "release-liaison-operator")
	if diff := cmp.Diff(generated.Rules, clusterWide.Rules); diff != "" {
		t.Errorf("the ClusterRole differs from the generated one (-generated +chart):\n%s", diff)
	}
	namespaced := the[*rbacv1.Role](t, render(t, operatorChart, "--set", "watchNamespaces={jixian}"), "release-liaison-operator")
	if diff := cmp.Diff(generated.Rules, namespaced.Rules); diff != "" || namespaced.Namespace != "jixian" {
		t.Errorf("the Role in %q differs from the generated rules (-generated +chart):\n%s", namespaced.Namespace, diff)
	}
}

// What is written by hand in both is the same: the right to be elected, and to ask who scrapes.
func TestChartGrantsWhatTheKustomizationGrants(t *testing.T) {
	rendered := render(t, operatorChart)
	for file, kind := range map[string]string{"leader_election.yaml": "leader-election", "metrics.yaml": "metrics-auth"} {
		written := decode(t, read(t, "..", "config", "rbac", file))
		if diff := cmp.Diff(rulesOf(t, written, "liaison-operator-"+kind), rulesOf(t, rendered, "release-liaison-operator-"+kind)); diff != "" {
			t.Errorf("%s differs (-kustomization +chart):\n%s", kind, diff)
		}
	}
}

func rulesOf(t *testing.T, objects []client.Object, name string) []rbacv1.PolicyRule {
	t.Helper()
	for _, object := range objects {
		switch role := object.(type) {
		case *rbacv1.Role:
			if role.Name == name {
				return role.Rules
			}
		case *rbacv1.ClusterRole:
			if role.Name == name {
				return role.Rules
			}
		}
	}
	t.Fatalf("there is no role %s", name)
	return nil
}

func TestChartInstallsTheGeneratedCRDsAndKeepsThem(t *testing.T) {
	rendered := render(t, operatorChart, "--set-string", "commonAnnotations.owner=county-it")
	files, err := filepath.Glob(filepath.Join("..", "config", "crd", "bases", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		generated := decode(t, read(t, file))[0].(*apiextensionsv1.CustomResourceDefinition)
		installed := the[*apiextensionsv1.CustomResourceDefinition](t, rendered, generated.Name)
		if diff := cmp.Diff(generated.Spec, installed.Spec); diff != "" {
			t.Errorf("CRD %s differs (-generated +chart):\n%s", generated.Name, diff)
		}
		if installed.Annotations["helm.sh/resource-policy"] != "keep" || installed.Annotations["owner"] != "county-it" {
			t.Errorf("CRD %s has annotations %v; uninstalling would delete every station", generated.Name, installed.Annotations)
		}
	}
	if dropped := render(t, operatorChart, "--set", "crds.keep=false"); count[*apiextensionsv1.CustomResourceDefinition](dropped) != len(files) {
		t.Error("crds.keep=false leaves out CRDs")
	}
	if without := render(t, operatorChart, "--set", "crds.enabled=false"); count[*apiextensionsv1.CustomResourceDefinition](without) != 0 {
		t.Error("crds.enabled=false installs CRDs all the same")
	}
}

package charts

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kustomize renders a folder of config/ with the kubectl that localcluster builds, or the one in KUBECTL.
func kustomize(t *testing.T, folder string) []client.Object {
	t.Helper()
	binary := os.Getenv("KUBECTL")
	if binary == "" {
		binary = filepath.Join("..", "bin", "k8s", "kubectl")
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("there is no kubectl at %s: build it with hack/build-localcluster.sh, or set KUBECTL: %v", binary, err)
	}
	notice(t, filepath.Join("..", "config"))
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), binary, "kustomize", filepath.Join("..", "config", folder))
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("kubectl kustomize: %v\n%s", err, stderr.String())
	}
	return decode(t, printed)
}

func TestKustomizeMakesWhatTheAPIServerAccepts(t *testing.T) {
	for _, object := range kustomize(t, "default") {
		if _, installed := object.(*apiextensionsv1.CustomResourceDefinition); !installed {
			accepted(t, object)
		}
	}
}

// Chart and kustomize differ only in labels, in the Namespace that Helm makes by itself, and in where the intake's image is said.
func TestKustomizeMakesWhatTheChartMakes(t *testing.T) {
	fromKustomize := byName(kustomize(t, "default"))
	printed, complaint := helm(t, "template", "liaison-operator", operatorChart, "--namespace", "liaison-system")
	if complaint != "" {
		t.Fatal(complaint)
	}
	fromChart := byName(decode(t, []byte(printed)))
	for name, object := range fromChart {
		if deployment, ok := object.(*appsv1.Deployment); ok {
			container := &deployment.Spec.Template.Spec.Containers[0]
			container.Args = without(container.Args, "--intake-image=")
		}
		if fromKustomize[name] == nil {
			t.Errorf("kustomize makes no %s", name)
			continue
		}
		if diff := cmp.Diff(object, fromKustomize[name],
			cmpopts.IgnoreFields(metav1.ObjectMeta{}, "Labels", "Annotations"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s differs (-chart +kustomize):\n%s", name, diff)
		}
	}
	for name, object := range fromKustomize {
		if _, ok := object.(*corev1.Namespace); !ok && fromChart[name] == nil {
			t.Errorf("the chart makes no %s", name)
		}
	}
}

func TestKustomizeMakesTheDashboardsThatTheChartMakes(t *testing.T) {
	fromKustomize := byName(kustomize(t, "grafana"))
	printed, complaint := helm(t, "template", "liaison-operator", operatorChart, "--namespace", "liaison-system",
		"--set", "dashboards.enabled=true", "--show-only", "templates/dashboards.yaml")
	if complaint != "" {
		t.Fatal(complaint)
	}
	if diff := cmp.Diff(byName(decode(t, []byte(printed))), fromKustomize,
		cmpopts.IgnoreFields(metav1.ObjectMeta{}, "Labels", "Annotations")); diff != "" {
		t.Errorf("the dashboards differ (-chart +kustomize):\n%s", diff)
	}
	for name, object := range fromKustomize {
		accepted(t, object)
		if object.GetLabels()["grafana_dashboard"] != "1" {
			t.Errorf("the sidecar does not find %s by its labels %v", name, object.GetLabels())
		}
	}
}

func TestKustomizeGrantsUsersWhatTheChartGrants(t *testing.T) {
	labelled := func(objects []client.Object, name string) map[string]string {
		labels := the[*rbacv1.ClusterRole](t, objects, name).Labels
		aggregated := map[string]string{}
		for key, value := range labels {
			if strings.HasPrefix(key, "rbac.authorization.k8s.io/") {
				aggregated[key] = value
			}
		}
		return aggregated
	}
	fromKustomize, fromChart := kustomize(t, "default"), render(t, operatorChart)
	for _, role := range []string{"liaison-operator-view", "liaison-operator-edit"} {
		if diff := cmp.Diff(labelled(fromChart, "release-"+role), labelled(fromKustomize, role)); diff != "" {
			t.Errorf("%s is aggregated differently (-chart +kustomize):\n%s", role, diff)
		}
	}
}

func byName(objects []client.Object) map[string]client.Object {
	named := map[string]client.Object{}
	for _, object := range objects {
		named[object.GetObjectKind().GroupVersionKind().Kind+" "+object.GetNamespace()+"/"+object.GetName()] = object
	}
	return named
}

func without(args []string, prefix string) []string {
	var kept []string
	for _, arg := range args {
		if !strings.HasPrefix(arg, prefix) {
			kept = append(kept, arg)
		}
	}
	return kept
}

package charts

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kustomize renders a folder of config/ with the kubectl that localcluster builds, or the one in KUBECTL.
func kustomize(t *testing.T, folder string) []client.Object {
	t.Helper()
	return decode(t, run(t, kubectl(t), "kustomize", filepath.Join("..", "config", folder)))
}

// installFile is what `make dist` writes with these images.
func installFile(t *testing.T, operator, intake string) []client.Object {
	t.Helper()
	t.Setenv("KUBECTL", kubectl(t))
	notice(t, filepath.Join("..", "hack", "dist.sh"))
	file := filepath.Join(t.TempDir(), "new", "install.yaml")
	run(t, filepath.Join("..", "hack", "dist.sh"), file, operator, intake)
	return decode(t, read(t, file))
}

func kubectl(t *testing.T) string {
	t.Helper()
	binary := os.Getenv("KUBECTL")
	if binary == "" {
		binary = filepath.Join("..", "bin", "k8s", "kubectl")
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("there is no kubectl at %s: build it with hack/build-localcluster.sh, or set KUBECTL: %v", binary, err)
	}
	return absolute(t, binary)
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// run returns what a program that reads config/ printed.
func run(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	notice(t, filepath.Join("..", "config"))
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, stderr.String())
	}
	return printed
}

func TestKustomizeMakesWhatTheAPIServerAccepts(t *testing.T) {
	for _, object := range kustomize(t, "default") {
		if _, installed := object.(*apiextensionsv1.CustomResourceDefinition); !installed {
			accepted(t, object)
		}
	}
}

func TestKustomizeMakesWhatTheChartMakes(t *testing.T) {
	fromChart := renderAsKustomize(t)
	deployment := the[*appsv1.Deployment](t, fromChart, "liaison-operator")
	container := &deployment.Spec.Template.Spec.Containers[0]
	container.Args = without(container.Args, "--intake-image=") // the operator's own version is the default
	same(t, fromChart, kustomize(t, "default"))
}

func TestTheInstallFileIsWhatTheChartMakesWithTheSameImages(t *testing.T) {
	digest := func(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
	for name, c := range map[string]struct {
		operator, intake string
		values           string
	}{
		"images not built": {
			operator: "liaison.township.dev/liaison-operator:dev", intake: "liaison.township.dev/liaison-intake:dev",
			values: "image.tag=dev,intake.image.tag=dev",
		},
		"pinned images in a county's registry": {
			operator: "r.example:5000/liaison/liaison-operator:0.2.0@" + digest("a"), intake: "r.example:5000/liaison/liaison-intake:0.2.0@" + digest("b"),
			values: "image.registry=r.example:5000/liaison,image.tag=0.2.0,image.digest=" + digest("a") +
				",intake.image.registry=r.example:5000/liaison,intake.image.tag=0.2.0,intake.image.digest=" + digest("b"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, renderAsKustomize(t, "--set", c.values), installFile(t, c.operator, c.intake))
		})
	}
}

// same holds chart and kustomize against each other. They may differ in what Helm notes for itself, and kustomize makes the
// Namespace, which Helm does by --create-namespace.
func same(t *testing.T, fromChart, fromKustomize []client.Object) {
	t.Helper()
	chart, kustomized := byName(fromChart), byName(fromKustomize)
	for name, object := range chart {
		if kustomized[name] == nil {
			t.Errorf("kustomize makes no %s", name)
			continue
		}
		if diff := cmp.Diff(object, kustomized[name], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s differs (-chart +kustomize):\n%s", name, diff)
		}
	}
	for name := range kustomized {
		if !strings.HasPrefix(name, "Namespace ") && chart[name] == nil {
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

// renderAsKustomize renders the chart under the name and in the namespace that kustomize knows.
func renderAsKustomize(t *testing.T, args ...string) []client.Object {
	t.Helper()
	printed, complaint := helm(t, append([]string{"template", "liaison-operator", operatorChart, "--namespace", "liaison-system"}, args...)...)
	if complaint != "" {
		t.Fatal(complaint)
	}
	return decode(t, []byte(printed))
}

// byName names the objects, and takes from them what only Helm writes.
func byName(objects []client.Object) map[string]client.Object {
	named := map[string]client.Object{}
	for _, object := range objects {
		named[object.GetObjectKind().GroupVersionKind().Kind+" "+object.GetNamespace()+"/"+object.GetName()] = object
		object.SetLabels(withoutHelms(object.GetLabels()))
		object.SetAnnotations(withoutHelms(object.GetAnnotations()))
		if deployment, ok := object.(*appsv1.Deployment); ok {
			deployment.Spec.Template.Labels = withoutHelms(deployment.Spec.Template.Labels)
		}
	}
	return named
}

func withoutHelms(noted map[string]string) map[string]string {
	kept := maps.Clone(noted)
	for _, key := range []string{"helm.sh/chart", "helm.sh/resource-policy", "app.kubernetes.io/managed-by", "app.kubernetes.io/version"} {
		delete(kept, key)
	}
	return kept
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

package charts

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// previous has the charts of the release before this one, unpacked, and values that counties and townships gave them.
var previous = filepath.Join("..", "test", "upgrade", "testdata", "previous", "charts")

func TestReleasesOfThePreviousChartsAreUpgraded(t *testing.T) {
	for name, again := range map[string][]string{
		"with the values in files": {"--values"},
		"with the values kept":     {"--reset-then-reuse-values"},
	} {
		t.Run(name, func(t *testing.T) {
			notice(t, previous)
			kubeconfig, operators, county := kubeconfigFile(t), cluster.Namespace(t), cluster.Namespace(t)
			release := func(namespace, verb, chart, values string) {
				t.Helper()
				args := []string{verb, "named", chart, "--kubeconfig", kubeconfig, "--namespace", namespace}
				if verb == "install" {
					// The kinds of this release are there before, and not helm's.
					args = append(args, "--take-ownership", "--force-conflicts", "--values", values)
				} else if args = append(args, again...); again[0] == "--values" {
					args = append(args, values)
				}
				if _, complaint := helm(t, args...); complaint != "" {
					t.Fatalf("helm %v: %s", args, complaint)
				}
			}
			ofCounty, ofTownship := filepath.Join(previous, "county-values.yaml"), filepath.Join(previous, "township-values.yaml")
			release(operators, "install", filepath.Join(previous, "liaison-operator"), ofCounty)
			release(county, "install", filepath.Join(previous, "liaison-station"), ofTownship)
			before := declared(t, county)

			release(operators, "upgrade", operatorChart, ofCounty)
			wantPresentKinds(t)
			deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: operators, Name: "named-liaison-operator"}}
			if cluster.Get(t, deployment); *deployment.Spec.Replicas != 2 {
				t.Errorf("the county wants 2 replicas and has %d", *deployment.Spec.Replicas)
			}
			release(county, "upgrade", stationChart, ofTownship)
			for i, now := range declared(t, county) {
				was := before[i]
				if was.GetUID() != now.GetUID() || was.GetGeneration() != now.GetGeneration() {
					t.Errorf("%T %s was made anew, or changed:\n%s", now, now.GetName(), cmp.Diff(was, now))
				}
			}
			if _, complaint := helm(t, "uninstall", "named", "--kubeconfig", kubeconfig, "--namespace", operators); complaint != "" {
				t.Error(complaint)
			}
		})
	}
}

// declared are the objects of the release of a township.
func declared(t *testing.T, namespace string) []client.Object {
	t.Helper()
	objects := []client.Object{
		&v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "zhongduo"}},
		&v1alpha1.DeputyRoster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "zhongduo-deputies"}},
	}
	for _, object := range objects {
		cluster.Get(t, object)
	}
	return objects
}

// wantPresentKinds checks that the kinds are those of this release.
func wantPresentKinds(t *testing.T) {
	t.Helper()
	c, err := client.New(cluster.Config, client.Options{Scheme: scheme()})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range render(t, operatorChart) {
		want, ok := object.(*apiextensionsv1.CustomResourceDefinition)
		if !ok {
			continue
		}
		found := &apiextensionsv1.CustomResourceDefinition{}
		if err := c.Get(t.Context(), client.ObjectKeyFromObject(want), found); err != nil {
			t.Fatal(err)
		}
		if !equality.Semantic.DeepEqual(want.Spec.Versions, found.Spec.Versions) {
			t.Errorf("CRD %s is not that of this release", want.Name)
		}
	}
}

// Runtimes go by the digest of an image: with that of the release before, its program would run under the new version's name.
func TestAnUpgradeWithTheDigestOfTheReleaseBeforeIsRefused(t *testing.T) {
	next := filepath.Join(t.TempDir(), operatorChart)
	if err := os.CopyFS(next, os.DirFS(operatorChart)); err != nil {
		t.Fatal(err)
	}
	chart := strings.ReplaceAll(string(read(t, next, "Chart.yaml")), "ersion: 0.1.0", "ersion: 0.2.0")
	write(t, filepath.Join(next, "Chart.yaml"), chart)

	for _, path := range []string{"image", "intake.image"} {
		t.Run(path, func(t *testing.T) {
			place := []string{"--kubeconfig", kubeconfigFile(t), "--namespace", cluster.Namespace(t)}
			before, after := path+".digest=sha256:"+strings.Repeat("a", 64), path+".digest=sha256:"+strings.Repeat("b", 64)
			for _, step := range []struct{ verb, chart, set, says string }{
				{"install", operatorChart, "crds.enabled=false,image.registry=registry.example:5000/liaison," + before, ""},
				{"upgrade", operatorChart, "replicas=2", ""},
				{"upgrade", next, "replicas=1", path + ".digest is still that of 0.1.0; load.sh of this release prints the new one"},
				{"upgrade", next, path + ".tag=0.1.0", ""}, // whoever wants the program of before says so
				{"upgrade", next, path + ".tag=," + after, ""},
				{"upgrade", next, "replicas=2", ""},
			} {
				args := slices.Concat([]string{step.verb, "pinned", step.chart, "--set", step.set}, place)
				if step.verb == "upgrade" {
					args = append(args, "--reset-then-reuse-values")
				}
				if _, complaint := helm(t, args...); (complaint == "") != (step.says == "") || !strings.Contains(complaint, step.says) {
					t.Fatalf("helm %v: %q, want it to say %q", args, complaint, step.says)
				}
			}
			if _, complaint := helm(t, append([]string{"uninstall", "pinned"}, place...)...); complaint != "" {
				t.Error(complaint)
			}
		})
	}
}

package charts

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/test/controlplane"
)

func TestARestrictedNamespaceTakesTheTestOfARelease(t *testing.T) {
	restricted := &corev1.Namespace{}
	restricted.GenerateName, restricted.Labels = "restricted-", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	cluster.Create(t, restricted)
	for _, file := range exampleValues(t, stationChart) {
		for _, object := range render(t, stationChart, "--values", file) {
			if pod, ok := object.(*corev1.Pod); ok {
				pod.Namespace = restricted.Name
				accepted(t, pod)
			}
		}
	}
}

func TestTheTestRunsWhereAndWithWhatTheIntakeRuns(t *testing.T) {
	for name, c := range map[string]struct{ set, image string }{
		"as the operator's chart names it": {"reclaimPolicy=Retain", "liaison.township.dev/liaison-intake:0.1.0"},
		"as the station's intake":          {"intake.image=r.example/liaison-intake:1", "r.example/liaison-intake:1"},
		"as one is told":                   {"intake.image=r.example/liaison-intake:1,test.image=r.example/other:2", "r.example/other:2"},
	} {
		t.Run(name, func(t *testing.T) {
			const there = "intake.imagePullSecrets[0].name=account,intake.nodeSelector.stations=yes,intake.tolerations[0].key=stations,"
			pod := the[*corev1.Pod](t, render(t, stationChart, "--values", minimal, "--set", there+c.set), "release-test")
			if pod.Spec.Containers[0].Image != c.image {
				t.Errorf("the image is %s, want %s", pod.Spec.Containers[0].Image, c.image)
			}
			if pod.Spec.ImagePullSecrets[0].Name != "account" || pod.Spec.NodeSelector["stations"] != "yes" || pod.Spec.Tolerations[0].Key != "stations" {
				t.Errorf("it is not pulled or placed as the intake is: %+v", pod.Spec)
			}
		})
	}
	if made := count[*corev1.Pod](render(t, stationChart, "--values", minimal, "--set", "test.enabled=false")); made != 0 {
		t.Errorf("nobody wants a test, and there are %d", made)
	}
	if made := count[*corev1.Pod](render(t, stationChart, "--values", minimal, "--skip-tests")); made != 0 {
		t.Errorf("the pod is no test to helm: %d are left without tests", made)
	}
}

func TestTheTestMayBePulledAndPlacedOtherwise(t *testing.T) {
	const intake, own = "intake.imagePullSecrets[0].name=account,intake.nodeSelector.stations=yes,intake.tolerations[0].key=stations,",
		"test.imagePullSecrets[0].name=own,test.nodeSelector.tests=yes,test.tolerations[0].key=tests"
	pod := the[*corev1.Pod](t, render(t, stationChart, "--values", minimal, "--set", intake+own), "release-test").Spec
	if pod.ImagePullSecrets[0].Name != "own" || pod.NodeSelector["tests"] != "yes" || len(pod.NodeSelector) != 1 || pod.Tolerations[0].Key != "tests" {
		t.Errorf("it is not pulled or placed as it is told: %+v", pod)
	}
}

// What the operator decided about a station nobody but the station knows: it is looked at, unless the values say it all.
func TestTheTestIsPulledAndPlacedAsTheStationThatRuns(t *testing.T) {
	kubeconfig, county := kubeconfigFile(t), cluster.Namespace(t)
	const guessed = "No value names the image of that test"
	release := func(verb string, args ...string) (pod corev1.PodSpec, notes string) {
		t.Helper()
		printed, complaint := helm(t, append([]string{verb, "zhongduo", stationChart, "--kubeconfig", kubeconfig, "--namespace", county, "--values", minimal}, args...)...)
		if complaint != "" {
			t.Fatal(complaint)
		}
		hook, complaint := helm(t, "get", "hooks", "zhongduo", "--kubeconfig", kubeconfig, "--namespace", county)
		if complaint != "" {
			t.Fatal(complaint)
		}
		return the[*corev1.Pod](t, decode(t, []byte(hook)), "zhongduo-test").Spec, printed
	}

	pod, notes := release("install")
	if pod.Containers[0].Image != "liaison.township.dev/liaison-intake:0.1.0" || !strings.Contains(notes, guessed) {
		t.Errorf("without a station the test takes %s and the release says:\n%s", pod.Containers[0].Image, notes)
	}
	cluster.Create(t, runningIntake(county, "zhongduo-intake"))
	pod, notes = release("upgrade")
	if pod.Containers[0].Image != "county.example/liaison-intake:1" || strings.Contains(notes, guessed) {
		t.Errorf("with a station the test takes %s and the release says:\n%s", pod.Containers[0].Image, notes)
	}
	if pod.ImagePullSecrets[0].Name != "county" || pod.NodeSelector["county"] != "yes" || pod.Tolerations[0].Key != "county" {
		t.Errorf("it is not pulled or placed as the station is: %+v", pod)
	}
	pod, _ = release("upgrade", "--set", "test.image=own.example/liaison-intake:2,intake.nodeSelector.own=yes")
	if pod.Containers[0].Image != "own.example/liaison-intake:2" || len(pod.ImagePullSecrets) != 0 || pod.NodeSelector["own"] != "yes" {
		t.Errorf("values are outdone by the station: %+v", pod)
	}
}

// runningIntake is what the operator of a county with its own registry makes of a station.
func runningIntake(namespace, name string) *appsv1.StatefulSet {
	labels := map[string]string{"app": name}
	return &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.StatefulSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					Containers:       []corev1.Container{{Name: "mesh", Image: "mesh.example/proxy:1"}, {Name: "intake", Image: "county.example/liaison-intake:1"}},
					ImagePullSecrets: []corev1.LocalObjectReference{{Name: "county"}},
					NodeSelector:     map[string]string{"county": "yes"},
					Tolerations:      []corev1.Toleration{{Key: "county", Operator: corev1.TolerationOpExists}},
				},
			},
		},
	}
}

// helm, the API server and the probe are real; what stands in are the kubelet and the station.
func TestATestOfAReleaseTellsWhatTheProbeFound(t *testing.T) {
	probe := intake(t)
	for name, c := range map[string]struct {
		withdrawn string
		passes    bool
	}{
		"a station that serves":        {"withdrawn", true},
		"a station that keeps a probe": {"received", false},
	} {
		t.Run(name, func(t *testing.T) {
			kubeconfig, county := kubeconfigFile(t), cluster.Namespace(t)
			release := func(verb string, args ...string) (printed, complaint string) {
				return helm(t, append([]string{verb, "zhongduo", "--kubeconfig", kubeconfig, "--namespace", county}, args...)...)
			}
			if _, complaint := release("install", stationChart, "--values", minimal); complaint != "" {
				t.Fatal(complaint)
			}
			station := standIn(t, c.withdrawn)
			ran := make(chan string, 1)
			go func() { ran <- runAsKubelet(t, county, "zhongduo-test", probe, station) }()
			printed, complaint := release("test", "--timeout", "1m")
			if said := <-ran; strings.Contains(said, "--url") {
				t.Error(said)
			}
			if passes := complaint == "" && strings.Contains(printed, "Succeeded"); passes != c.passes {
				t.Errorf("helm test says %s%s", printed, complaint)
			}
		})
	}
}

// standIn answers as a station does that has one suggestion, which a withdrawal leaves in the state.
func standIn(t *testing.T, withdrawn string) string {
	t.Helper()
	state := "received"
	station := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/open311/v2/services.json":
			_, _ = fmt.Fprint(w, `[{"service_name": "道路交通"}]`)
		case "/status/withdraw":
			state = withdrawn
			w.WriteHeader(http.StatusSeeOther)
		default:
			_, _ = fmt.Fprintf(w, `{"code": "W69R-04ZW-8QKM", "secret": "7K2P-9XQD", "state": %q}`, state)
		}
	}))
	t.Cleanup(station.Close)
	return station.URL
}

// intake builds the program that the image of the test holds.
func intake(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "liaison-intake")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "township.dev/liaison/cmd/intake")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the intake: %v\n%s", err, printed)
	}
	return binary
}

// runAsKubelet waits for the pod, runs its container against the stand-in, and says in the pod's status how it ended.
func runAsKubelet(t *testing.T, namespace, name, binary, station string) string {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, controlplane.Patience, true, func(ctx context.Context) (bool, error) {
		err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(pod), pod)
		return err == nil, client.IgnoreNotFound(err)
	})
	if err != nil {
		return "helm makes no pod of the --url: " + err.Error()
	}
	args := pod.Spec.Containers[0].Args
	for i := range args {
		args[i] = strings.Replace(args[i], "http://zhongduo-intake."+namespace+".svc", station, 1)
	}
	phase := corev1.PodSucceeded
	printed, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
	if err != nil {
		phase = corev1.PodFailed
	}
	pod.Status.Phase = phase
	if err := cluster.Client.Status().Update(t.Context(), pod); err != nil {
		return err.Error()
	}
	return string(printed)
}

package lifecycle

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/podlog"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

func TestMain(m *testing.M) { nodetest.Main(m) }

// testIP is where the tests' containers listen: a loopback address of this process's own, so that two runs do not meet.
var testIP = fmt.Sprintf("127.130.%d.%d", os.Getpid()>>8&0xff, os.Getpid()&0xff|1)

// world is a node with one image, example.test/program, which is the test binary.
type world struct {
	t       *testing.T
	node    *Node
	clock   *clocktesting.FakeClock // nil in a world whose clock is the wall's
	objects *nodetest.Objects
	images  string
	dir     string
	events  *record.FakeRecorder
}

func newWorld(t *testing.T) *world { return makeWorld(t, clock.RealClock{}) }

// newStillWorld is a world in which time passes only when the test says so.
func newStillWorld(t *testing.T) *world {
	fake := clocktesting.NewFakeClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	w := makeWorld(t, fake)
	w.clock = fake
	return w
}

func makeWorld(t *testing.T, clock clock.WithTicker) *world {
	nodetest.RequireRoot(t)
	dir := t.TempDir()
	w := &world{t: t, objects: new(nodetest.Objects).Put(), dir: dir, events: record.NewFakeRecorder(1000)}
	w.images = nodetest.WriteFile(t, dir, "images.json", fmt.Sprintf(
		`[{"repository": "example.test/program", "binary": %q, "env": {"BIND_ADDRESS": "$(POD_IP)"}}]`, nodetest.Binary(t)))
	mountPoint := filepath.Join(dir, "root")
	if err := os.Mkdir(mountPoint, 0o755); err != nil {
		t.Fatal(err)
	}
	launcher := sandbox.NewLauncher()
	t.Cleanup(launcher.Close)
	env := podenv.Node{Name: "localcluster", HostIP: "127.0.0.1"}
	w.node = NewNode(Node{
		Clock: clock, Logger: slog.New(slog.DiscardHandler), Recorder: w.events, Launcher: launcher,
		Images: images.Open(w.images), Volumes: volumes.Sources{Objects: w.objects, Node: env}, Env: env, MountPoint: mountPoint,
	})
	return w
}

// start runs the pod written as YAML.
func (w *world) start(text string) *running {
	w.t.Helper()
	return w.startPod(parsePod(w.t, text), nil)
}

func (w *world) startPod(pod *corev1.Pod, after <-chan struct{}) *running {
	w.t.Helper()
	r := &running{world: w}
	r.Pod = Start(w.node, pod, Settings{
		Dir: filepath.Join(w.dir, string(pod.UID)), IP: testIP, After: after, Changed: func() { r.changes.Add(1) },
	})
	w.t.Cleanup(func() {
		r.Stop(0)
		<-r.Done()
	})
	return r
}

// running is a pod under test.
type running struct {
	*Pod
	world   *world
	changes atomic.Int64
}

// untilState waits until the first container is described so: reason and restart count, as in "CrashLoopBackOff 2".
func (r *running) untilState(want string) {
	r.world.t.Helper()
	nodetest.Eventually(r.world.t, func() string {
		if got := r.state(); got != want {
			return fmt.Sprintf("the container is %q, want %q (%s)", got, want, r.describeStatus())
		}
		return ""
	})
}

func (r *running) state() string {
	statuses := r.Status().ContainerStatuses
	if len(statuses) == 0 {
		return "none"
	}
	status := statuses[0]
	reason := "Running"
	switch {
	case status.State.Waiting != nil:
		reason = status.State.Waiting.Reason
	case status.State.Terminated != nil:
		reason = status.State.Terminated.Reason
	case status.Ready:
		reason = "Ready"
	}
	return fmt.Sprintf("%s %d", reason, status.RestartCount)
}

func (r *running) describeStatus() string {
	text, _ := json.Marshal(r.Status().ContainerStatuses)
	return string(text)
}

func (r *running) untilPhase(want corev1.PodPhase) {
	r.world.t.Helper()
	nodetest.Eventually(r.world.t, func() string {
		if got := r.Status().Phase; got != want {
			return fmt.Sprintf("the phase is %s, want %s (%s)", got, want, r.describeStatus())
		}
		return ""
	})
}

// log is what the container's run has printed.
func (r *running) log(container string, run int32) string {
	var text strings.Builder
	path := podlog.Path(r.dir, container, run)
	if err := podlog.Read(r.world.t.Context(), path, corev1.PodLogOptions{}, nil, &text); err != nil {
		return err.Error()
	}
	return text.String()
}

func (r *running) untilLog(container string, run int32, want string) {
	r.world.t.Helper()
	nodetest.Eventually(r.world.t, func() string {
		if got := r.log(container, run); !strings.Contains(got, want) {
			return fmt.Sprintf("the log is %q, want %q in it", got, want)
		}
		return ""
	})
}

// get asks the container on its port.
func (r *running) get(port int, path string) string { return r.ask(http.MethodGet, port, path) }

func (r *running) ask(method string, port int, path string) string {
	request, err := http.NewRequestWithContext(r.world.t.Context(), method, fmt.Sprintf("http://%s%s", net.JoinHostPort(testIP, fmt.Sprint(port)), path), nil)
	if err != nil {
		return err.Error()
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}

func (r *running) untilAnswer(port int, path, want string) {
	r.world.t.Helper()
	nodetest.Eventually(r.world.t, func() string {
		if got := r.get(port, path); got != want {
			return fmt.Sprintf("%s answers %q, want %q", path, got, want)
		}
		return ""
	})
}

// expectEvents waits for events that hold these texts, in this order.
func (w *world) expectEvents(wants ...string) {
	w.t.Helper()
	var seen []string
	for len(wants) > 0 {
		select {
		case event := <-w.events.Events:
			seen = append(seen, event)
			if strings.Contains(event, wants[0]) {
				wants = wants[1:]
			}
		case <-time.After(nodetest.Patience):
			w.t.Fatalf("no event %q (in this order) among:\n%s", wants[0], strings.Join(seen, "\n"))
		}
	}
}

// pass lets time pass once somebody waits for it.
func (w *world) pass(duration time.Duration) {
	w.t.Helper()
	nodetest.Eventually(w.t, func() string {
		if !w.clock.HasWaiters() {
			return "nobody waits for the clock"
		}
		return ""
	})
	w.clock.Step(duration)
}

func parsePod(t *testing.T, spec string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name, pod.UID = "jixian", "zhongduo-intake-0", types.UID("uid-"+strings.ReplaceAll(t.Name(), "/", "-"))
	if err := yaml.UnmarshalStrict([]byte(spec), &pod.Spec); err != nil {
		t.Fatal(err)
	}
	if pod.Spec.RestartPolicy == "" {
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	}
	return pod
}

// args writes a container's arguments in YAML's flow form.
func args(program string, more ...string) string {
	text, _ := json.Marshal(nodetest.Args(program, more...))
	return string(text)
}

package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/test/fixture"
)

func TestForwardsUntilInterrupted(t *testing.T) {
	kubelet := newKubelet(t)
	opened := kubelet.open(t)

	site := strings.TrimPrefix(opened.line(t), "site  ")
	if !strings.HasPrefix(site, "http://127.0.0.1:") || opened.line(t) != "desk  "+site+"desk" {
		t.Errorf("the site is at %q, and the desk not at it", site)
	}
	if got, want := opened.line(t), "Forwarding to pod jixian/zhongduo-intake-0 until interrupted (Ctrl-C)."; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := read(t, site); got != "人大代表联络站" {
		t.Errorf("the site says %q", got)
	}
	if want := "/portForward/jixian/zhongduo-intake-0 to port 18080"; kubelet.asked() != want {
		t.Errorf("asked for %s, want %s", kubelet.asked(), want)
	}
	if err := opened.program.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := opened.program.Wait(); err != nil {
		t.Errorf("interrupted, and ended with %v: %s", err, opened.errors)
	}
}

func TestEndOfThePodIsToldApartFromAnInterruption(t *testing.T) {
	kubelet := newKubelet(t)
	opened := kubelet.open(t)
	site := strings.TrimPrefix(opened.line(t), "site  ")
	opened.line(t)
	opened.line(t)
	read(t, site)
	kubelet.end()
	var failed *exec.ExitError
	if err := opened.program.Wait(); !errors.As(err, &failed) || failed.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	if told := opened.errors.String(); !strings.Contains(told, "error: forwarding to pod jixian/zhongduo-intake-0: ") || !strings.Contains(told, "run the command again") {
		t.Errorf("told %s", told)
	}
}

// opened is the command while it forwards.
type opened struct {
	program *exec.Cmd
	lines   *bufio.Scanner
	errors  *bytes.Buffer
}

func (o *opened) line(t *testing.T) string {
	t.Helper()
	if !o.lines.Scan() {
		t.Fatalf("nothing more is told: %v, %s", o.program.Wait(), o.errors)
	}
	return o.lines.Text()
}

func read(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// kubelet stands for the one of the pod's node. The API server asks it to forward, here to a site on the loopback interface.
type kubelet struct {
	site, node *httptest.Server

	mu         sync.Mutex
	wanted     string
	connection httpstream.Connection
}

func newKubelet(t *testing.T) *kubelet {
	t.Helper()
	k := &kubelet{}
	k.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, "人大代表联络站"); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(k.site.Close)
	k.node = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { k.forward(t, w, r) }))
	t.Cleanup(k.node.Close)
	return k
}

// open makes a station whose pod is on the node, and runs the command.
func (k *kubelet) open(t *testing.T) *opened {
	t.Helper()
	empty(t)
	change(t, rosterOfTwo, "it") // with the namespace
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}
	if err := plane.Client.Delete(t.Context(), node); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	plane.Create(t, node)
	node.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(k.node.Listener.Addr().(*net.TCPAddr).Port)
	report(t, node)

	plane.Create(t, fixture.Station("zhongduo").In("jixian").Obj())
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo-intake-0"}}
	pod.Spec.NodeName = node.Name
	pod.Spec.Containers = []corev1.Container{{Name: "intake", Image: "x", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 18080}}}}
	plane.Create(t, pod)
	pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}
	report(t, pod)
	return start(t, "open", "zhongduo")
}

func report(t *testing.T, object client.Object) {
	t.Helper()
	if err := plane.Client.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, args ...string) *opened {
	t.Helper()
	program := exec.CommandContext(t.Context(), "kubectl-liaison", args...)
	program.Env = append(os.Environ(), "NOW=2026-10-07T04:00:00Z", "KUBECONFIG="+kubeconfig(t, t.TempDir()))
	told := &bytes.Buffer{}
	program.Stderr = told
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	return &opened{program, bufio.NewScanner(out), told}
}

func (k *kubelet) forward(t *testing.T, w http.ResponseWriter, r *http.Request) {
	if _, err := httpstream.Handshake(r, w, []string{"portforward.k8s.io"}); err != nil {
		t.Error(err)
		return
	}
	streams := make(chan httpstream.Stream, 8)
	connection := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(stream httpstream.Stream, _ <-chan struct{}) error {
		streams <- stream
		return nil
	})
	if connection == nil {
		t.Error("the connection was not upgraded")
		return
	}
	k.mu.Lock()
	k.connection = connection
	k.mu.Unlock()
	for {
		select {
		case <-connection.CloseChan():
			return
		case stream := <-streams:
			k.carry(t, r.URL.Path, stream)
		}
	}
}

// carry passes a data stream on to the site; the stream of errors stays silent.
func (k *kubelet) carry(t *testing.T, path string, stream httpstream.Stream) {
	if stream.Headers().Get("streamType") == "error" {
		_ = stream.Close()
		return
	}
	k.mu.Lock()
	k.wanted = path + " to port " + stream.Headers().Get("port")
	k.mu.Unlock()
	site, err := new(net.Dialer).DialContext(t.Context(), "tcp", k.site.Listener.Addr().String())
	if err != nil {
		t.Error(err)
		return
	}
	go func() {
		_, _ = io.Copy(site, stream) // ends with the connection, however that ends
		_ = site.Close()
	}()
	go func() {
		_, _ = io.Copy(stream, site)
		_ = stream.Close()
	}()
}

func (k *kubelet) asked() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.wanted
}

// end is the end of the pod.
func (k *kubelet) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.connection.Close()
}

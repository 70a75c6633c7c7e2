package open

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
)

func TestForwardsUntilInterrupted(t *testing.T) {
	kubelet := newKubelet(t)
	ctx, interrupt := context.WithCancel(t.Context())
	told, ended := kubelet.open(ctx, t)

	site := strings.TrimPrefix(told.line(t), "site  ")
	if !strings.HasPrefix(site, "http://127.0.0.1:") || told.line(t) != "desk  "+site+"desk" {
		t.Errorf("the site is at %q, and the desk not at it", site)
	}
	if got, want := told.line(t), "Forwarding to pod jixian/zhongduo-intake-0 until interrupted (Ctrl-C)."; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := read(t, site); got != "人大代表联络站" {
		t.Errorf("the site says %q", got)
	}
	if want := "/api/v1/namespaces/jixian/pods/zhongduo-intake-0/portforward to port 18080"; kubelet.asked() != want {
		t.Errorf("asked for %s, want %s", kubelet.asked(), want)
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("interrupted, and ended with %v", err)
	}
}

func TestEndOfThePodIsToldApartFromAnInterruption(t *testing.T) {
	kubelet := newKubelet(t)
	told, ended := kubelet.open(t.Context(), t)
	site := strings.TrimPrefix(told.line(t), "site  ")
	told.line(t)
	told.line(t)
	read(t, site)
	kubelet.end()
	var failed *exit.Error
	if err := <-ended; !errors.As(err, &failed) || failed.Code != exit.Failed || !strings.Contains(failed.Hint, "run the command again") {
		t.Errorf("ended with %v", err)
	}
}

// told is what the command writes, line by line.
type told struct{ lines *bufio.Scanner }

func (w *told) line(t *testing.T) string {
	t.Helper()
	if !w.lines.Scan() {
		t.Fatal("nothing more is told")
	}
	return w.lines.Text()
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

// kubelet stands for API server and kubelet, which forward to the pod: here to a site on the loopback interface. It speaks SPDY alone, as old ones do.
type kubelet struct {
	site, api *httptest.Server

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
	k.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { k.forward(t, w, r) }))
	t.Cleanup(k.api.Close)
	return k
}

// open runs the command against it.
func (k *kubelet) open(ctx context.Context, t *testing.T) (*told, <-chan error) {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = "jixian", "zhongduo-intake-0"
	pod.Spec.Containers = []corev1.Container{{Name: "intake", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 18080}}}}
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	c := &cluster.Cluster{Client: fake.NewClientBuilder().WithObjects(pod).Build(), Config: &rest.Config{Host: k.api.URL}}
	station := &v1alpha1.LiaisonStation{}
	station.Namespace, station.Name = "jixian", "zhongduo"

	reader, writer := io.Pipe()
	t.Cleanup(func() { _ = reader.Close() })
	o := &open{address: "127.0.0.1", out: writer, err: &bytes.Buffer{}}
	ended := make(chan error, 1)
	go func() { ended <- o.throughPort(ctx, c, station, net.ParseIP(o.address)) }()
	return &told{bufio.NewScanner(reader)}, ended
}

func (k *kubelet) forward(t *testing.T, w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.Error(w, "only SPDY here", http.StatusBadRequest)
		return
	}
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

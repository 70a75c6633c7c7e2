package kubeletapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	clientexec "k8s.io/client-go/util/exec"
)

// Address is that of this machine: every port of the test is one of the pod's.
func (s *server) Address(_, pod string) (string, error) {
	if pod != "intake-0" {
		return "", NotFound("the pod is not on this node")
	}
	return "127.0.0.1", nil
}

// Exec knows one program, which repeats what it is told.
func (s *server) Exec(_ context.Context, _, pod, container string, command []string, streams Streams) (int, error) {
	if pod != "intake-0" || container != "intake" {
		return 0, NotFound("the pod is not on this node")
	}
	if command[0] != "repeat" {
		fmt.Fprint(streams.Err, "unknown program")
		return 3, nil
	}
	if streams.In != nil {
		if _, err := io.Copy(streams.Out, streams.In); err != nil {
			return 0, err
		}
	}
	fmt.Fprint(streams.Out, strings.Join(command[1:], " "))
	return 0, nil
}

// Attach joins a program that repeats what it is told.
func (s *server) Attach(_ context.Context, _, _, _ string, streams Streams) error {
	_, err := io.Copy(streams.Out, streams.In)
	return err
}

func TestExec(t *testing.T) {
	s := newServer(t, "")
	tests := []struct {
		name, pod, in string
		command       []string
		out, errors   string
		code          int
		failed        string
	}{
		{name: "with input", pod: "intake-0", in: "heard, ", command: []string{"repeat", "a", "b"}, out: "heard, a b"},
		{name: "an exit code", pod: "intake-0", command: []string{"sh"}, errors: "unknown program", code: 3},
		{name: "another node's pod", pod: "nobody", command: []string{"repeat"}, failed: "not on this node"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			target, err := url.Parse(s.url + "/exec/jixian/" + test.pod + "/intake?input=1&output=1&error=1&command=" + strings.Join(test.command, "&command="))
			if err != nil {
				t.Fatal(err)
			}
			exec, err := remotecommand.NewSPDYExecutor(s.restConfig(), http.MethodPost, target)
			if err != nil {
				t.Fatal(err)
			}
			var out, told bytes.Buffer
			err = exec.StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdin: strings.NewReader(test.in), Stdout: &out, Stderr: &told})
			var exit clientexec.CodeExitError
			switch {
			case test.failed != "":
				if err == nil || !strings.Contains(err.Error(), test.failed) {
					t.Errorf("%v, want %q", err, test.failed)
				}
			case out.String() != test.out || told.String() != test.errors:
				t.Errorf("%q and %q, want %q and %q", out.String(), told.String(), test.out, test.errors)
			case test.code == 0 && err != nil, test.code != 0 && (!errors.As(err, &exit) || exit.Code != test.code):
				t.Errorf("ended with %v, want code %d", err, test.code)
			}
		})
	}
}

func TestAttach(t *testing.T) {
	s := newServer(t, "")
	target, err := url.Parse(s.url + "/attach/jixian/intake-0/intake?input=1&output=1")
	if err != nil {
		t.Fatal(err)
	}
	exec, err := remotecommand.NewSPDYExecutor(s.restConfig(), http.MethodPost, target)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = exec.StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdin: strings.NewReader("heard"), Stdout: &out})
	if err != nil || out.String() != "heard" {
		t.Errorf("%q (%v), want what was said", out.String(), err)
	}
}

func TestPortForward(t *testing.T) {
	s := newServer(t, "")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "you asked for "+r.URL.Path) }))
	t.Cleanup(site.Close)
	_, port, err := net.SplitHostPort(site.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	local := s.forward(t, port)
	for _, path := range []string{"/first", "/second"} {
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", local, path))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || string(body) != "you asked for "+path {
			t.Errorf("%q (%v)", body, err)
		}
	}
}

// forward opens a port of this machine that leads through the server to the pod's port.
func (s *server) forward(t *testing.T, port string) uint16 {
	t.Helper()
	transport, upgrader, err := spdy.RoundTripperFor(s.restConfig())
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(s.url + "/portForward/jixian/intake-0")
	if err != nil {
		t.Fatal(err)
	}
	stop, ready, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:" + port}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- forwarder.ForwardPorts() }()
	t.Cleanup(func() {
		close(stop)
		if err := <-ended; err != nil {
			t.Errorf("forwarding a port: %v", err)
		}
	})
	select {
	case err := <-ended:
		t.Fatal(err)
	case <-ready:
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		t.Fatal(err)
	}
	return ports[0].Local
}

// restConfig has the node's own certificate, which the server admits like any that is signed.
func (s *server) restConfig() *rest.Config {
	file := func(name string) string { return filepath.Join(s.dir, name) }
	return &rest.Config{Host: s.url, TLSClientConfig: rest.TLSClientConfig{CAFile: file("ca.crt"), CertFile: file("serving.crt"), KeyFile: file("serving.key")}}
}

package kubeletapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	// idle is how long a connection without traffic is kept, and begin how long a client may take to open its streams; both are kubelet's.
	idle  = 4 * time.Hour
	begin = 30 * time.Second
)

// Streams are a program's standard streams; each may be nil.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Pods are what streams lead to. Its errors are made by [NotFound] and [BadRequest].
type Pods interface {
	Logs
	// Address is the IP of a pod that runs.
	Address(namespace, pod string) (string, error)
	// Exec runs a program beside the one of a running container, in a root of the same making, until it ends or ctx does.
	Exec(ctx context.Context, namespace, pod, container string, command []string, streams Streams) (code int, err error)
	// Attach joins the program of a running container until it ends or ctx does.
	Attach(ctx context.Context, namespace, pod, container string, streams Streams) error
}

func addStreams(mux *http.ServeMux, pods Pods) {
	mux.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) { forwardPorts(w, r, pods) })
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) { execute(w, r, pods) })
	mux.HandleFunc("/attach/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) { attach(w, r, pods) })
}

func forwardPorts(w http.ResponseWriter, r *http.Request, pods Pods) {
	address, err := pods.Address(r.PathValue("namespace"), r.PathValue("pod"))
	if err != nil {
		refuse(w, err)
		return
	}
	options, err := portforward.NewV4Options(r)
	if err != nil {
		refuse(w, BadRequest(err.Error()))
		return
	}
	portforward.ServePortForward(w, r, forwarder{address}, r.PathValue("pod"), "", options, idle, begin, portforward.SupportedProtocols)
}

// forwarder leads to the ports of one pod.
type forwarder struct{ address string }

// PortForward ends when both sides have said all they had to say.
func (f forwarder) PortForward(ctx context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(f.address, strconv.Itoa(int(port))))
	if err != nil {
		return fmt.Errorf("reaching the pod: %w", err)
	}
	defer func() { _ = connection.Close() }()
	var out sync.WaitGroup
	out.Go(func() {
		// Who goes away has heard enough; nobody is left to be told.
		_, _ = io.Copy(stream, connection)
		_ = stream.Close()
	})
	_, _ = io.Copy(connection, stream)
	if half, ok := connection.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	out.Wait()
	return nil
}

func execute(w http.ResponseWriter, r *http.Request, pods Pods) {
	options, err := wish(r)
	if err != nil {
		refuse(w, err)
		return
	}
	runner := executor{pods: pods, namespace: r.PathValue("namespace")}
	remotecommand.ServeExec(w, r, runner, r.PathValue("pod"), "", r.PathValue("container"), r.URL.Query()["command"], options, idle, begin,
		remotecommand.SupportedStreamingProtocols)
}

func attach(w http.ResponseWriter, r *http.Request, pods Pods) {
	options, err := wish(r)
	if err != nil {
		refuse(w, err)
		return
	}
	runner := executor{pods: pods, namespace: r.PathValue("namespace")}
	remotecommand.ServeAttach(w, r, runner, r.PathValue("pod"), "", r.PathValue("container"), options, idle, begin, remotecommand.SupportedStreamingProtocols)
}

// wish is which streams the client asks for.
func wish(r *http.Request) (*remotecommand.Options, error) {
	options, err := remotecommand.NewOptions(r)
	switch {
	case err != nil:
		return nil, BadRequest(err.Error())
	case options.TTY:
		return nil, BadRequest("the development node has no terminals: leave out -t")
	}
	return options, nil
}

type executor struct {
	pods      Pods
	namespace string
}

// ExecInContainer implements remotecommand.Executor.
func (e executor) ExecInContainer(ctx context.Context, pod, _, container string, command []string, in io.Reader, out, err io.WriteCloser, _ bool,
	_ <-chan remotecommand.TerminalSize, _ time.Duration,
) error {
	code, failed := e.pods.Exec(ctx, e.namespace, pod, container, command, streamsOf(in, out, err))
	if failed == nil && code != 0 {
		return utilexec.CodeExitError{Err: fmt.Errorf("exit code %d", code), Code: code}
	}
	return failed
}

// AttachContainer implements remotecommand.Attacher.
func (e executor) AttachContainer(ctx context.Context, pod, _, container string, in io.Reader, out, err io.WriteCloser, _ bool,
	_ <-chan remotecommand.TerminalSize,
) error {
	return e.pods.Attach(ctx, e.namespace, pod, container, streamsOf(in, out, err))
}

// streamsOf leaves out the streams that the client did not ask for.
func streamsOf(in io.Reader, out, err io.WriteCloser) Streams {
	streams := Streams{In: in}
	// A nil pointer in an interface would not be nil.
	if out != nil {
		streams.Out = out
	}
	if err != nil {
		streams.Err = err
	}
	return streams
}

func refuse(w http.ResponseWriter, err error) {
	status := statusError{status: http.StatusInternalServerError}
	errors.As(err, &status)
	http.Error(w, err.Error(), status.status)
}

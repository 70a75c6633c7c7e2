package probe

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/probe"
	httpprobe "k8s.io/kubernetes/pkg/probe/http"
	tcpprobe "k8s.io/kubernetes/pkg/probe/tcp"
)

// Unsupported says what the development node cannot ask a container. A probe that is silently left out would call every container
// ready.
func Unsupported(container *corev1.Container) error {
	for _, p := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
		switch {
		case p == nil:
		case p.Exec != nil:
			return errors.New("the development node does not run exec probes; use httpGet or tcpSocket")
		case p.GRPC != nil:
			return errors.New("the development node does not ask gRPC probes; use httpGet or tcpSocket")
		}
	}
	return nil
}

// NewCheck returns the check of a container's httpGet and tcpSocket probes, done with kubelet's own probers.
func NewCheck(container *corev1.Container, podIP string) Check {
	http, tcp := httpprobe.New(false), tcpprobe.New()
	return func(_ context.Context, p *corev1.Probe) (bool, string) {
		timeout := max(seconds(p.TimeoutSeconds), time.Second)
		var result probe.Result
		var message string
		var err error
		switch {
		case p.HTTPGet != nil:
			result, message, err = checkHTTP(http, p.HTTPGet, container, podIP, timeout)
		case p.TCPSocket != nil:
			result, message, err = checkTCP(tcp, p.TCPSocket, container, podIP, timeout)
		default:
			err = errors.New("the probe says neither httpGet nor tcpSocket")
		}
		if err != nil {
			return false, err.Error()
		}
		return result == probe.Success || result == probe.Warning, message
	}
}

func checkHTTP(prober httpprobe.Prober, action *corev1.HTTPGetAction, container *corev1.Container, podIP string, timeout time.Duration) (probe.Result, string, error) {
	request, err := httpprobe.NewRequestForHTTPGetAction(action, container, podIP, "probe")
	if err != nil {
		return probe.Unknown, "", err
	}
	return prober.Probe(request, timeout)
}

func checkTCP(prober tcpprobe.Prober, action *corev1.TCPSocketAction, container *corev1.Container, podIP string, timeout time.Duration) (probe.Result, string, error) {
	port, err := probe.ResolveContainerPort(action.Port, container)
	if err != nil {
		return probe.Unknown, "", err
	}
	host := action.Host
	if host == "" {
		host = podIP
	}
	return prober.Probe(host, port, timeout)
}

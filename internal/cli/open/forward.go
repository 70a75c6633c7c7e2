package open

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
)

const (
	// portName is what the intake calls its public port, and portNumber what it is unless the pod says otherwise.
	portName   = "http"
	portNumber = 8080
)

// throughPort forwards a port of this machine to the intake until the context ends.
func (o *open) throughPort(ctx context.Context, c *cluster.Cluster, station *v1alpha1.LiaisonStation, ip net.IP) error {
	pod, err := readyPod(ctx, c, station)
	if err != nil {
		return err
	}
	forwarder, ready, err := o.listen(ctx, c, pod)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case err := <-ended:
		return o.lost(ctx, pod, err)
	case <-ready:
	}
	if err := o.greet(forwarder, pod, ip); err != nil {
		return err
	}
	return o.lost(ctx, pod, <-ended)
}

func (o *open) greet(forwarder *portforward.PortForwarder, pod *corev1.Pod, ip net.IP) error {
	ports, err := forwarder.GetPorts()
	if err != nil {
		return fmt.Errorf("reading the port: %w", err)
	}
	if !ip.IsLoopback() {
		if _, err := fmt.Fprintf(o.err, "warning: whoever reaches %s reaches the station, without encryption\n", o.address); err != nil {
			return fmt.Errorf("writing a warning: %w", err)
		}
	}
	url := "http://" + net.JoinHostPort(o.address, strconv.Itoa(int(ports[0].Local)))
	return o.write(addresses(url) + fmt.Sprintf("Forwarding to pod %s/%s until interrupted (Ctrl-C).\n", pod.Namespace, pod.Name))
}

// lost says why forwarding ended; being interrupted is how it is meant to end.
func (o *open) lost(ctx context.Context, pod *corev1.Pod, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return &exit.Error{
		Code: exit.Failed, Err: fmt.Errorf("forwarding to pod %s/%s: %w", pod.Namespace, pod.Name, err),
		Hint: "where the port is taken choose another --port; where the right is missing ask for create on pods/portforward; else the pod ended: run the command again",
	}
}

// listen prepares the forwarder. Like kubectl it speaks WebSocket, and SPDY to servers or proxies that know no better.
func (o *open) listen(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod) (*portforward.PortForwarder, <-chan struct{}, error) {
	clients, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return nil, nil, fmt.Errorf("making a client: %w", err)
	}
	url := clients.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(c.Config)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the connection: %w", err)
	}
	overWebSocket, err := portforward.NewSPDYOverWebsocketDialerForStreaming(url, c.Config)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the connection: %w", err)
	}
	overSPDY := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	dialer := portforward.NewFallbackDialerForStreaming(overWebSocket, overSPDY, notUpgraded)
	ready := make(chan struct{})
	ports := []string{fmt.Sprintf("%d:%d", o.port, publicPort(pod))}
	forwarder, err := portforward.NewOnAddressesForStreamingWithContext(ctx, dialer, []string{o.address}, ports, ready, io.Discard, o.err)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the port: %w", err)
	}
	return forwarder, ready, nil
}

func notUpgraded(err error) bool {
	return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
}

// readyPod is the pod of the station's intake. It has but one.
func readyPod(ctx context.Context, c *cluster.Cluster, station *v1alpha1.LiaisonStation) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	err := c.Get(ctx, client.ObjectKey{Namespace: station.Namespace, Name: station.Name + "-intake-0"}, pod)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, cluster.Explain(err)
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
			return pod, nil
		}
	}
	hint := "kubectl liaison doctor says what it waits for"
	if available := meta.FindStatusCondition(station.Status.Conditions, v1alpha1.ConditionIntakeAvailable); available != nil {
		hint = available.Message
	}
	return nil, &exit.Error{Code: exit.Failed, Err: errors.New("the station has no ready pod to forward to"), Hint: hint}
}

func publicPort(pod *corev1.Pod) int32 {
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == portName {
				return port.ContainerPort
			}
		}
	}
	return portNumber
}

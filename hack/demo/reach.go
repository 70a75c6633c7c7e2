package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const publicPort = 8080

// reached is an address at which a station's intake answers, for as long as it is not closed.
type reached struct {
	base  string
	close func()
}

// reach finds a way to a station's intake: straight to its pod on the local cluster, through the API server elsewhere.
func (c *cluster) reach(ctx context.Context, station string) (reached, error) {
	if !c.local {
		return c.forward(station)
	}
	address, err := c.podAddress(ctx, station)
	if err != nil {
		return reached{}, err
	}
	return reached{base: address, close: func() {}}, awaitAnswer(ctx, address)
}

// awaitAnswer waits until something answers: right after a start of the local cluster a pod's status still tells of the run before.
func awaitAnswer(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return fmt.Errorf("preparing to ask %s: %w", address, err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing answers at %s: %w", address, err)
		case <-time.After(glance):
		}
	}
}

func (c *cluster) podAddress(ctx context.Context, station string) (string, error) {
	var pod corev1.Pod
	if err := c.client.Get(ctx, client.ObjectKey{Namespace: county, Name: station + "-intake-0"}, &pod); err != nil {
		return "", fmt.Errorf("reading the pod of %s: %w", station, err)
	}
	if pod.Status.PodIP == "" {
		return "", fmt.Errorf("the pod of %s has no address yet", station)
	}
	return fmt.Sprintf("http://%s:%d", pod.Status.PodIP, publicPort), nil
}

func (c *cluster) forward(station string) (reached, error) {
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return reached{}, fmt.Errorf("preparing a port-forward: %w", err)
	}
	server, err := url.Parse(c.config.Host)
	if err != nil {
		return reached{}, fmt.Errorf("reading the API server's address: %w", err)
	}
	target := server.JoinPath("api/v1/namespaces", county, "pods", station+"-intake-0", "portforward")
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	stop, ready, failed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{fmt.Sprintf("0:%d", publicPort)}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return reached{}, fmt.Errorf("preparing a port-forward to %s: %w", station, err)
	}
	go func() { failed <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-failed:
		return reached{}, fmt.Errorf("forwarding a port to %s: %w", station, errors.Join(err, errors.New("the pod cannot be reached through the API server")))
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		close(stop)
		return reached{}, fmt.Errorf("reading the forwarded port: %w", err)
	}
	return reached{base: fmt.Sprintf("http://127.0.0.1:%d", ports[0].Local), close: func() { close(stop) }}, nil
}

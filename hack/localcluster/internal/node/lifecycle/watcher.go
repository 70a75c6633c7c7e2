package lifecycle

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"township.dev/liaison/hack/localcluster/internal/node/probe"
)

// watcher turns what the probes find into the container's status.
type watcher struct {
	container *container
	restart   chan restart
}

type restart struct {
	kind  probe.Kind
	probe *corev1.Probe
}

// start probes in the background and returns a function that ends it and waits for its end.
func (w *watcher) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	spec := w.container.spec()
	running.Go(func() {
		probe.Watch(ctx, w.container.pod.node.Clock, spec, probe.NewCheck(spec, w.container.pod.ip), w)
	})
	return func() {
		cancel()
		running.Wait()
	}
}

func (w *watcher) Started() {
	w.container.change(func(status *corev1.ContainerStatus) { status.Started = ptr.To(true) })
}

func (w *watcher) Ready(ready bool) {
	w.container.change(func(status *corev1.ContainerStatus) { status.Ready = ready })
}

func (w *watcher) Unhealthy(kind probe.Kind, message string) {
	w.container.event(corev1.EventTypeWarning, "Unhealthy", "%s probe failed: %s", kind, message)
}

func (w *watcher) MustRestart(kind probe.Kind, probe *corev1.Probe) {
	w.restart <- restart{kind: kind, probe: probe}
}

package lifecycle

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/podstatus"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

// Pod is a pod on this node, from the moment the node takes it up until nothing of it runs any more.
type Pod struct {
	node      *Node
	dir       string
	ip        string
	startTime time.Time
	// changed is called after each change of the status. It must not block.
	changed func()

	// ctx ends when the pod is to stop; killed is closed when it must have stopped.
	ctx    context.Context
	cancel context.CancelFunc
	killed chan struct{}
	kill   func()
	done   chan struct{}
	// stale tells the pod that an object its volumes show has changed.
	stale chan struct{}

	init, containers []*container
	// volumes is set before the first container starts.
	volumes map[string]volumes.Mounted

	mu        sync.Mutex // guards what follows and the containers' statuses
	object    *corev1.Pod
	ended     bool
	suspended bool
	// conditions are those of the status last built, which may be ahead of the API's.
	conditions []corev1.PodCondition
}

// Settings are what a pod is given besides its object.
type Settings struct {
	// Dir is the pod's folder on the host, IP its address.
	Dir, IP string
	// After is closed when a pod of the same name that was here before is gone; nil if there was none.
	After <-chan struct{}
	// Changed is called after each change of the status. It must not block.
	Changed func()
}

// Start takes up a pod. Where its status tells of earlier runs, on this node before a restart, counting goes on from there.
func Start(node *Node, object *corev1.Pod, settings Settings) *Pod {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Pod{
		node: node, dir: settings.Dir, ip: settings.IP, changed: settings.Changed, startTime: node.Clock.Now(),
		ctx: ctx, cancel: cancel, killed: make(chan struct{}), done: make(chan struct{}), stale: make(chan struct{}, 1),
		object: object,
	}
	p.kill = sync.OnceFunc(func() { close(p.killed) })
	p.init = newContainers(p, object.Spec.InitContainers, object.Status.InitContainerStatuses, true)
	p.containers = newContainers(p, object.Spec.Containers, object.Status.ContainerStatuses, false)
	go p.run(settings.After)
	return p
}

// Update hands the pod a newer version of its object. Running containers stay as they are; the labels and annotations in
// its volumes follow.
func (p *Pod) Update(object *corev1.Pod) {
	p.mu.Lock()
	p.object = object
	p.mu.Unlock()
	p.Refresh()
}

// Object is the newest version of the pod's object.
func (p *Pod) Object() *corev1.Pod {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.object
}

// Refresh makes the pod bring its volumes up to date.
func (p *Pod) Refresh() {
	select {
	case p.stale <- struct{}{}:
	default: // it has been told already
	}
}

// Stop ends the pod: its containers get SIGTERM now and SIGKILL after the grace period. A second call can only shorten
// it.
func (p *Pod) Stop(grace time.Duration) {
	p.cancel()
	if grace <= 0 {
		p.kill()
		return
	}
	timer := p.node.Clock.NewTimer(grace)
	go func() {
		defer timer.Stop()
		select {
		case <-timer.C():
			p.kill()
		case <-p.done:
		}
	}()
}

// Suspend stops the pod like Stop, but because the node ends and not the pod: its status says so, and it can be started
// again.
func (p *Pod) Suspend(grace time.Duration) {
	p.mu.Lock()
	p.suspended = true
	p.mu.Unlock()
	p.Stop(grace)
}

// Stopping tells whether Stop or Suspend was called.
func (p *Pod) Stopping() bool { return p.ctx.Err() != nil }

// Done is closed when nothing of the pod runs any more.
func (p *Pod) Done() <-chan struct{} { return p.done }

// LatestRun is the number of the container's current or last run; ok is false while it has not run yet.
func (p *Pod) LatestRun(name string) (number int32, running, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.allContainers() {
		if c.name == name {
			return c.status.RestartCount, c.status.State.Running != nil, c.hasRun
		}
	}
	return 0, false, false
}

// Status is the pod's status at this moment.
func (p *Pod) Status() corev1.PodStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	observed := podstatus.Observed{
		HostIP: p.node.Env.HostIP, PodIP: p.ip, StartTime: p.startTime, Ended: p.ended && !p.suspended,
	}
	for _, c := range p.init {
		observed.Init = append(observed.Init, *c.status.DeepCopy())
	}
	for _, c := range p.containers {
		observed.Containers = append(observed.Containers, *c.status.DeepCopy())
	}
	object := *p.object
	if p.conditions != nil {
		object.Status.Conditions = podstatus.MergeConditions(p.conditions, p.object.Status.Conditions)
	}
	status := podstatus.Build(&object, observed, p.node.Clock.Now())
	p.conditions = status.DeepCopy().Conditions
	return status
}

func (p *Pod) run(after <-chan struct{}) {
	defer close(p.done)
	defer p.changed()
	defer p.cancel()
	defer p.end()
	p.changed()
	if !p.await(after) || !p.mountVolumes() {
		return
	}
	refreshed := make(chan struct{})
	go func() {
		defer close(refreshed)
		p.keepVolumesFresh()
	}()
	// Nobody must write into the pod's folder after its end.
	defer func() { <-refreshed }()
	defer p.cancel()
	if p.runInit() {
		p.runContainers()
	}
}

func (p *Pod) end() {
	for _, c := range p.allContainers() {
		p.node.backOff.Reset(c.backOffKey())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}

func (p *Pod) allContainers() []*container { return slices.Concat(p.init, p.containers) }

// await waits for a pod that was here before under the same name: two of them must never write to one volume.
func (p *Pod) await(after <-chan struct{}) bool {
	if after == nil {
		return true
	}
	select {
	case <-after:
		return true
	case <-p.ctx.Done():
		<-after // the one that follows waits for this one only
		return false
	}
}

func (p *Pod) mountVolumes() bool {
	complaint := ""
	for {
		mounted, err := p.node.Volumes.Mount(p.ctx, p.view(), p.volumesDir())
		if err == nil {
			p.volumes = mounted
			return true
		}
		if message := err.Error(); message != complaint && p.ctx.Err() == nil {
			complaint = message
			p.node.podEvent(p.Object(), corev1.EventTypeWarning, "FailedMount", "MountVolume.SetUp failed for %s", message)
		}
		if !p.awaitNews(retryInterval) {
			return false
		}
	}
}

func (p *Pod) keepVolumesFresh() {
	complaint := ""
	for p.awaitNews(resyncInterval) {
		err := p.node.Volumes.Refresh(p.view(), p.volumesDir())
		if err == nil {
			complaint = ""
			continue
		}
		if message := err.Error(); message != complaint {
			complaint = message
			p.node.podEvent(p.Object(), corev1.EventTypeWarning, "FailedMount", "keeping the last good content of %s", message)
		}
	}
}

// awaitNews waits for the duration or for news about what the volumes show, and returns false when the pod is to stop. Only who
// tends the volumes may call it: it uses up the news.
func (p *Pod) awaitNews(duration time.Duration) bool {
	timer := p.node.Clock.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C():
	case <-p.stale:
	case <-p.ctx.Done():
	}
	return p.ctx.Err() == nil
}

func (p *Pod) runInit() bool {
	for _, c := range p.init {
		if !c.run() {
			return false
		}
	}
	return true
}

func (p *Pod) runContainers() {
	var group sync.WaitGroup
	for _, c := range p.containers {
		group.Go(func() { c.run() })
	}
	group.Wait()
}

func (p *Pod) view() podenv.Pod { return podenv.Pod{Object: p.Object(), IP: p.ip} }

func (p *Pod) volumesDir() string { return filepath.Join(p.dir, "volumes") }

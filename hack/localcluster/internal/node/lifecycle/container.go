package lifecycle

import (
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// container is one container of a pod through all its runs.
type container struct {
	pod   *Pod
	name  string
	init  bool
	index int

	// Guarded by pod.mu.
	status corev1.ContainerStatus
	// hasRun is set once there was a run, on this node or before its restart.
	hasRun bool
	// input is the end of the present run's stdin into which a client writes; nil where there is none, or none any more.
	input *os.File
}

func newContainers(pod *Pod, specs []corev1.Container, earlier []corev1.ContainerStatus, init bool) []*container {
	containers := make([]*container, len(specs))
	for i, spec := range specs {
		c := &container{pod: pod, name: spec.Name, init: init, index: i}
		c.status = corev1.ContainerStatus{Name: spec.Name, Image: spec.Image, Started: ptr.To(false)}
		reason := "ContainerCreating"
		if !init && len(pod.object.Spec.InitContainers) > 0 {
			reason = "PodInitializing"
		}
		c.status.State.Waiting = &corev1.ContainerStateWaiting{Reason: reason}
		c.restore(earlier)
		containers[i] = c
	}
	return containers
}

// restore takes over what the API server remembers from before the node's restart. Init containers run again, as after the
// reboot of a real node.
func (c *container) restore(earlier []corev1.ContainerStatus) {
	for _, status := range earlier {
		if status.Name != c.name {
			continue
		}
		end := status.State.Terminated
		if running := status.State.Running; running != nil {
			end = &corev1.ContainerStateTerminated{
				ExitCode: 137, Reason: "NodeLost", Message: "the development node ended while the container was running",
				StartedAt: running.StartedAt, FinishedAt: metav1.NewTime(c.pod.startTime), ContainerID: status.ContainerID,
			}
		}
		c.status.RestartCount = status.RestartCount
		c.status.LastTerminationState = status.LastTerminationState
		c.hasRun = end != nil || status.LastTerminationState.Terminated != nil
		switch {
		case end == nil:
		case c.init:
			c.status.LastTerminationState.Terminated = end
		default:
			c.status.State = corev1.ContainerState{Terminated: end}
		}
	}
}

// run keeps the container running as the restart policy says, until it has ended for good or the pod is to stop, and tells
// whether its last run succeeded.
func (c *container) run() bool {
	for {
		if end := c.ended(); end != nil && !c.restarts(end) {
			return end.ExitCode == 0
		}
		if !c.sitOutBackOff() {
			return false
		}
		plan, ready := c.prepare()
		if !ready {
			return false
		}
		c.runOnce(plan)
		if c.pod.Stopping() {
			return false
		}
	}
}

func (c *container) restarts(end *corev1.ContainerStateTerminated) bool {
	switch c.pod.Object().Spec.RestartPolicy {
	case corev1.RestartPolicyAlways:
		return !c.init || end.ExitCode != 0
	case corev1.RestartPolicyOnFailure:
		return end.ExitCode != 0
	default:
		return false
	}
}

// sitOutBackOff waits as long as a container that ended just now has to, and returns false when the pod is to stop.
func (c *container) sitOutBackOff() bool {
	end := c.ended()
	if end == nil {
		return !c.pod.Stopping()
	}
	key, finished := c.backOffKey(), end.FinishedAt.Time
	backOff := c.pod.node.backOff
	if backOff.IsInBackOffSince(key, finished) {
		delay := backOff.Get(key)
		c.setWaiting("CrashLoopBackOff", fmt.Sprintf("back-off %s restarting failed container=%s pod=%s", delay, c.name, c.pod.describe()))
		c.event(corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container %s in pod %s", c.name, c.pod.describe())
		if !c.pod.pause(finished.Add(delay).Sub(c.pod.node.Clock.Now())) {
			return false
		}
	}
	backOff.Next(key, finished)
	return !c.pod.Stopping()
}

func (c *container) backOffKey() string { return string(c.pod.Object().UID) + "/" + c.name }

// prepare finds out what to run. It waits, and says for what, while something is missing; false means the pod is to stop.
func (c *container) prepare() (plan, bool) {
	var last problem
	for attempt := 0; ; attempt++ {
		plan, found := c.assemble(attempt)
		if found == nil {
			return plan, true
		}
		if *found != last {
			last = *found
			c.setWaiting(found.reason, found.message)
			c.event(corev1.EventTypeWarning, "Failed", "Error: %s: %s", found.reason, found.message)
		}
		if !c.pod.pause(retryInterval) {
			return plan, false
		}
	}
}

// pause waits for the duration on the injected clock, and returns false when the pod is to stop.
func (p *Pod) pause(duration time.Duration) bool {
	timer := p.node.Clock.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C():
		return true
	case <-p.ctx.Done():
		return false
	}
}

func (p *Pod) describe() string {
	object := p.Object()
	return fmt.Sprintf("%s_%s(%s)", object.Name, object.Namespace, object.UID)
}

func (c *container) spec() *corev1.Container {
	object := c.pod.Object()
	if c.init {
		return &object.Spec.InitContainers[c.index]
	}
	return &object.Spec.Containers[c.index]
}

func (c *container) event(kind, reason, format string, args ...any) {
	c.pod.node.containerEvent(c.pod.Object(), c, kind, reason, format, args...)
}

package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// change edits a container's status and tells those who follow the pod.
func (c *container) change(edit func(*corev1.ContainerStatus)) {
	c.pod.mu.Lock()
	edit(&c.status)
	c.pod.mu.Unlock()
	c.pod.changed()
}

// ended is how the container ended, until it waits for or has begun its next run.
func (c *container) ended() *corev1.ContainerStateTerminated {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	return c.status.State.Terminated
}

func (c *container) setWaiting(reason, message string) {
	c.change(func(status *corev1.ContainerStatus) {
		keepLastTermination(status)
		status.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	})
}

func keepLastTermination(status *corev1.ContainerStatus) {
	if status.State.Terminated != nil {
		status.LastTerminationState = corev1.ContainerState{Terminated: status.State.Terminated}
	}
}

// run is one run of a container.
type run struct {
	number    int32
	id        string
	plan      plan
	startedAt metav1.Time
}

func (c *container) nextRun(p plan) run {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	number := c.status.RestartCount
	if c.hasRun {
		number++
	}
	return run{number: number, id: newContainerID(), plan: p, startedAt: c.now()}
}

// describe makes the status speak of the run. A run appears in the status only when it has succeeded or failed to start.
func (c *container) describe(status *corev1.ContainerStatus, r run) {
	keepLastTermination(status)
	c.hasRun = true
	status.RestartCount = r.number
	status.Image, status.ImageID, status.ContainerID = r.plan.image, r.plan.imageID, r.id
}

func (c *container) setRunning(r run) {
	c.change(func(status *corev1.ContainerStatus) {
		c.describe(status, r)
		status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: r.startedAt}}
		status.Started, status.Ready = ptr.To(false), false
	})
}

func (c *container) setTerminated(r run, end corev1.ContainerStateTerminated) {
	end.StartedAt, end.FinishedAt, end.ContainerID = r.startedAt, c.now(), r.id
	c.change(func(status *corev1.ContainerStatus) {
		c.describe(status, r)
		status.State = corev1.ContainerState{Terminated: &end}
		// An init container that succeeded counts as ready, as kubectl shows it.
		status.Started, status.Ready = ptr.To(false), c.init && end.ExitCode == 0
	})
}

// Package lifecycle runs pods: it mounts their volumes, runs their init containers and then their containers, restarts those as the
// restart policy and the back-off say, heeds their probes, and ends them in good order.
//
// Each pod has one goroutine, and one per running container. What they find out goes into the containers' statuses, from which
// package podstatus makes the pod's.
package lifecycle

import (
	"log/slog"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

const (
	// firstBackOff and longestBackOff are kubelet's; its back-off starts afresh for a container that ran for twice the longest.
	firstBackOff   = 10 * time.Second
	longestBackOff = 5 * time.Minute

	// retryInterval is how long a pod waits before it looks again for something that is missing. A watch often tells it
	// earlier.
	retryInterval = 2 * time.Second
	// resyncInterval is how often contents of volumes are brought up to date without a watch's help, as for tokens.
	resyncInterval = time.Minute
)

// Node is what all pods of a node share.
type Node struct {
	Clock    clock.WithTicker
	Logger   *slog.Logger
	Recorder record.EventRecorder
	Launcher *sandbox.Launcher
	Images   *images.Catalog
	Volumes  volumes.Sources
	Env      podenv.Node
	// MountPoint is an empty folder for the sandbox.
	MountPoint string

	backOff *flowcontrol.Backoff
}

// NewNode completes a node.
func NewNode(node Node) *Node {
	node.backOff = flowcontrol.NewBackOff(firstBackOff, longestBackOff)
	node.backOff.Clock = node.Clock
	return &node
}

func (n *Node) podEvent(pod *corev1.Pod, kind, reason, format string, args ...any) {
	n.Recorder.Eventf(reference(pod), kind, reason, format, args...)
}

func (n *Node) containerEvent(pod *corev1.Pod, container *container, kind, reason, format string, args ...any) {
	subject := reference(pod)
	list := "containers"
	if container.init {
		list = "initContainers"
	}
	subject.FieldPath = "spec." + list + "{" + container.name + "}"
	n.Recorder.Eventf(subject, kind, reason, format, args...)
}

func reference(pod *corev1.Pod) *corev1.ObjectReference {
	return &corev1.ObjectReference{
		APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
	}
}

package node

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/wait"

	"township.dev/liaison/hack/localcluster/internal/node/podstatus"
)

// reportTimeout bounds one request; a node that stops does not wait for an API server that is gone.
const reportTimeout = 5 * time.Second

// retries is how the last report about a pod is repeated while the API server does not answer.
var retries = wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Steps: 8, Cap: 10 * time.Second}

// followUntilGone reports each change of a resident's status. It returns true when the pod is deleted and false when
// only the node stops.
func (p *provider) followUntilGone(r *resident) bool {
	for {
		select {
		case <-r.changed:
			p.publish(r)
		case <-r.pod.Done():
			return p.conclude(r)
		}
	}
}

// publish hands the status to virtual-kubelet, which writes the newest one it was given. For a pod that is gone from the API it
// would wait in vain.
func (p *provider) publish(r *resident) {
	current, err := p.lister.Pods(r.key.Namespace).Get(r.key.Name)
	if err != nil || current.UID != r.uid {
		return
	}
	p.mu.Lock()
	notify := p.notify
	p.mu.Unlock()
	if notify != nil {
		notify(withStatus(r))
	}
}

func withStatus(r *resident) *corev1.Pod {
	pod := r.pod.Object().DeepCopy()
	pod.Status = r.pod.Status()
	return pod
}

// conclude makes the last report about a pod of which nothing runs any more, and waits for its deletion if that is still to come.
func (p *provider) conclude(r *resident) bool {
	p.reportLast(r)
	if !p.awaitDeletion(r) {
		return false
	}
	err := wait.ExponentialBackoff(retries, func() (bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), reportTimeout)
		defer cancel()
		return p.deleteAtAPI(ctx, r.key, r.uid) == nil, nil
	})
	if err != nil {
		p.logger.Warn("the API server was not told that a pod has ended", "pod", r.key)
	}
	return true
}

// awaitDeletion returns false when the node stops before anybody deletes the pod: one that has completed stays until then.
func (p *provider) awaitDeletion(r *resident) bool {
	if r.isLeaving() {
		return true
	}
	select {
	case <-r.leaving:
		return true
	case <-p.stopping:
		return false
	}
}

func (p *provider) isStopping() bool {
	select {
	case <-p.stopping:
		return true
	default:
		return false
	}
}

// reportLast writes the status itself: virtual-kubelet's queue may not come to it before the pod or the node is gone.
func (p *provider) reportLast(r *resident) {
	p.publish(r)
	ctx, cancel := context.WithTimeout(context.Background(), reportTimeout)
	defer cancel()
	if err := p.patchStatus(ctx, withStatus(r)); err != nil && !apierrors.IsNotFound(err) {
		p.logger.Warn("reporting how a pod ended", "pod", r.key, "error", err)
	}
}

// patchStatus changes what differs in the pod's status, and nothing else of the pod.
func (p *provider) patchStatus(ctx context.Context, pod *corev1.Pod) error {
	current, err := p.client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if current.UID != pod.UID {
		return nil // another pod has the name by now
	}
	status := *pod.Status.DeepCopy()
	status.Conditions = podstatus.MergeConditions(status.Conditions, current.Status.Conditions)
	patch, err := statusPatch(pod.UID, current.Status, status)
	if err != nil || patch == nil {
		return err
	}
	_, err = p.client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

// statusPatch returns nil when nothing differs. Naming the uid keeps the patch from a later pod of the same name.
func statusPatch(uid types.UID, before, after corev1.PodStatus) ([]byte, error) {
	if equality.Semantic.DeepEqual(before, after) {
		return nil, nil
	}
	old, err := json.Marshal(corev1.Pod{Status: before})
	if err != nil {
		return nil, fmt.Errorf("encoding a pod's status: %w", err)
	}
	fresh, err := json.Marshal(corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: uid}, Status: after})
	if err != nil {
		return nil, fmt.Errorf("encoding a pod's status: %w", err)
	}
	patch, err := strategicpatch.CreateTwoWayMergePatch(old, fresh, corev1.Pod{})
	if err != nil {
		return nil, fmt.Errorf("comparing a pod's statuses: %w", err)
	}
	return patch, nil
}

// deleteAtAPI removes the object of a pod that has ended. A pod that is gone, or has been replaced, is no error.
func (p *provider) deleteAtAPI(ctx context.Context, key types.NamespacedName, uid types.UID) error {
	options := metav1.NewDeleteOptions(0)
	options.Preconditions = metav1.NewUIDPreconditions(string(uid))
	err := p.client.CoreV1().Pods(key.Namespace).Delete(ctx, key.Name, *options)
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("deleting pod %s: %w", key, err)
	}
	return nil
}

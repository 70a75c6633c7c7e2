package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/virtual-kubelet/virtual-kubelet/errdefs"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/utils/ptr"

	"township.dev/liaison/hack/localcluster/internal/node/lifecycle"
	"township.dev/liaison/hack/localcluster/internal/node/podip"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

// provider is virtual-kubelet's view of the pods on this node. It accepts every pod at once: what goes wrong with one shows in its
// status, as under a kubelet.
type provider struct {
	node      *lifecycle.Node
	client    kubernetes.Interface
	lister    corev1listers.PodLister
	addresses *podip.Pool
	layout    layout
	logger    *slog.Logger

	mu       sync.Mutex
	resident map[types.NamespacedName]*resident
	notify   func(*corev1.Pod)
	// stopping is closed when the node ends.
	stopping chan struct{}
	// attendants are the goroutines that follow the residents.
	attendants sync.WaitGroup
}

func newProvider(node *lifecycle.Node, client kubernetes.Interface, lister corev1listers.PodLister, addresses *podip.Pool, layout layout, logger *slog.Logger) *provider {
	return &provider{
		node: node, client: client, lister: lister, addresses: addresses, layout: layout, logger: logger,
		resident: map[types.NamespacedName]*resident{}, stopping: make(chan struct{}),
	}
}

// resident is a pod on this node together with what the API still has to learn about it.
type resident struct {
	key types.NamespacedName
	uid types.UID
	pod *lifecycle.Pod
	// changed holds a token while there is a status the API has not been told.
	changed chan struct{}
	// leaving is closed when the pod is to be deleted, gone when it is.
	leaving, gone chan struct{}
	leave         func()
}

func (r *resident) isLeaving() bool {
	select {
	case <-r.leaving:
		return true
	default:
		return false
	}
}

func keyOf(pod *corev1.Pod) types.NamespacedName {
	return types.NamespacedName{Namespace: pod.Namespace, Name: pod.Name}
}

// NotifyPods is how virtual-kubelet says where to report statuses.
func (p *provider) NotifyPods(_ context.Context, notify func(*corev1.Pod)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notify = notify
}

// CreatePod takes up a pod. One of the same name that is still leaving is waited for before anything of the new one starts.
func (p *provider) CreatePod(_ context.Context, pod *corev1.Pod) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isStopping() {
		return nil // it will be taken up after the node's restart
	}
	earlier := p.resident[keyOf(pod)]
	if earlier != nil && earlier.uid == pod.UID {
		return nil
	}
	address, err := p.addresses.Assign(pod.Namespace, pod.Name)
	if err != nil {
		return err
	}
	fresh := &resident{
		key: keyOf(pod), uid: pod.UID,
		changed: make(chan struct{}, 1), leaving: make(chan struct{}), gone: make(chan struct{}),
	}
	fresh.leave = sync.OnceFunc(func() { close(fresh.leaving) })
	settings := lifecycle.Settings{Dir: p.layout.pod(string(pod.UID)), IP: address.String(), Changed: fresh.markChanged}
	if earlier != nil {
		p.dismiss(earlier, earlier.pod.Object())
		settings.After = earlier.gone
	}
	fresh.pod = lifecycle.Start(p.node, pod, settings)
	p.resident[fresh.key] = fresh
	p.attendants.Go(func() { p.attend(fresh) })
	return nil
}

func (r *resident) markChanged() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// UpdatePod hands on changed labels and annotations.
func (p *provider) UpdatePod(_ context.Context, pod *corev1.Pod) error {
	if r := p.find(keyOf(pod)); r != nil && r.uid == pod.UID {
		r.pod.Update(pod)
	}
	return nil
}

// DeletePod begins to end a pod and does not wait.
func (p *provider) DeletePod(ctx context.Context, pod *corev1.Pod) error {
	r := p.find(keyOf(pod))
	if r == nil || r.uid != pod.UID {
		if pod.DeletionTimestamp != nil {
			// It was leaving when the node went down, and nothing of it runs any more.
			return p.deleteAtAPI(ctx, keyOf(pod), pod.UID)
		}
		return errdefs.NotFoundf("pod %s is not on this node", keyOf(pod))
	}
	r.pod.Update(pod)
	p.dismiss(r, pod)
	return nil
}

// dismiss stops a pod for good.
func (p *provider) dismiss(r *resident, pod *corev1.Pod) {
	seconds := ptr.Deref(pod.Spec.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	if pod.DeletionGracePeriodSeconds != nil {
		seconds = *pod.DeletionGracePeriodSeconds
	}
	r.pod.Stop(time.Duration(seconds) * time.Second)
	r.leave()
}

// GetPod finds a pod. One that is leaving is not found, so that virtual-kubelet hands over one of the same name that follows it.
func (p *provider) GetPod(_ context.Context, namespace, name string) (*corev1.Pod, error) {
	key := types.NamespacedName{Namespace: namespace, Name: name}
	r := p.find(key)
	if r != nil && !r.isLeaving() && p.replaced(r) {
		// It was removed with force and created again before anybody looked.
		p.dismiss(r, r.pod.Object())
	}
	if r == nil || r.isLeaving() {
		return nil, errdefs.NotFoundf("pod %s is not on this node", key)
	}
	return r.pod.Object(), nil
}

func (p *provider) replaced(r *resident) bool {
	current, err := p.lister.Pods(r.key.Namespace).Get(r.key.Name)
	return err == nil && current.UID != r.uid
}

// GetPodStatus is the status of a pod.
func (p *provider) GetPodStatus(ctx context.Context, namespace, name string) (*corev1.PodStatus, error) {
	if _, err := p.GetPod(ctx, namespace, name); err != nil {
		return nil, err
	}
	r := p.find(types.NamespacedName{Namespace: namespace, Name: name})
	if r == nil {
		return nil, errdefs.NotFoundf("pod %s/%s is not on this node", namespace, name)
	}
	return ptr.To(r.pod.Status()), nil
}

// GetPods lists the pods on this node.
func (p *provider) GetPods(context.Context) ([]*corev1.Pod, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pods []*corev1.Pod
	for _, r := range p.resident {
		if !r.isLeaving() {
			pods = append(pods, r.pod.Object())
		}
	}
	return pods, nil
}

func (p *provider) find(key types.NamespacedName) *resident {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.resident[key]
}

// refresh makes the pods that show the object bring their volumes up to date.
func (p *provider) refresh(object any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.resident {
		if volumes.Uses(r.pod.Object(), object) {
			r.pod.Refresh()
		}
	}
}

// hear tells a pod what others have written into its status.
func (p *provider) hear(pod *corev1.Pod) {
	if r := p.find(keyOf(pod)); r != nil && r.uid == pod.UID {
		r.pod.Update(pod)
		r.markChanged()
	}
}

// attend reports a resident's statuses until it is gone, then clears away what it left.
func (p *provider) attend(r *resident) {
	left := p.followUntilGone(r)
	if left {
		p.clearAway(r)
	}
	close(r.gone)
}

// suspendAll ends all pods because the node ends, and returns when their statuses say so.
func (p *provider) suspendAll() {
	p.mu.Lock()
	close(p.stopping)
	for _, r := range p.resident {
		spec := r.pod.Object().Spec
		r.pod.Suspend(time.Duration(ptr.Deref(spec.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)) * time.Second)
	}
	p.mu.Unlock()
	p.attendants.Wait()
}

// clearAway forgets a pod that is gone from the API.
func (p *provider) clearAway(r *resident) {
	var failures []error
	if err := os.RemoveAll(p.layout.pod(string(r.uid))); err != nil {
		failures = append(failures, fmt.Errorf("removing the pod's folder: %w", err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resident[r.key] == r {
		delete(p.resident, r.key)
		// A pod of the same name comes again only from a StatefulSet, and then wants its address back.
		if owner := metav1.GetControllerOf(r.pod.Object()); owner == nil || owner.Kind != "StatefulSet" {
			failures = append(failures, p.addresses.Release(r.key.Namespace, r.key.Name))
		}
	}
	if err := errors.Join(failures...); err != nil {
		p.logger.Warn("clearing away a pod", "pod", r.key, "error", err)
	}
}

// removeOrphans clears away what pods left that were deleted while the node was down.
func (p *provider) removeOrphans() error {
	pods, err := p.lister.List(labels.Everything())
	if err != nil {
		return fmt.Errorf("listing the node's pods: %w", err)
	}
	known := map[string]bool{}
	for _, pod := range pods {
		known[string(pod.UID)] = true
	}
	entries, err := os.ReadDir(p.layout.pods())
	if err != nil {
		return fmt.Errorf("looking for folders of pods that are gone: %w", err)
	}
	for _, entry := range entries {
		if known[entry.Name()] {
			continue
		}
		if err := os.RemoveAll(p.layout.pod(entry.Name())); err != nil {
			return fmt.Errorf("removing the folder of a pod that is gone: %w", err)
		}
	}
	return nil
}

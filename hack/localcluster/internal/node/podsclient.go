package node

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/utils/ptr"
)

// podsClient is what virtual-kubelet writes pods with. Two of its habits are corrected here:
//
//   - It replaces the whole status object, and with it labels and annotations that were changed meanwhile. A kubelet patches the
//     status only.
//   - It deletes the pod's object when the grace period is over, or at once if no container runs, whether or not the pod has
//     ended. A StatefulSet would then start a second writer beside the first.
type podsClient struct {
	client   kubernetes.Interface
	provider *provider
}

// Pods implements typedcorev1.PodsGetter.
func (c podsClient) Pods(namespace string) typedcorev1.PodInterface {
	return podClient{PodInterface: c.client.CoreV1().Pods(namespace), namespace: namespace, provider: c.provider}
}

type podClient struct {
	typedcorev1.PodInterface
	namespace string
	provider  *provider
}

// UpdateStatus patches.
func (c podClient) UpdateStatus(ctx context.Context, pod *corev1.Pod, _ metav1.UpdateOptions) (*corev1.Pod, error) {
	return pod, c.provider.patchStatus(ctx, pod)
}

// Delete waits until nothing of the pod runs any more.
func (c podClient) Delete(ctx context.Context, name string, options metav1.DeleteOptions) error {
	r := c.provider.find(types.NamespacedName{Namespace: c.namespace, Name: name})
	if r == nil || options.Preconditions == nil || ptr.Deref(options.Preconditions.UID, "") != r.uid {
		return c.PodInterface.Delete(ctx, name, options)
	}
	if !r.isLeaving() {
		c.provider.dismiss(r, r.pod.Object())
	}
	select {
	case <-r.pod.Done():
		return c.PodInterface.Delete(ctx, name, options)
	case <-ctx.Done():
		return ctx.Err()
	}
}

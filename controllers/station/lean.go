package station

import (
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/apply"
)

// leanCache brings objects into the form in which the caches hold them: without managed fields, children packed, and pods as well, without what only
// nodes need to know.
type leanCache struct {
	mu sync.Mutex
	// labels of children by the station's name, shared by all of them: a map of one entry has the size of one with eight.
	labels map[string]map[string]string
}

func (l *leanCache) transform(obj any) (any, error) {
	switch o := obj.(type) {
	case *corev1.ConfigMap, *corev1.PersistentVolumeClaim, *corev1.Secret, *corev1.Service, *corev1.ServiceAccount,
		*appsv1.StatefulSet, *networkingv1.NetworkPolicy, *networkingv1.Ingress:
		child, ok := o.(client.Object)
		if !ok {
			return obj, nil
		}
		return apply.Pack(child, l.labelsOf(child))
	case *corev1.Pod:
		return apply.Pack(leanPod(o), l.labelsOf(o))
	default:
		return cache.TransformStripManagedFields()(obj)
	}
}

// mostLabels bounds what is shared: when more stations than the country has townships have come and gone, sharing begins anew.
const mostLabels = 1 << 16

// labelsOf is the label by which a child's station is found.
func (l *leanCache) labelsOf(child client.Object) map[string]string {
	station := child.GetLabels()[LabelStation]
	if station == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	shared, ok := l.labels[station]
	if !ok {
		if l.labels == nil || len(l.labels) >= mostLabels {
			l.labels = map[string]map[string]string{}
		}
		shared = map[string]string{LabelStation: station}
		l.labels[station] = shared
	}
	return shared
}

// leanPod holds what tells how an intake is and where it can be asked. A packed pod is as it was.
func leanPod(pod *corev1.Pod) *corev1.Pod {
	if apply.IsPacked(pod) {
		return pod
	}
	small := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			CreationTimestamp: pod.CreationTimestamp, DeletionTimestamp: pod.DeletionTimestamp,
		},
		Status: corev1.PodStatus{PodIP: pod.Status.PodIP},
	}
	for _, container := range pod.Spec.Containers {
		small.Spec.Containers = append(small.Spec.Containers, corev1.Container{Name: container.Name, Ports: container.Ports})
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady || condition.Type == corev1.PodScheduled {
			small.Status.Conditions = append(small.Status.Conditions, condition)
		}
	}
	if podCondition(small, corev1.PodReady) != corev1.ConditionTrue { // what its containers do tells why
		small.Status.ContainerStatuses = pod.Status.ContainerStatuses
	}
	return small
}

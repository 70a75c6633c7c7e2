package station

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/apply"
)

// lean is the form in which the caches hold an object: without managed fields, children packed, pods without what only nodes need to know.
func lean(obj any) (any, error) {
	switch o := obj.(type) {
	case *corev1.ConfigMap, *corev1.PersistentVolumeClaim, *corev1.Secret, *corev1.Service, *corev1.ServiceAccount,
		*appsv1.StatefulSet, *networkingv1.NetworkPolicy, *networkingv1.Ingress:
		child, ok := o.(client.Object)
		if !ok {
			return obj, nil
		}
		return apply.Pack(child, LabelStation)
	case *corev1.Pod:
		return leanPod(o), nil
	default:
		return cache.TransformStripManagedFields()(obj)
	}
}

// leanPod holds what tells how an intake is and where it can be asked.
func leanPod(pod *corev1.Pod) *corev1.Pod {
	small := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			CreationTimestamp: pod.CreationTimestamp, DeletionTimestamp: pod.DeletionTimestamp, Labels: map[string]string{},
		},
		Status: corev1.PodStatus{PodIP: pod.Status.PodIP},
	}
	if station, ok := pod.Labels[LabelStation]; ok {
		small.Labels[LabelStation] = station
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

package controlplane

import (
	"context"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// Machinery stands in for the controllers and nodes of a cluster, in one namespace and until the test ends: a StatefulSet has its pod, which is ready, a
// claim its volume, and what belongs to an object that is gone is removed. What fails is done in the next round.
func (cp *ControlPlane) Machinery(t testing.TB, namespace string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	m := machinery{cp.Client, client.InNamespace(namespace)}
	go func() {
		defer close(ended)
		for round := time.NewTicker(100 * time.Millisecond); ctx.Err() == nil; {
			m.bind(ctx)
			m.runPods(ctx)
			m.collect(ctx)
			select {
			case <-ctx.Done():
			case <-round.C:
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

type machinery struct {
	client    client.Client
	namespace client.InNamespace
}

func (m machinery) bind(ctx context.Context) {
	claims := &corev1.PersistentVolumeClaimList{}
	_ = m.client.List(ctx, claims, m.namespace)
	for i := range claims.Items {
		claim := &claims.Items[i]
		switch {
		case claim.DeletionTimestamp != nil: // no pod uses it: it goes with the pod's owner
			claim.Finalizers = nil
			_ = m.client.Update(ctx, claim)
		case claim.Status.Phase != corev1.ClaimBound:
			claim.Status.Phase = corev1.ClaimBound
			_ = m.client.Status().Update(ctx, claim)
		}
	}
}

func (m machinery) runPods(ctx context.Context) {
	sets := &appsv1.StatefulSetList{}
	_ = m.client.List(ctx, sets, m.namespace)
	for i := range sets.Items {
		set := &sets.Items[i]
		pod := podOf(set)
		switch {
		case *set.Spec.Replicas == 0:
			_ = m.client.Delete(ctx, pod, client.GracePeriodSeconds(0))
		case m.client.Create(ctx, pod) == nil:
			pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}
			_ = m.client.Status().Update(ctx, pod)
		}
		if set.Status.ObservedGeneration != set.Generation {
			set.Status = appsv1.StatefulSetStatus{
				ObservedGeneration: set.Generation, Replicas: *set.Spec.Replicas, ReadyReplicas: *set.Spec.Replicas, CurrentRevision: "1", UpdateRevision: "1",
			}
			_ = m.client.Status().Update(ctx, set)
		}
	}
}

func podOf(set *appsv1.StatefulSet) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: set.Namespace, Name: set.Name + "-0", Labels: set.Spec.Template.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))},
		},
		Spec: set.Spec.Template.Spec,
	}
}

// collect what has an owner that is gone. Owners are listed last, so that none is missed that was there before what it owns.
func (m machinery) collect(ctx context.Context) {
	owned := m.list(ctx, &corev1.PodList{}, &corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.ServiceList{}, &corev1.ServiceAccountList{},
		&corev1.PersistentVolumeClaimList{}, &networkingv1.NetworkPolicyList{}, &appsv1.StatefulSetList{})
	var owners []types.UID
	for _, owner := range m.list(ctx, &v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &appsv1.StatefulSetList{}) {
		owners = append(owners, owner.GetUID())
	}
	for _, object := range owned {
		references := object.GetOwnerReferences()
		if len(references) > 0 && !slices.Contains(owners, references[0].UID) {
			_ = m.client.Delete(ctx, object, client.GracePeriodSeconds(0))
		}
	}
}

func (m machinery) list(ctx context.Context, lists ...client.ObjectList) []client.Object {
	var found []client.Object
	for _, list := range lists {
		_ = m.client.List(ctx, list, m.namespace)
		items, _ := meta.ExtractList(list)
		for _, item := range items {
			found = append(found, item.(client.Object))
		}
	}
	return found
}

package chaos

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// kubelet plays StatefulSet controller, kubelet and volume provisioner: a StatefulSet has its pod, and the pod is ready unless it is sick.
type kubelet struct {
	t *testing.T
	// pods have addresses nobody answers on.
	mu   sync.Mutex
	sick map[client.ObjectKey]bool
}

func newKubelet(t *testing.T) *kubelet {
	t.Helper()
	k := &kubelet{t: t, sick: map[client.ObjectKey]bool{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan bool)
	go func() {
		defer close(ended)
		beat := time.NewTicker(50 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				k.round(ctx)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return k
}

func (k *kubelet) setSick(key client.ObjectKey, sick bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sick[key] = sick
}

func (k *kubelet) healAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.sick)
}

// round looks at every StatefulSet. What fails is tried again in the next.
func (k *kubelet) round(ctx context.Context) {
	sets := &appsv1.StatefulSetList{}
	if err := cluster.Client.List(ctx, sets); err != nil {
		return
	}
	wanted := map[client.ObjectKey]bool{}
	for i := range sets.Items {
		set := &sets.Items[i]
		if set.DeletionTimestamp == nil && set.Spec.Replicas != nil && *set.Spec.Replicas > 0 {
			wanted[podOf(set)] = true
			_ = k.run(ctx, set)
		}
		_ = k.tell(ctx, set)
	}
	k.collectGarbage(ctx)
	pods := &corev1.PodList{}
	if err := cluster.Client.List(ctx, pods, client.MatchingLabels{"app.kubernetes.io/name": "liaison-intake"}); err != nil {
		return
	}
	for i := range pods.Items {
		if !wanted[client.ObjectKeyFromObject(&pods.Items[i])] {
			_ = cluster.Client.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0))
		}
	}
}

// collectGarbage removes what belongs to a station that is gone, also when another of its name has come: an operator that did not know so yet may have
// made it after the station was deleted.
func (k *kubelet) collectGarbage(ctx context.Context) {
	stations := &v1alpha1.LiaisonStationList{}
	if err := cluster.Client.List(ctx, stations); err != nil {
		return
	}
	there := map[types.UID]bool{}
	for _, st := range stations.Items {
		there[st.UID] = true
	}
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.ServiceList{}, &corev1.ServiceAccountList{}, &appsv1.StatefulSetList{}, &networkingv1.NetworkPolicyList{}, &networkingv1.IngressList{},
	} {
		if err := cluster.Client.List(ctx, list, client.HasLabels{station.LabelStation}); err != nil {
			return
		}
		_ = meta.EachListItem(list, func(item runtime.Object) error {
			obj, ok := item.(client.Object)
			if owner := metav1.GetControllerOf(obj); ok && owner != nil && owner.Kind == "LiaisonStation" && !there[owner.UID] {
				_ = cluster.Client.Delete(ctx, obj, client.Preconditions{UID: new(obj.GetUID())})
			}
			return nil
		})
	}
}

func podOf(set *appsv1.StatefulSet) client.ObjectKey {
	return client.ObjectKey{Namespace: set.Namespace, Name: set.Name + "-0"}
}

// run the pod of the set's present template.
func (k *kubelet) run(ctx context.Context, set *appsv1.StatefulSet) error {
	key := podOf(set)
	pod := &corev1.Pod{}
	err := cluster.Client.Get(ctx, key, pod)
	if apierrors.IsNotFound(err) {
		pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: key.Namespace, Name: key.Name, Labels: set.Spec.Template.Labels,
			Annotations: map[string]string{"chaos/generation": fmt.Sprint(set.Generation)},
		}, Spec: *set.Spec.Template.Spec.DeepCopy()}
		return cluster.Client.Create(ctx, pod)
	}
	if err != nil {
		return err
	}
	if pod.Annotations["chaos/generation"] != fmt.Sprint(set.Generation) {
		return cluster.Client.Delete(ctx, pod, client.GracePeriodSeconds(0))
	}
	k.mu.Lock()
	ready := corev1.ConditionTrue
	if k.sick[key] {
		ready = corev1.ConditionFalse
	}
	k.mu.Unlock()
	status := corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "127.0.0.1", Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}}
	if equality.Semantic.DeepEqual(pod.Status.Conditions, status.Conditions) {
		return nil
	}
	pod.Status = status
	return cluster.Client.Status().Update(ctx, pod)
}

// tell in the set's status that its pod is of the present template.
func (k *kubelet) tell(ctx context.Context, set *appsv1.StatefulSet) error {
	if set.Status.ObservedGeneration == set.Generation {
		return nil
	}
	revision := fmt.Sprint(set.Generation)
	set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, CurrentRevision: revision, UpdateRevision: revision}
	return cluster.Client.Status().Update(ctx, set)
}

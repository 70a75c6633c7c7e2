package backlog

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	stationctl "township.dev/liaison/controllers/station"
)

// SetupWithManager adds the controller to the manager and returns once it is registered.
func SetupWithManager(ctx context.Context, mgr ctrl.Manager, memory *Memory, options Options) error {
	options = options.withDefaults()
	if options.Recorder == nil {
		options.Recorder = mgr.GetEventRecorder("liaison-backlog")
	}
	if err := mgr.GetFieldIndexer().IndexField(ctx, &corev1.Pod{}, podsOfStation, indexPodsOfStation); err != nil {
		return fmt.Errorf("indexing pods by station: %w", err)
	}
	err := builder.ControllerManagedBy(mgr).
		Named("backlog").
		For(&v1alpha1.LiaisonStation{}, builder.WithPredicates(comesOrGoes())).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(stationOfPod), builder.WithPredicates(reachChanges())).
		WithOptions(controller.Options{MaxConcurrentReconciles: options.Concurrency}).
		Complete(New(mgr.GetClient(), memory, options))
	if err != nil {
		return fmt.Errorf("setting up the backlog controller: %w", err)
	}
	return nil
}

// comesOrGoes passes the beginning and the end of a station, and its suspension. What else stands in its spec does not matter to a poll, and its status
// is our own doing.
func comesOrGoes() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			leaves := e.ObjectOld.GetDeletionTimestamp().IsZero() && !e.ObjectNew.GetDeletionTimestamp().IsZero()
			return leaves || suspended(e.ObjectOld) != suspended(e.ObjectNew)
		},
	}
}

func suspended(object client.Object) bool {
	station, ok := object.(*v1alpha1.LiaisonStation)
	return ok && station.Spec.Suspend
}

// reachChanges passes a pod that begins or ceases to be reachable, so that a station is polled the moment its intake is ready.
func reachChanges() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := unpackedPod(e.ObjectOld)
			after, alsoOK := unpackedPod(e.ObjectNew)
			return ok && alsoOK && (reachable(before) != reachable(after) || before.Status.PodIP != after.Status.PodIP)
		},
	}
}

// unpackedPod is a pod of the cache, which stays as it is.
func unpackedPod(object client.Object) (*corev1.Pod, bool) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return nil, false
	}
	unpacked := *pod
	return &unpacked, apply.Unpack(&unpacked) == nil
}

func stationOfPod(_ context.Context, pod client.Object) []reconcile.Request {
	station, ok := pod.GetLabels()[stationctl.LabelStation]
	if !ok {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: station}}}
}

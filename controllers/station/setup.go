package station

import (
	"cmp"
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"township.dev/liaison/api/v1alpha1"
)

// childKinds are the kinds whose objects this controller makes or, as with Pods, looks at.
func childKinds() []client.Object {
	return []client.Object{
		&corev1.ConfigMap{}, &corev1.PersistentVolumeClaim{}, &corev1.Pod{}, &corev1.Secret{}, &corev1.Service{}, &corev1.ServiceAccount{},
		&appsv1.StatefulSet{}, &networkingv1.NetworkPolicy{},
	}
}

// CacheOptions are those the manager's cache needs: of the kinds every cluster is full of it holds only the operator's own objects,
// so that a stranger's Secrets are neither read nor kept in memory. Managed fields, a third of an object, are dropped.
// Of the namespaces it holds those named, or all when none is.
func CacheOptions(namespaces ...string) cache.Options {
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{LabelManagedBy: ManagedBy})}
	byObject := map[client.Object]cache.ByObject{}
	for _, kind := range childKinds() {
		byObject[kind] = ours
	}
	options := cache.Options{ByObject: byObject, DefaultTransform: cache.TransformStripManagedFields()}
	if len(namespaces) > 0 {
		options.DefaultNamespaces = map[string]cache.Config{}
	}
	for _, namespace := range namespaces {
		options.DefaultNamespaces[namespace] = cache.Config{}
	}
	return options
}

// rosterIndex finds the stations that name a roster.
const rosterIndex = "station/spec.rosterRef.name"

// SetupWithManager registers the reconciler and what wakes it.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.LiaisonStation{}, rosterIndex, func(obj client.Object) []string {
		if station, ok := obj.(*v1alpha1.LiaisonStation); ok && station.Spec.RosterRef != nil {
			return []string{station.Spec.RosterRef.Name}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("indexing stations by roster: %w", err)
	}
	// Status writes, our own and the backlog's, are no news; a new generation is.
	specChanges := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	// A station's annotations ask for new secrets, its labels for an early turn in an upgrade.
	stationChanges := builder.WithPredicates(predicate.Or(
		predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}, predicate.LabelChangedPredicate{}))
	b := ctrl.NewControllerManagedBy(mgr).
		Named("station").
		WithOptions(controller.Options{MaxConcurrentReconciles: cmp.Or(r.Options.Concurrency, 4)}).
		For(&v1alpha1.LiaisonStation{}, stationChanges).
		Watches(&v1alpha1.DeputyRoster{}, handler.EnqueueRequestsFromMapFunc(r.stationsOfRoster), specChanges).
		Watches(&v1alpha1.DutySchedule{}, handler.EnqueueRequestsFromMapFunc(r.stationsOfPlan), specChanges).
		Watches(&v1alpha1.HolidayCalendar{}, handler.EnqueueRequestsFromMapFunc(r.stationsUnderCalendar), specChanges)
	for _, kind := range childKinds() {
		b = b.Watches(kind, handler.EnqueueRequestsFromMapFunc(stationOfChild))
	}
	if err := b.Complete(r); err != nil {
		return fmt.Errorf("registering the station controller: %w", err)
	}
	return nil
}

// stationOfChild finds the station by label, because what is kept carries no owner reference.
func stationOfChild(_ context.Context, child client.Object) []reconcile.Request {
	name := child.GetLabels()[LabelStation]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: child.GetNamespace(), Name: name}}}
}

func (r *Reconciler) stationsOfRoster(ctx context.Context, roster client.Object) []reconcile.Request {
	return r.stations(ctx, client.InNamespace(roster.GetNamespace()), client.MatchingFields{rosterIndex: roster.GetName()})
}

func (r *Reconciler) stationsOfPlan(ctx context.Context, obj client.Object) []reconcile.Request {
	plan, ok := obj.(*v1alpha1.DutySchedule)
	if !ok {
		return nil
	}
	return r.stations(ctx, client.InNamespace(plan.Namespace), client.MatchingFields{rosterIndex: plan.Spec.RosterRef.Name})
}

// stationsUnderCalendar are those of the calendar's namespace, or all when it stands in the operator's.
func (r *Reconciler) stationsUnderCalendar(ctx context.Context, calendar client.Object) []reconcile.Request {
	if calendar.GetNamespace() == r.Options.OperatorNamespace {
		return r.stations(ctx)
	}
	return r.stations(ctx, client.InNamespace(calendar.GetNamespace()))
}

func (r *Reconciler) stations(ctx context.Context, opts ...client.ListOption) []reconcile.Request {
	list := &v1alpha1.LiaisonStationList{}
	if err := r.Client.List(ctx, list, opts...); err != nil {
		// Lists come from memory; the only way to fail is a cache that stops, and then nothing is reconciled any more.
		ctrl.LoggerFrom(ctx).Error(err, "listing stations to wake")
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}

package station

import (
	"cmp"
	"context"
	"fmt"
	"time"

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
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/optional"
)

// childKinds are the kinds whose objects this controller makes or, as with Pods, looks at.
func childKinds() []client.Object {
	return []client.Object{
		&corev1.ConfigMap{}, &corev1.PersistentVolumeClaim{}, &corev1.Pod{}, &corev1.Secret{}, &corev1.Service{}, &corev1.ServiceAccount{},
		&appsv1.StatefulSet{}, &networkingv1.NetworkPolicy{}, &networkingv1.Ingress{},
	}
}

// declaredKinds are those that people write.
func declaredKinds() []client.Object {
	return []client.Object{&v1alpha1.LiaisonStation{}, &v1alpha1.DeputyRoster{}, &v1alpha1.DutySchedule{}, &v1alpha1.HolidayCalendar{}}
}

// CacheOptions are those the manager's cache needs: of every kind but those that people write it holds only the operator's own objects,
// so that a stranger's Secrets are neither read nor kept in memory. What nobody reads is dropped: see leanCache.
// Of the namespaces it holds those named, or all when none is.
//
// The selector is the default, and those without it are named, because a kind can only be named here while the cluster has it.
func CacheOptions(namespaces ...string) cache.Options {
	options := cache.Options{
		ByObject:             map[client.Object]cache.ByObject{},
		DefaultLabelSelector: labels.SelectorFromSet(labels.Set{LabelManagedBy: ManagedBy}),
		DefaultTransform:     (&leanCache{}).transform,
	}
	for _, kind := range declaredKinds() {
		options.ByObject[kind] = cache.ByObject{Label: labels.Everything()}
	}
	if len(namespaces) > 0 {
		options.DefaultNamespaces = map[string]cache.Config{}
	}
	for _, namespace := range namespaces {
		options.DefaultNamespaces[namespace] = cache.Config{}
	}
	return options
}

// mostPerVisit bounds a reconcile: where an admission webhook of one namespace takes its time, the stations of the others must not wait for it.
const mostPerVisit = 30 * time.Second

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
	rosterChanges := builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, firstLookedAt))
	// A station's annotations ask for new secrets, its labels for an early turn in an upgrade.
	stationChanges := builder.WithPredicates(predicate.Or(
		predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}, predicate.LabelChangedPredicate{}))
	b := ctrl.NewControllerManagedBy(mgr).
		Named("station").
		WithOptions(controller.Options{MaxConcurrentReconciles: cmp.Or(r.Options.Concurrency, 4), ReconciliationTimeout: mostPerVisit}).
		For(&v1alpha1.LiaisonStation{}, stationChanges).
		Watches(&v1alpha1.DeputyRoster{}, r.gathered(r.stationsOfRoster), rosterChanges).
		Watches(&v1alpha1.DutySchedule{}, r.gathered(r.stationsOfPlan), specChanges).
		Watches(&v1alpha1.HolidayCalendar{}, r.gathered(r.stationsUnderCalendar), specChanges)
	r.echoes, r.contests = apply.NewEchoes(), apply.NewContests(r.Clock)
	for _, kind := range childKinds() {
		b = b.Watches(kind, handler.EnqueueRequestsFromMapFunc(stationOfChild), builder.WithPredicates(r.echoes.Predicate(kind)))
	}
	if r.Waves != nil {
		b = b.WatchesRawSource(r.woken())
		if err := mgr.Add(r.expectStations()); err != nil {
			return fmt.Errorf("adding the count of stations: %w", err)
		}
	}
	stations, err := b.Build(r)
	if err != nil {
		return fmt.Errorf("registering the station controller: %w", err)
	}
	return r.watchOptionalKinds(mgr, stations)
}

// watchOptionalKinds has the controller watch the kinds that the cluster may lack. Once it has one, each station may be missing an object of it.
func (r *Reconciler) watchOptionalKinds(mgr ctrl.Manager, stations controller.Controller) error {
	watcher := optional.Watcher{
		Controller: stations,
		Handler:    handler.EnqueueRequestsFromMapFunc(stationOfChild),
		Arrived:    func(ctx context.Context) []reconcile.Request { return r.stations(ctx) },
		Every:      cmp.Or(r.Options.LookForKinds, 30*time.Second),
	}
	var err error
	if r.optional.httpRoutes, err = optional.Watch(mgr, &gatewayv1.HTTPRoute{}, watcher); err != nil {
		return fmt.Errorf("watching HTTPRoutes: %w", err)
	}
	if r.optional.podMonitors, err = optional.Watch(mgr, &optional.PodMonitor{}, watcher); err != nil {
		return fmt.Errorf("watching PodMonitors: %w", err)
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

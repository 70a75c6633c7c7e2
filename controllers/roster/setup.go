package roster

import (
	"cmp"
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"township.dev/liaison/api/v1alpha1"
)

// SetupWithManager adds the controller to the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.DutySchedule{}, rosterField, func(obj client.Object) []string {
		if schedule, ok := obj.(*v1alpha1.DutySchedule); ok {
			return []string{schedule.Spec.RosterRef.Name}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("indexing schedules by roster: %w", err)
	}
	// Statuses are our own doing; only specs, and the label by which we know our own, are news.
	specs := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	schedules := builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}))
	err = builder.ControllerManagedBy(mgr).
		Named("roster").
		For(&v1alpha1.DeputyRoster{}, specs).
		Watches(&v1alpha1.DutySchedule{}, handler.EnqueueRequestsFromMapFunc(rosterOfSchedule), schedules).
		Watches(&v1alpha1.HolidayCalendar{}, handler.EnqueueRequestsFromMapFunc(r.rostersOfCalendar), specs).
		WithOptions(controller.Options{MaxConcurrentReconciles: cmp.Or(r.Concurrency, 2)}).
		Complete(r)
	if err != nil {
		return fmt.Errorf("setting up the roster controller: %w", err)
	}
	return nil
}

func rosterOfSchedule(_ context.Context, obj client.Object) []reconcile.Request {
	schedule, ok := obj.(*v1alpha1.DutySchedule)
	if !ok {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: schedule.Namespace, Name: schedule.Spec.RosterRef.Name}}}
}

// rostersOfCalendar are those the calendar serves: of every namespace when it stands in the operator's, else of its own.
func (r *Reconciler) rostersOfCalendar(ctx context.Context, calendar client.Object) []reconcile.Request {
	var scope []client.ListOption
	if calendar.GetNamespace() != r.OperatorNamespace {
		scope = append(scope, client.InNamespace(calendar.GetNamespace()))
	}
	var rosters v1alpha1.DeputyRosterList
	if err := r.Client.List(ctx, &rosters, scope...); err != nil {
		log.FromContext(ctx).Error(err, "listing the rosters that a calendar serves; they are planned again at midnight", "calendar", client.ObjectKeyFromObject(calendar))
		return nil
	}
	requests := make([]reconcile.Request, 0, len(rosters.Items))
	for i := range rosters.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&rosters.Items[i])})
	}
	return requests
}

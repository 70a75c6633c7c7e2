package station

import (
	"cmp"
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"township.dev/liaison/api/v1alpha1"
)

// gathered wakes the stations that find names a while after an event, so that what comes in a row, as the months of a roster do, is one look and one
// write of the documents. Nothing is lost by that: the queue holds the station from the first event on, and the look sees all that has come by then.
// What was there before the operator waits for nothing; its stations are being looked at anyway.
func (r *Reconciler) gathered(find handler.MapFunc) handler.EventHandler {
	now := handler.EnqueueRequestsFromMapFunc(find)
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	later := func(q queue) queue { return gatheringQueue{q, cmp.Or(r.Options.Gather, time.Second)} }
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList {
				q = later(q)
			}
			now.Create(ctx, e, q)
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) { now.Update(ctx, e, later(q)) },
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { now.Delete(ctx, e, later(q)) },
	}
}

// gatheringQueue adds after a while. What waits already is not put off by what is added after it.
type gatheringQueue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	gather time.Duration
}

func (q gatheringQueue) Add(request reconcile.Request) { q.AddAfter(request, q.gather) }

// firstLookedAt passes the moment at which the roster controller has seen a new roster. Until then the stations wait for its months: see writeSchedule.
var firstLookedAt = predicate.Funcs{
	UpdateFunc: func(e event.UpdateEvent) bool { return !lookedAt(e.ObjectOld) && lookedAt(e.ObjectNew) },
}

func lookedAt(obj any) bool {
	roster, ok := obj.(*v1alpha1.DeputyRoster)
	return ok && roster.Status.ObservedGeneration > 0
}

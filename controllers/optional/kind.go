// Package optional deals with kinds that a cluster may lack: the Gateway API's and the Prometheus Operator's. The operator starts without
// them, and notices by itself when one is installed later.
package optional

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// Kind is one that the cluster may lack.
type Kind struct {
	present atomic.Bool
}

// Present reports whether the cluster has the kind and its objects can be read from the cache. It asks nobody; a nil Kind is absent.
func (k *Kind) Present() bool { return k != nil && k.present.Load() }

// Watcher is the controller that wants to know of a kind and its objects.
type Watcher struct {
	Controller controller.Controller
	// Handler of the objects' events.
	Handler handler.EventHandler
	// Arrived is who must be looked at once more when the kind arrives.
	Arrived func(context.Context) []reconcile.Request
	// Every is how often an absent kind is looked for.
	Every time.Duration
}

// Watch has the controller watch the objects of the kind, at once when the cluster has it, else as soon as it does.
func Watch(mgr ctrl.Manager, object client.Object, w Watcher) (*Kind, error) {
	gvk, err := apiutil.GVKForObject(object, mgr.GetScheme())
	if err != nil {
		return nil, fmt.Errorf("finding the kind of %T: %w", object, err)
	}
	l := &lookout{Watcher: w, manager: mgr, object: object, gvk: gvk, kind: &Kind{}}
	there, err := l.served()
	switch {
	case err != nil:
		return nil, err
	case there:
		// The controller waits for this watch before it begins, so nobody reads from a cache that is not filled.
		l.kind.present.Store(true)
		return l.kind, l.watch()
	}
	if err := mgr.Add(l); err != nil {
		return nil, fmt.Errorf("adding the lookout for %s: %w", gvk, err)
	}
	return l.kind, nil
}

// lookout waits for a kind to arrive.
type lookout struct {
	Watcher
	manager ctrl.Manager
	object  client.Object
	gvk     schema.GroupVersionKind
	kind    *Kind
}

// NeedLeaderElection says no: a replica that waits for its turn keeps its caches filled.
func (l *lookout) NeedLeaderElection() bool { return false }

// Start looks for the kind until it is there or the context ends.
func (l *lookout) Start(ctx context.Context) error {
	err := wait.PollUntilContextCancel(ctx, l.Every, true, l.look)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// look reports whether the kind has arrived and its objects are in the cache. What fails is tried again.
func (l *lookout) look(ctx context.Context) (arrived bool, err error) {
	there, err := l.served()
	if err == nil && !there {
		return false, nil
	}
	if err == nil {
		// This returns once the cache is filled; only then is anybody told to read from it.
		_, err = l.manager.GetCache().GetInformer(ctx, l.object)
	}
	log := l.manager.GetLogger().WithValues("kind", l.gvk.Kind, "group", l.gvk.Group)
	if err != nil {
		log.Info("an optional kind cannot be read yet", "why", err.Error())
		return false, nil
	}
	l.kind.present.Store(true)
	log.Info("an optional kind has arrived and is used from now on")
	return true, errors.Join(l.watch(), l.wake())
}

func (l *lookout) served() (bool, error) {
	_, err := l.manager.GetRESTMapper().RESTMapping(l.gvk.GroupKind(), l.gvk.Version)
	switch {
	case meta.IsNoMatchError(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for %s: %w", l.gvk, err)
	default:
		return true, nil
	}
}

func (l *lookout) watch() error {
	if err := l.Controller.Watch(source.Kind(l.manager.GetCache(), l.object, l.Handler)); err != nil {
		return fmt.Errorf("watching %s: %w", l.gvk, err)
	}
	return nil
}

// wake puts everyone concerned behind whatever else the queue holds.
func (l *lookout) wake() error {
	priority := handler.LowPriority
	err := l.Controller.Watch(source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		if patient, ok := queue.(priorityqueue.PriorityQueue[reconcile.Request]); ok {
			patient.AddWithOpts(priorityqueue.AddOpts{Priority: &priority}, l.Arrived(ctx)...)
			return nil
		}
		for _, request := range l.Arrived(ctx) {
			queue.Add(request)
		}
		return nil
	}))
	if err != nil {
		return fmt.Errorf("telling of %s: %w", l.gvk, err)
	}
	return nil
}

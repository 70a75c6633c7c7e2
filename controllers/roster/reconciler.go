// Package roster plans the months of each DeputyRoster and publishes them as DutySchedules.
//
// Phases run in order, each in a file of its own: validate, consult the calendars, recall what is published, plan, publish, prune, report.
// Who serves when is internal/duty's answer; here it is only asked and written down.
package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
)

// catchUp is how long the cache is given to show what somebody else has written.
const catchUp = 10 * time.Millisecond

// FieldManager owns DutySchedules and the status of DeputyRosters.
const FieldManager = "liaison-roster"

// Reconciler keeps the coming months of rosters planned.
type Reconciler struct {
	// Client reads from a cache that holds every roster, schedule and calendar, and writes.
	Client client.Client
	// APIReader reads past the cache.
	APIReader client.Reader
	Clock     clock.PassiveClock
	Recorder  events.EventRecorder
	// Writes counts writes to the API server; nil counts nothing.
	Writes *prometheus.CounterVec
	// OperatorNamespace is where HolidayCalendars serve every roster.
	OperatorNamespace string
	// Concurrency is how many rosters are reconciled at once; 0 means 2.
	Concurrency int
}

// phase is one step of a reconcile. What it finds wrong it leaves with the visit, which folds it into conditions at the end.
type phase func(context.Context, *Reconciler, *visit)

// phases in their order: what cannot be right in spec and calendars is told and the rest is planned, the plan continues what is published, and the
// report tells of the published months when there is no new plan.
var phases = []phase{validate, consult, recall, plan, publish, prune, report}

// +kubebuilder:rbac:groups=liaison.township.dev,resources=deputyrosters;holidaycalendars,verbs=list;watch
// +kubebuilder:rbac:groups=liaison.township.dev,resources=deputyrosters/status;dutyschedules/status,verbs=patch
// +kubebuilder:rbac:groups=liaison.township.dev,resources=dutyschedules,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile implements reconcile.Reconciler. A deleted roster needs nothing: its DutySchedules stay, and a roster created again under the name continues them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	roster := &v1alpha1.DeputyRoster{}
	if err := r.Client.Get(ctx, req.NamespacedName, roster); err != nil {
		if apierrors.IsNotFound(err) {
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("reading the roster: %w", err)
	}
	if !roster.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	v := r.visit(roster)
	for _, run := range phases {
		run(ctx, r, v)
	}
	return r.finish(ctx, v)
}

// finish folds what the phases found into conditions, writes the status once, and tells events after that.
func (r *Reconciler) finish(ctx context.Context, v *visit) (ctrl.Result, error) {
	result, err := outcome.Fold(v.conditions, slices.Concat(v.input, v.faults)...)
	v.summarise()
	statusErr := r.writeStatus(ctx, v)
	if apierrors.IsConflict(statusErr) { // somebody else has written since it was read
		return ctrl.Result{RequeueAfter: catchUp}, err
	}
	if statusErr != nil {
		return ctrl.Result{}, errors.Join(err, statusErr)
	}
	outcome.Events(r.Recorder, r.Client.Scheme(), v.roster, v.before.Conditions, v.conditions.List())
	if err != nil {
		return ctrl.Result{}, err
	}
	if v.outrun {
		return ctrl.Result{RequeueAfter: catchUp}, nil
	}
	if tomorrow := v.untilTomorrow(); result.RequeueAfter == 0 || tomorrow < result.RequeueAfter {
		result.RequeueAfter = tomorrow
	}
	return result, nil
}

func (r *Reconciler) applier() *apply.Applier {
	return &apply.Applier{Client: r.Client, APIReader: r.APIReader, FieldManager: FieldManager, Writes: r.Writes}
}

// Package backlog asks each ready station's intake service what waits there, and writes the answer to the station's status.
//
// The rhythm of the polls is the work queue's: each reconcile of a station asks for the next one. A settled station costs one
// request to its intake per interval and none to the API server.
package backlog

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
)

// catchUp is how long the cache is given to show what somebody else has written.
const catchUp = 10 * time.Millisecond

// FieldManager owns status.backlog, status.intakeVersion and the conditions BacklogFresh, AuditIntact and AuthoritiesTrusted of a LiaisonStation.
const FieldManager = "liaison-backlog"

// Options of the controller; a zero field takes its default.
type Options struct {
	// Interval between two polls of a station; 15 seconds by default.
	Interval time.Duration
	// Timeout of one poll; 5 seconds by default.
	Timeout time.Duration
	// Glance is how long an intake may take before it is asked apart from those that answer at once; a tenth of Timeout by default.
	Glance time.Duration
	// Concurrency is how many stations are polled at the same time; 32 by default.
	Concurrency int
	// Clock tells the time; the machine's by default.
	Clock clock.PassiveClock
	// Writes counts writes to the API server by kind and reason; nil counts nothing.
	Writes *prometheus.CounterVec
	// Recorder tells of broken audit logs; the manager's by default.
	Recorder events.EventRecorder
}

func (o Options) withDefaults() Options {
	if o.Interval <= 0 {
		o.Interval = 15 * time.Second
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Glance <= 0 {
		o.Glance = o.Timeout / 10
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 32
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return o
}

// Reconciler polls one station at a time and is safe for concurrent use.
type Reconciler struct {
	reader     client.Reader
	applier    *apply.Applier
	clock      clock.PassiveClock
	recorder   events.EventRecorder
	memory     *Memory
	timetable  timetable
	questioner *questioner
	// glance is how long an intake may take before it is one of the slow, and timeout how long one of these may.
	glance, timeout time.Duration
	slow            lane
}

// New returns a reconciler that remembers its polls in memory. The options need a recorder.
func New(c client.Client, memory *Memory, options Options) *Reconciler {
	options = options.withDefaults()
	return &Reconciler{
		reader:     c,
		applier:    &apply.Applier{Client: c, FieldManager: FieldManager, Writes: options.Writes},
		clock:      options.Clock,
		recorder:   options.Recorder,
		memory:     memory,
		timetable:  timetable{interval: options.Interval},
		questioner: newQuestioner(options.Timeout),
		glance:     options.Glance,
		timeout:    options.Timeout,
		slow:       newLane(options.Concurrency / 4),
	}
}

// +kubebuilder:rbac:groups=liaison.township.dev,resources=liaisonstations,verbs=list;watch
// +kubebuilder:rbac:groups=liaison.township.dev,resources=liaisonstations/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=pods;secrets,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile polls the station if its turn has come, and says when to look again.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	station := &v1alpha1.LiaisonStation{}
	err := r.reader.Get(ctx, request.NamespacedName, station)
	if client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, fmt.Errorf("reading the station: %w", err)
	}
	if err != nil || !station.DeletionTimestamp.IsZero() {
		r.memory.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}

	record, ok := r.memory.Recall(request.NamespacedName, station.UID)
	if !ok {
		record = recordOf(station, r.clock.Now())
	}
	record, err = r.visit(ctx, station, record)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.memory.keep(request.NamespacedName, record)
	return r.report(ctx, station, record)
}

// visit asks the intake when it can be asked and its turn has come.
func (r *Reconciler) visit(ctx context.Context, station *v1alpha1.LiaisonStation, record Record) (Record, error) {
	d, err := r.findDoor(ctx, station)
	if why, ok := silenceIn(err); ok {
		return r.noDoor(ctx, station, record, why), nil
	}
	if err != nil {
		return record, err
	}
	if record.asked == d.address && r.clock.Now().Before(record.due) {
		return record, nil
	}
	return r.poll(ctx, station, record.asking(d.address), d)
}

// noDoor notes why nobody can be asked. A pod that becomes ready announces itself, and so does a station that is resumed; whatever else is missing is looked for again.
func (r *Reconciler) noDoor(ctx context.Context, station *v1alpha1.LiaisonStation, record Record, why *silence) Record {
	if why.reason == ReasonNotReady || why.reason == ReasonSuspended {
		return record.closed(why.reason, time.Time{})
	}
	logOnce(ctx, record, why)
	return record.closed(why.reason, r.timetable.next(client.ObjectKeyFromObject(station), r.clock.Now()))
}

// poll asks the intake. An intake has a glance's time; one that takes longer is asked again among the slow, who have the whole time limit and share a quarter
// of the workers. So any number of intakes that hang costs the others a glance each, once.
func (r *Reconciler) poll(ctx context.Context, station *v1alpha1.LiaisonStation, record Record, d door) (Record, error) {
	if record.slow {
		if !r.slow.enter() {
			record.due = r.timetable.next(client.ObjectKeyFromObject(station), r.clock.Now())
			return record, nil
		}
		defer r.slow.leave()
	}
	asked, err := r.ask(ctx, station, record, d)
	if asked.slow && !record.slow && asked.silence != "" {
		asked.due = r.clock.Now() // it has not had the whole time limit yet
	}
	return asked, err
}

// ask notes the intake's answer, or why it gave none.
func (r *Reconciler) ask(ctx context.Context, station *v1alpha1.LiaisonStation, record Record, d door) (Record, error) {
	limit := r.glance
	if record.slow {
		limit = r.timeout
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := r.clock.Now()
	report, err := r.questioner.ask(limited, d, seenLength(station))
	now := r.clock.Now()
	record.slow = limited.Err() != nil || now.Sub(began) >= r.glance
	key := client.ObjectKeyFromObject(station)
	if err == nil {
		return record.answered(report, now, r.timetable.next(key, now)), nil
	}
	why, ok := silenceIn(err)
	if !ok || ctx.Err() != nil {
		return record, err // the operator is stopping; that is no fault of the intake's
	}
	logOnce(ctx, record, why)
	if why.reason == ReasonTokenRefused { // it answers, and has a new token when its node has brought it
		return record.missed(why.reason, r.timetable.next(key, now)), nil
	}
	return record.missed(why.reason, r.timetable.retry(key, now, record.misses+1)), nil
}

// logOnce says why a station is silent when the reason is new, and not again at each poll.
func logOnce(ctx context.Context, record Record, why *silence) {
	if record.silence != why.reason {
		log.FromContext(ctx).Info("the intake gives no backlog", "reason", why.reason, "cause", why.cause.Error())
	}
}

// report writes what the polls have shown and says when to look again.
func (r *Reconciler) report(ctx context.Context, station *v1alpha1.LiaisonStation, record Record) (ctrl.Result, error) {
	now := r.clock.Now()
	present := presentStanding(station)
	overdue := record.Heard().Add(r.timetable.grace())
	wanted := present
	switch {
	case !now.Before(overdue): // also of a slow one that has not had its turn
		wanted = present.stale(cmp.Or(record.silence, ReasonUnreachable), station.Name, now)
	case record.silence == "" && !record.Answered.IsZero():
		wanted = present.fresh(station, record.Report, now)
	}
	switch err := r.write(ctx, station, wanted); {
	case apierrors.IsConflict(err): // somebody else has written since it was read
		return ctrl.Result{RequeueAfter: catchUp, Priority: new(0)}, nil
	case err != nil:
		return ctrl.Result{}, err
	}
	// The queue would go on treating stations that were there when the operator started as less urgent than later ones.
	return ctrl.Result{RequeueAfter: lookAgain(record, overdue, now), Priority: new(0)}, nil
}

// lookAgain is how long to wait for the next reconcile; zero means until a pod of the station changes.
func lookAgain(record Record, overdue, now time.Time) time.Duration {
	if record.due.IsZero() {
		return max(overdue.Sub(now), 0)
	}
	return max(record.due.Sub(now), time.Millisecond) // zero would end the polls
}

// Package station provisions the intake of each LiaisonStation and says how it is.
//
// Phases run in order, each in a file of its own: validate, consult the roster, provision the children, observe the pod, expose it, announce.
// A file per child builds it from the station alone; controllers/apply writes it when it differs.
package station

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/waves"
)

// Options are what the operator's flags decide for every station.
type Options struct {
	// DefaultIntakeImage is the image of stations that name none.
	DefaultIntakeImage string
	// CountyDefaults are what stations get where they say nothing themselves: see withDefaults.
	CountyDefaults v1alpha1.Intake
	// PodMonitors is how the intakes' PodMonitors are found and how often they have Prometheus scrape.
	PodMonitors PodMonitors
	// ImagePullPolicy of every intake; empty means IfNotPresent.
	ImagePullPolicy corev1.PullPolicy
	// OperatorNamespace is where the operator runs: HolidayCalendars there serve every station, and from there intakes are polled.
	OperatorNamespace string
	// Concurrency is how many stations are reconciled at once; 0 means 4.
	Concurrency int
	// Soak is how long a station that was updated must have been ready before it makes room for the next.
	Soak time.Duration
	// LookForKinds is how often a kind that the cluster lacks is looked for; 0 means 30 seconds.
	LookForKinds time.Duration
	// Gather is how long what rosters, plans and calendars change is gathered before their stations are looked at; 0 means a second.
	Gather time.Duration
}

// Reconciler brings stations to what their specs say.
type Reconciler struct {
	// Client reads from a cache made with CacheOptions, and writes.
	Client client.Client
	// APIReader reads past the cache.
	APIReader client.Reader
	Clock     clock.PassiveClock
	Recorder  events.EventRecorder
	// Writes counts writes to the API server; nil counts nothing.
	Writes *prometheus.CounterVec
	// Waves holds back what the county changes until it is a station's turn; nil holds back nothing.
	Waves   *waves.Waves
	Options Options

	// echoes of what is created here, which wake nobody.
	echoes   *apply.Echoes
	sayings  sayings
	optional optionalKinds
	refusals refusals
	contests *apply.Contests
}

// phase is one step of a reconcile. What it returns is folded into conditions at the end; later phases run all the same, and look
// at the visit to see what earlier ones found.
type phase func(context.Context, *Reconciler, *visit) error

// phases in their order: a spec must hold before anything is made of it, the documents need the roster, the pod needs its
// children, only what is there is published, and what is announced comes from what was found.
var phases = []phase{validate, consult, provision, observe, follow, expose, announce}

// +kubebuilder:rbac:groups=liaison.township.dev,resources=liaisonstations,verbs=list;watch
// +kubebuilder:rbac:groups=liaison.township.dev,resources=liaisonstations/status,verbs=patch
// +kubebuilder:rbac:groups=liaison.township.dev,resources=deputyrosters;dutyschedules;holidaycalendars,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=configmaps;persistentvolumeclaims;serviceaccounts;services,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch;create;update
// +kubebuilder:rbac:groups="",resources=pods,verbs=list;watch
// +kubebuilder:rbac:groups=apps,resources=statefulsets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=podmonitors,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile implements reconcile.Reconciler. A deleted station needs nothing: its children carry owner references, and what is
// kept carries none.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	station := &v1alpha1.LiaisonStation{}
	if err := r.Client.Get(ctx, req.NamespacedName, station); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(req.NamespacedName)
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("reading the station: %w", err)
	}
	if !station.DeletionTimestamp.IsZero() {
		r.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	if r.sayings.aheadOf(station) {
		return ctrl.Result{RequeueAfter: catchUp}, nil
	}
	v := r.visit(station)
	problems := make([]error, 0, len(phases))
	for _, run := range phases {
		problems = append(problems, run(ctx, r, v))
	}
	return r.finish(ctx, v, problems)
}

// forget a station that is gone.
func (r *Reconciler) forget(name types.NamespacedName) {
	r.refusals.forget(name)
	r.sayings.forget(name)
	if r.Waves != nil {
		r.Waves.Forget(name)
	}
}

// finish folds what the phases found into conditions, writes the status once, and tells events after that.
func (r *Reconciler) finish(ctx context.Context, v *visit, problems []error) (ctrl.Result, error) {
	result, err := outcome.Fold(v.conditions, problems...)
	v.summarise()
	statusErr := r.writeStatus(ctx, v)
	if apierrors.IsConflict(statusErr) { // somebody else has written since it was read
		return ctrl.Result{RequeueAfter: catchUp}, err
	}
	if statusErr != nil {
		return ctrl.Result{}, errors.Join(err, statusErr)
	}
	outcome.Events(r.Recorder, r.Client.Scheme(), v.station, v.before.Conditions, v.conditions.List(), quietReasons...)
	if err != nil {
		return ctrl.Result{}, err
	}
	result.RequeueAfter = sooner(result.RequeueAfter, v.lookAgain)
	return result, nil
}

func (r *Reconciler) applier() *apply.Applier {
	return &apply.Applier{Client: r.Client, APIReader: r.APIReader, FieldManager: FieldManager, Writes: r.Writes, Echoes: r.echoes, Contests: r.contests}
}

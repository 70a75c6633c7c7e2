package station

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// visit is one reconcile of one station: what was read, what was found, and the status as it will be.
type visit struct {
	// station as it was read, with the county's defaults; nothing writes to it.
	station *v1alpha1.LiaisonStation
	// declared is the station as it was read, without the county's defaults.
	declared *v1alpha1.LiaisonStation
	// before is the status as it was read.
	before v1alpha1.LiaisonStationStatus
	// status as it will be. Only the fields this controller owns are set.
	status     v1alpha1.LiaisonStationStatus
	conditions *outcome.Conditions
	now        time.Time

	// workloadChanged is true when this visit wrote the StatefulSet, so that what is seen of the pod is not of this spec yet.
	workloadChanged bool
	// turn is whether the StatefulSet could be written.
	turn turn
	// share is the digest of the county's present share.
	share string
	// intakeAnswers is true while the intake is ready, as podReady tells; rollingOut while a change is on its way to its pod.
	intakeAnswers, rollingOut bool
	podReady                  string
	// readySince is since when the waves have known a station under way to be ready.
	readySince time.Time
	// blocked says why the children are not as the spec asks; nil while they are.
	blocked error
	// roster is nil when the station names none or it is not there.
	roster *v1alpha1.DeputyRoster
	// plans are the roster's DutySchedules from the present month on, in order.
	plans []v1alpha1.DutySchedule
	// documents made so far.
	documents documents
	// location is the time zone in which the station's days begin and end.
	location *time.Location
	// lookAgain is when this station must be looked at without any event; 0 means not at all.
	lookAgain time.Duration
}

// ownConditions are those this controller writes; the others of a station belong to other controllers.
var ownConditions = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled,
	v1alpha1.ConditionIntakeAvailable, v1alpha1.ConditionScheduleReady, v1alpha1.ConditionDeputiesKnown, v1alpha1.ConditionUpToDate,
}

func (r *Reconciler) visit(station *v1alpha1.LiaisonStation) *visit {
	now := r.Clock.Now()
	return &visit{
		station:    withDefaults(station, r.Options.CountyDefaults),
		declared:   station,
		before:     *station.Status.DeepCopy(),
		conditions: outcome.NewConditions(station.Status.Conditions, station.Generation, now, ownConditions...),
		now:        now,
		location:   fromcrd.Zone(nil),
		documents:  documents{},
	}
}

// today is the day at the station.
func (v *visit) today() workday.Date { return workday.DateOf(v.now.In(v.location)) }

// fail sets a condition to False and, while it stays so, waits for patience before asking the user to act.
func (v *visit) fail(condition, reason, message string) error {
	v.conditions.Set(condition, metav1.ConditionFalse, reason, message)
	return outcome.Patient(v.failingSince(condition), v.now, patience, reason, "%s", message)
}

// failingSince is from when on patience counts. Whoever has just changed the spec has acted: what failed before must not be held
// against the new one, or the correction of a station that was long down would be called a failure before its pod has a chance.
func (v *visit) failingSince(condition string) time.Time {
	if v.before.ObservedGeneration != v.station.Generation {
		return v.now
	}
	since := v.conditions.Since(condition, metav1.ConditionFalse)
	// Reconciling has been True since that change, the condition False since before it.
	if working := v.conditions.Get(v1alpha1.ConditionReconciling); working != nil && working.Status == metav1.ConditionTrue &&
		working.LastTransitionTime.After(since) {
		return working.LastTransitionTime.Time
	}
	return since
}

// waitingSince is from when on patience counts for what no condition of its own tells of. What has stalled goes on doing so until the spec changes.
func (v *visit) waitingSince(reason string) time.Time {
	stalled, working := v.conditions.Get(v1alpha1.ConditionStalled), v.conditions.Get(v1alpha1.ConditionReconciling)
	switch {
	case v.before.ObservedGeneration != v.station.Generation:
		return v.now
	case stalled != nil && stalled.Status == metav1.ConditionTrue && stalled.Reason == reason:
		return time.Time{}
	case working != nil && working.Status == metav1.ConditionTrue:
		return working.LastTransitionTime.Time
	default:
		return v.now
	}
}

// sooner returns the shorter of two waits, where 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || (b > 0 && b < a) {
		return b
	}
	return a
}

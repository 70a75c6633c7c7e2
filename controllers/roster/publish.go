package roster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
)

// publish writes the months that differ from what is published, and on the others says how they stand.
func publish(ctx context.Context, r *Reconciler, v *visit) {
	for _, plan := range v.plans {
		if v.taken[plan.Month] {
			continue
		}
		err := r.publishMonth(ctx, v, plan)
		if apierrors.IsConflict(err) {
			v.outrun = true
			continue
		}
		v.fault(err)
	}
}

func (r *Reconciler) publishMonth(ctx context.Context, v *visit, plan duty.MonthPlan) error {
	owner := apply.Owner{Kind: "DeputyRoster", Name: v.roster.Name, MarkLabel: fromcrd.LabelRoster, MarkLabelValue: v.roster.Name}
	operation, err := r.applier().Apply(ctx, owner, fromcrd.Schedule(v.roster.Name, v.roster.Namespace, plan, v.announcedUntil))
	if foreign, ok := errors.AsType[*apply.ForeignError](err); ok {
		return notLabelled(foreign.Name, v.roster.Name)
	}
	if leaving, ok := errors.AsType[*apply.LeavingError](err); ok {
		return outcome.Wait(0, ReasonScheduleLeaving, "DutySchedule %s is still being deleted; it is made anew once it is gone.", leaving.Name)
	}
	if err != nil {
		return err
	}
	// What was just written comes back through the watch, with the generation its conditions speak of.
	if live := v.published[plan.Month].live; operation == apply.Unchanged && live != nil {
		return r.certify(ctx, v, live)
	}
	return nil
}

// certify says on a schedule whether every shift has its people.
func (r *Reconciler) certify(ctx context.Context, v *visit, live *v1alpha1.DutySchedule) error {
	conditions := outcome.NewConditions(live.Status.Conditions, live.Generation, v.now, v1alpha1.ConditionReady)
	if missing := uncovered(live.Spec.Shifts); len(missing) > 0 {
		conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, ReasonShiftsUncovered, strings.Join(missing, "; ")+".")
	} else {
		conditions.Set(v1alpha1.ConditionReady, metav1.ConditionTrue, ReasonCovered, "Every shift has its people.")
	}
	status := tally(live.Spec.Shifts)
	status.ObservedGeneration, status.Conditions = live.Generation, conditions.List()
	if equality.Semantic.DeepEqual(live.Status, status) {
		return nil
	}
	_, err := r.applier().ApplyStatus(ctx, applyv1alpha1.DutySchedule(live.Name, live.Namespace).
		// Another operator may have been on the way: its word would be dated anew.
		WithUID(live.UID).WithResourceVersion(live.ResourceVersion).
		WithStatus(applyv1alpha1.DutyScheduleStatus().
			WithObservedGeneration(live.Generation).
			WithConditions(conditions.Apply()...).
			WithReceptions(*status.Receptions).WithDuties(*status.Duties).WithUncovered(*status.Uncovered)))
	if apierrors.IsNotFound(err) {
		return nil // deleted in the meantime
	}
	return err
}

// tally counts the month's shifts and what they lack.
func tally(shifts []v1alpha1.Shift) v1alpha1.DutyScheduleStatus {
	var receptions, duties, uncovered int32
	for i := range shifts {
		switch {
		case shifts[i].Cancelled:
		case shifts[i].Kind == v1alpha1.ShiftReception:
			receptions++
		default:
			duties++
		}
		uncovered += shifts[i].Uncovered
	}
	return v1alpha1.DutyScheduleStatus{Receptions: &receptions, Duties: &duties, Uncovered: &uncovered}
}

var kinds = map[v1alpha1.ShiftKind]string{v1alpha1.ShiftReception: "reception", v1alpha1.ShiftDuty: "duty"}

// uncovered tells of each shift that lacks somebody.
func uncovered(shifts []v1alpha1.Shift) []string {
	var missing []string
	for _, s := range shifts {
		if s.Uncovered > 0 {
			missing = append(missing, fmt.Sprintf("the %s of %s lacks %d", kinds[s.Kind], s.Date, s.Uncovered))
		}
	}
	return missing
}

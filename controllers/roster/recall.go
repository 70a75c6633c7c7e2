package roster

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// recall reads the months published for the roster, by this object or by an earlier one of its name: the one before the present,
// whose receptions may have been postponed into it, and those from the present on.
func recall(ctx context.Context, r *Reconciler, v *visit) {
	present := v.present()
	for n := -1; n < fromcrd.LongestHorizon; n++ {
		of := present.Add(n)
		r.recallMonth(ctx, v, of)
		if n >= v.rules.HorizonMonths && !v.has(of) {
			break
		}
	}
}

func (r *Reconciler) recallMonth(ctx context.Context, v *visit, of workday.Month) {
	live := &v1alpha1.DutySchedule{}
	key := client.ObjectKey{Namespace: v.roster.Namespace, Name: fromcrd.ScheduleName(v.roster.Name, of)}
	if err := r.Client.Get(ctx, key, live); err != nil {
		if !apierrors.IsNotFound(err) {
			v.unread = true
			v.halt(fmt.Errorf("reading DutySchedule %s: %w", key.Name, err))
		}
		return
	}
	if clash := v.clash(live, of); clash != nil {
		v.taken[of] = true
		v.fault(clash)
		return
	}
	published, err := fromcrd.PublishedOf(live)
	if err != nil {
		v.halt(outcome.Stalled(ReasonInvalidSchedule, "DutySchedule %s cannot be read: %s; correct it, or delete it to have the month planned anew.", key.Name, err))
		return
	}
	v.published[of] = month{live: live, Published: published}
}

// clash tells of a DutySchedule that has the name of the roster's month and is not the roster's.
func (v *visit) clash(live *v1alpha1.DutySchedule, of workday.Month) error {
	if other := live.Spec.RosterRef.Name; other != v.roster.Name || live.Spec.Month != of.String() {
		return outcome.Stalled(ReasonNameTaken,
			"DutySchedule %s is the plan of roster %s for %s, and its name is needed for %s of roster %s; delete it, or give one of the rosters another name.",
			live.Name, other, live.Spec.Month, of, v.roster.Name)
	}
	if live.Labels[LabelRoster] != v.roster.Name {
		return notLabelled(live.Name, v.roster.Name)
	}
	return nil
}

func notLabelled(schedule, roster string) error {
	return outcome.Stalled(ReasonNameTaken,
		"DutySchedule %s does not bear the label %s=%s, so somebody else made it; give it the label to have it continued, or delete it to have it made anew.",
		schedule, LabelRoster, roster)
}

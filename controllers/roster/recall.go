package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// recall reads the months published for the roster, by this object or by an earlier one of its name: the one before the present,
// whose receptions may have been postponed into it, those from the present on, and what is kept of earlier ones.
func recall(ctx context.Context, r *Reconciler, v *visit) {
	known := r.schedulesOf(ctx, v)
	if v.unread {
		return
	}
	v.recallHistory(known)
	present := v.present()
	for n := -1; n < fromcrd.LongestHorizon; n++ {
		of := present.Add(n)
		r.recallMonth(ctx, v, of, known[v.scheduleName(of)])
		if n >= v.rules.HorizonMonths && !v.has(of) {
			break
		}
	}
}

// schedulesOf the roster, by name. The cache tells, unless it lacks a month that is to be planned: it may show a roster before the schedules that were
// declared ahead of it, as when a county is restored, and a plan made without them would name others for published days and forget turns that were served.
func (r *Reconciler) schedulesOf(ctx context.Context, v *visit) map[string]*v1alpha1.DutySchedule {
	known := r.listSchedules(ctx, r.Client, v)
	for n := range v.rules.HorizonMonths {
		if !v.unread && known[v.scheduleName(v.present().Add(n))] == nil {
			return r.listSchedules(ctx, r.APIReader, v)
		}
	}
	return known
}

// rosterField finds schedules by the roster they are for. The cache has an index of this name, and the API server a selectable field.
const rosterField = "spec.rosterRef.name"

func (r *Reconciler) listSchedules(ctx context.Context, from client.Reader, v *visit) map[string]*v1alpha1.DutySchedule {
	var list v1alpha1.DutyScheduleList
	if err := from.List(ctx, &list, client.InNamespace(v.roster.Namespace), client.MatchingFields{rosterField: v.roster.Name}); err != nil {
		v.unread = true
		v.halt(fmt.Errorf("listing the DutySchedules of the roster: %w", err))
		return nil
	}
	known := make(map[string]*v1alpha1.DutySchedule, len(list.Items))
	for i := range list.Items {
		known[list.Items[i].Name] = &list.Items[i]
	}
	return known
}

func (v *visit) scheduleName(of workday.Month) string { return fromcrd.ScheduleName(v.roster.Name, of) }

func (v *visit) recallHistory(known map[string]*v1alpha1.DutySchedule) {
	last := v.present().Add(-1)
	for name, schedule := range known {
		of, err := workday.ParseMonth(schedule.Spec.Month)
		if err == nil && of.Before(last) && v.clash(schedule, of) == nil && name == v.scheduleName(of) {
			v.history = append(v.history, schedule)
		}
	}
	slices.SortFunc(v.history, func(a, b *v1alpha1.DutySchedule) int { return strings.Compare(a.Spec.Month, b.Spec.Month) })
}

// recallMonth takes in the month's schedule. Where the roster has none, that of another one may have its name.
func (r *Reconciler) recallMonth(ctx context.Context, v *visit, of workday.Month, live *v1alpha1.DutySchedule) {
	key := client.ObjectKey{Namespace: v.roster.Namespace, Name: v.scheduleName(of)}
	if live == nil {
		live = &v1alpha1.DutySchedule{}
		if err := r.Client.Get(ctx, key, live); err != nil {
			if !apierrors.IsNotFound(err) {
				v.unread = true
				v.halt(fmt.Errorf("reading DutySchedule %s: %w", key.Name, err))
			}
			return
		}
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
	if live.Labels[fromcrd.LabelRoster] != v.roster.Name {
		return notLabelled(live.Name, v.roster.Name)
	}
	return nil
}

func notLabelled(schedule, roster string) error {
	return outcome.Stalled(ReasonNameTaken,
		"DutySchedule %s does not bear the label %s=%s, so somebody else made it; give it the label to have it continued, or delete it to have it made anew.",
		schedule, fromcrd.LabelRoster, roster)
}

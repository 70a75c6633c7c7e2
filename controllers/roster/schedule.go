package roster

import (
	"maps"
	"slices"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// schedule is a month's plan as the DutySchedule it is published as. It has no owner reference on purpose: it outlives its roster.
// Fields that are empty are left out, because the API server stores none of them.
func schedule(roster *v1alpha1.DeputyRoster, plan duty.MonthPlan, announcedUntil workday.Date) *applyv1alpha1.DutyScheduleApplyConfiguration {
	spec := applyv1alpha1.DutyScheduleSpec().
		WithRosterRef(applyv1alpha1.LocalReference().WithName(roster.Name)).
		WithMonth(plan.Month.String())
	if plan.Provisional {
		spec.WithProvisional(true)
	}
	if last := plan.Month.Last(); announcedUntil.After(last) {
		spec.WithAnnouncedUntil(date(last))
	} else if !announcedUntil.Before(plan.Month.First()) {
		spec.WithAnnouncedUntil(date(announcedUntil))
	}
	if opening := ledgers(plan.Opening); opening != nil {
		spec.WithOpeningLedgers(opening)
	}
	for _, s := range plan.Shifts {
		spec.WithShifts(shift(s))
	}
	return applyv1alpha1.DutySchedule(fromcrd.ScheduleName(roster.Name, plan.Month), roster.Namespace).
		WithLabels(map[string]string{LabelRoster: roster.Name}).
		WithSpec(spec)
}

func date(d workday.Date) v1alpha1.Date { return v1alpha1.Date(d.String()) }

func shift(s duty.Shift) *applyv1alpha1.ShiftApplyConfiguration {
	applied := applyv1alpha1.Shift().
		WithDate(date(s.Date)).
		WithKind(v1alpha1.ShiftKind(s.Kind)).
		WithDeputies(s.Deputies...).
		WithLeaders(s.Leaders...)
	if s.Hours != "" {
		applied.WithHours(v1alpha1.HoursOfDay(s.Hours))
	}
	if s.Place != "" {
		applied.WithPlace(s.Place)
	}
	if s.Topic != "" {
		applied.WithTopic(s.Topic)
	}
	if !s.PostponedFrom.IsZero() {
		applied.WithPostponedFrom(date(s.PostponedFrom))
	}
	if s.Provisional {
		applied.WithProvisional(true)
	}
	if s.Uncovered > 0 {
		applied.WithUncovered(int32(s.Uncovered))
	}
	return applied
}

// ledgers returns nil where nothing is counted yet.
func ledgers(l duty.Ledgers) *applyv1alpha1.LedgersApplyConfiguration {
	if len(l.Reception)+len(l.Duty)+len(l.Leader) == 0 && l.Receptions == 0 {
		return nil
	}
	applied := applyv1alpha1.Ledgers().
		WithReception(entries(l.Reception)...).
		WithDuty(entries(l.Duty)...).
		WithLeader(entries(l.Leader)...)
	if l.Receptions > 0 {
		applied.WithReceptions(int32(l.Receptions))
	}
	return applied
}

func entries(ledger duty.Ledger) []*applyv1alpha1.LedgerEntryApplyConfiguration {
	list := make([]*applyv1alpha1.LedgerEntryApplyConfiguration, 0, len(ledger))
	for _, id := range slices.Sorted(maps.Keys(ledger)) {
		account := ledger[id]
		entry := applyv1alpha1.LedgerEntry().WithDeputy(id).WithTurns(int32(account.Turns))
		if !account.Last.IsZero() {
			entry.WithLast(date(account.Last))
		}
		list = append(list, entry)
	}
	return list
}

package fromcrd

import (
	"fmt"
	"maps"
	"slices"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// LongestHorizon is how many months a roster can plan, the present one included.
const LongestHorizon = 12

// LabelRoster on a DutySchedule names its roster.
const LabelRoster = "liaison.township.dev/roster"

// ScheduleName is the name of a roster's DutySchedule for a month.
func ScheduleName(roster string, month workday.Month) string { return roster + "-" + month.String() }

// Published is a month's plan as it was published.
type Published struct {
	Month workday.Month
	// Opening ledgers the month was planned from.
	Opening duty.Ledgers
	// AnnouncedUntil is zero where nothing was.
	AnnouncedUntil workday.Date
	Shifts         []duty.Shift
}

// PublishedOf reads a published month. The error names the field; somebody must have written the object by hand.
func PublishedOf(schedule *v1alpha1.DutySchedule) (Published, error) {
	spec := &schedule.Spec
	month, err := workday.ParseMonth(spec.Month)
	if err != nil {
		return Published{}, fmt.Errorf("spec.month: %w", err)
	}
	published := Published{Month: month, AnnouncedUntil: dateOf(spec.AnnouncedUntil), Opening: ledgersOf(&spec.OpeningLedgers)}
	for i := range spec.Shifts {
		shift := shiftOf(&spec.Shifts[i])
		if workday.MonthOf(shift.Date) != month {
			return Published{}, fmt.Errorf("spec.shifts[%d].date: %q does not lie in %s", i, spec.Shifts[i].Date, month)
		}
		published.Shifts = append(published.Shifts, shift)
	}
	return published, nil
}

func shiftOf(shift *v1alpha1.Shift) duty.Shift {
	return duty.Shift{
		Date: dateOf(shift.Date), Kind: duty.Kind(shift.Kind),
		Deputies: shift.Deputies, Leaders: shift.Leaders,
		Hours: string(shift.Hours), Place: shift.Place, Topic: shift.Topic,
		PostponedFrom: dateOf(shift.PostponedFrom),
		Rule:          shift.Rule,
		ByHand:        shift.Origin == v1alpha1.OriginOverride,
		Cancelled:     shift.Cancelled,
		Provisional:   shift.Provisional,
		Uncovered:     int(shift.Uncovered),
	}
}

func ledgersOf(ledgers *v1alpha1.Ledgers) duty.Ledgers {
	receptions := map[string]int{}
	if ledgers.Receptions > 0 {
		receptions[""] = int(ledgers.Receptions)
	}
	for _, row := range ledgers.AdditionalReceptions {
		receptions[row.Rule] = int(row.Receptions)
	}
	return duty.Ledgers{
		Reception: ledgerOf(ledgers.Reception), Duty: ledgerOf(ledgers.Duty), Leader: ledgerOf(ledgers.Leader),
		Receptions: receptions,
	}
}

func ledgerOf(entries []v1alpha1.LedgerEntry) duty.Ledger {
	ledger := make(duty.Ledger, len(entries))
	for _, entry := range entries {
		ledger[entry.Deputy] = duty.Account{Turns: int(entry.Turns), Last: dateOf(entry.Last)}
	}
	return ledger
}

// Schedule is a month's plan as the DutySchedule it is published as. It has no owner reference on purpose: it outlives its roster.
// Fields that are empty are left out, because the API server stores none of them. announcedUntil is zero where nothing is announced.
func Schedule(roster, namespace string, plan duty.MonthPlan, announcedUntil workday.Date) *applyv1alpha1.DutyScheduleApplyConfiguration {
	spec := applyv1alpha1.DutyScheduleSpec().
		WithRosterRef(applyv1alpha1.LocalReference().WithName(roster)).
		WithMonth(plan.Month.String())
	if plan.Provisional {
		spec.WithProvisional(true)
	}
	if last := plan.Month.Last(); announcedUntil.After(last) {
		spec.WithAnnouncedUntil(v1alpha1.Date(last.String()))
	} else if !announcedUntil.Before(plan.Month.First()) {
		spec.WithAnnouncedUntil(v1alpha1.Date(announcedUntil.String()))
	}
	if opening := applyLedgers(plan.Opening); opening != nil {
		spec.WithOpeningLedgers(opening)
	}
	for i := range plan.Shifts {
		spec.WithShifts(applyShift(&plan.Shifts[i]))
	}
	schedule := applyv1alpha1.DutySchedule(ScheduleName(roster, plan.Month), namespace).
		WithLabels(map[string]string{LabelRoster: roster}).
		WithSpec(spec)
	if namespace == "" {
		schedule.Namespace = nil
	}
	return schedule
}

func applyShift(s *duty.Shift) *applyv1alpha1.ShiftApplyConfiguration {
	origin := v1alpha1.OriginGenerated
	if s.ByHand {
		origin = v1alpha1.OriginOverride
	}
	applied := applyv1alpha1.Shift().
		WithDate(v1alpha1.Date(s.Date.String())).
		WithKind(v1alpha1.ShiftKind(s.Kind)).
		WithDeputies(s.Deputies...).
		WithLeaders(s.Leaders...).
		WithOrigin(origin)
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
		applied.WithPostponedFrom(v1alpha1.Date(s.PostponedFrom.String()))
	}
	if s.Rule != "" {
		applied.WithRule(s.Rule)
	}
	if s.Cancelled {
		applied.WithCancelled(true)
	}
	if s.Provisional {
		applied.WithProvisional(true)
	}
	if s.Uncovered > 0 {
		applied.WithUncovered(int32(s.Uncovered))
	}
	return applied
}

// applyLedgers returns nil where nothing is counted yet.
func applyLedgers(l duty.Ledgers) *applyv1alpha1.LedgersApplyConfiguration {
	if len(l.Reception)+len(l.Duty)+len(l.Leader)+len(l.Receptions) == 0 {
		return nil
	}
	applied := applyv1alpha1.Ledgers().
		WithReception(entries(l.Reception)...).
		WithDuty(entries(l.Duty)...).
		WithLeader(entries(l.Leader)...)
	for _, rule := range slices.Sorted(maps.Keys(l.Receptions)) {
		switch n := int32(l.Receptions[rule]); {
		case n == 0:
		case rule == "":
			applied.WithReceptions(n)
		default:
			applied.WithAdditionalReceptions(applyv1alpha1.RuleReceptions().WithRule(rule).WithReceptions(n))
		}
	}
	return applied
}

func entries(ledger duty.Ledger) []*applyv1alpha1.LedgerEntryApplyConfiguration {
	list := make([]*applyv1alpha1.LedgerEntryApplyConfiguration, 0, len(ledger))
	for _, id := range slices.Sorted(maps.Keys(ledger)) {
		account := ledger[id]
		entry := applyv1alpha1.LedgerEntry().WithDeputy(id).WithTurns(int32(account.Turns))
		if !account.Last.IsZero() {
			entry.WithLast(v1alpha1.Date(account.Last.String()))
		}
		list = append(list, entry)
	}
	return list
}

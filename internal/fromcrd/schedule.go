package fromcrd

import (
	"fmt"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// LongestHorizon is how many months a roster can plan, the present one included.
const LongestHorizon = 12

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
		Provisional:   shift.Provisional,
		Uncovered:     int(shift.Uncovered),
	}
}

func ledgersOf(ledgers *v1alpha1.Ledgers) duty.Ledgers {
	return duty.Ledgers{
		Reception: ledgerOf(ledgers.Reception), Duty: ledgerOf(ledgers.Duty), Leader: ledgerOf(ledgers.Leader),
		Receptions: int(ledgers.Receptions),
	}
}

func ledgerOf(entries []v1alpha1.LedgerEntry) duty.Ledger {
	ledger := make(duty.Ledger, len(entries))
	for _, entry := range entries {
		ledger[entry.Deputy] = duty.Account{Turns: int(entry.Turns), Last: dateOf(entry.Last)}
	}
	return ledger
}

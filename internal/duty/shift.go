package duty

import "township.dev/liaison/internal/workday"

// Kind tells receptions from ordinary duty.
type Kind string

const (
	// Reception is a reception day (接待日).
	Reception Kind = "Reception"
	// Duty is ordinary duty (值班).
	Duty Kind = "Duty"
)

// Shift is one day's reception or duty; people stand in it by id, in the order of the roster or, where an override names them, in its order.
type Shift struct {
	Date     workday.Date
	Kind     Kind
	Deputies []string
	Leaders  []string
	Hours    string
	Place    string
	Topic    string
	// PostponedFrom is the day of the rule, zero where the reception is on it.
	PostponedFrom workday.Date
	// Rule is the name of the reception rule; empty for the roster's first one and for duty.
	Rule string
	// ByHand is true where an override decided the shift or a part of it.
	ByHand bool
	// Cancelled shifts have no people and count for nothing.
	Cancelled bool
	// Provisional is true while a notice still to come may move the shift.
	Provisional bool
	// Uncovered counts the places nobody can take.
	Uncovered int
}

// nominal is the day of the rule a reception is held for.
func (s *Shift) nominal() workday.Date {
	if s.PostponedFrom.IsZero() {
		return s.Date
	}
	return s.PostponedFrom
}

// MonthPlan is one month's plan.
type MonthPlan struct {
	Month workday.Month
	// Opening ledgers, credits to those who joined since included; Closing ones are the next month's Opening.
	Opening, Closing Ledgers
	// Shifts in order of date, a day's reception before its duty.
	Shifts []Shift
	// Provisional is true while some day of the month is not known, so that shifts may still come, go or move.
	Provisional bool
	// Broken tells what stands against the shifts, from Window.From on, that planning must leave as they are.
	Broken []Broken
}

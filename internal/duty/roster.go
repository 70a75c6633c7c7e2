// Package duty answers "who is on?": it plans receptions (接待日) and ordinary duty (轮流值班) of people's-congress deputies, fairly.
// It is a function: rosters, calendars, ledgers and published shifts in, plans out; no clock, no logger, no Kubernetes.
package duty

import "township.dev/liaison/internal/workday"

// Roster is who can serve and by which rules.
type Roster struct {
	// Deputies in the order that decides between equals.
	Deputies []Deputy
	// Leaders in charge (分管领导), likewise.
	Leaders []Leader
	// Reception is nil where there are none.
	Reception *ReceptionRule
	// Duty is nil where there is none.
	Duty *DutyRule
}

// Deputy is one people's-congress deputy.
type Deputy struct {
	ID string
	// Serving is false for a deputy who is suspended (暂停执行代表职务) or whose mandate has ended (代表资格终止).
	Serving bool
	// From and Until bound the time of service, both included; zero means without bound.
	From, Until workday.Date
	// Leave without turns.
	Leave []Span
}

// Leader receives residents beside the deputies.
type Leader struct {
	ID string
}

// Span is a run of days, both ends included.
type Span struct {
	From, Until workday.Date
}

// Contains reports whether the day lies in the span.
func (s Span) Contains(d workday.Date) bool { return !d.Before(s.From) && !d.After(s.Until) }

// InService reports whether the deputy serves on the day, leave apart.
func (d *Deputy) InService(day workday.Date) bool {
	return d.Serving && !day.Before(d.From) && (d.Until.IsZero() || !day.After(d.Until))
}

// OnLeave reports whether the deputy is on leave on the day.
func (d *Deputy) OnLeave(day workday.Date) bool {
	for _, span := range d.Leave {
		if span.Contains(day) {
			return true
		}
	}
	return false
}

// longAbsence is how many days of leave on end make a deputy return at the ledger's floor instead of owing the turns missed.
const longAbsence = 30

// longAway reports whether the day is at least the longAbsence-th of leave on end.
func (d *Deputy) longAway(day workday.Date) bool {
	for n := range longAbsence {
		if !d.OnLeave(day.AddDays(-n)) {
			return false
		}
	}
	return true
}

// DutyRule is ordinary duty on the days without a reception.
type DutyRule struct {
	// EveryDay is duty on days off too; otherwise on working days.
	EveryDay bool
	// Deputies per day.
	Deputies int
	Hours    string
}

// Package duty answers "who is on?": it plans receptions (接待日) and ordinary duty (轮流值班) of people's-congress deputies, fairly.
// It is a function: rosters, calendars, ledgers and published shifts in, plans out; no clock, no logger, no Kubernetes.
package duty

import (
	"slices"

	"township.dev/liaison/internal/workday"
)

// Roster is who can serve and by which rules.
type Roster struct {
	// Deputies in the order that decides between equals.
	Deputies []Deputy
	// Leaders in charge (分管领导), likewise.
	Leaders []Leader
	// Receptions are the rules for reception days. Where two meet on a day, the one that stands first holds.
	Receptions []ReceptionRule
	// Duty is nil where there is none.
	Duty *DutyRule
	// Overrides are decisions by hand, at most one for each day and kind. They win over the rules and over what was announced.
	Overrides []Override
}

// Deputy is one people's-congress deputy.
type Deputy struct {
	ID string
	// County is true for a deputy of the county's congress, false for one of the township's.
	County bool
	// Specialties are topics the deputy knows well.
	Specialties []string
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
	// Areas the leader is in charge of, as topics.
	Areas []string
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

// present reports whether the deputy could serve on the day.
func (d *Deputy) present(day workday.Date) bool { return d.InService(day) && !d.OnLeave(day) }

// settled reports whether the deputy is there on every day or on none.
func (d *Deputy) settled() bool {
	return !d.Serving || len(d.Leave) == 0 && d.From.IsZero() && d.Until.IsZero()
}

// longAbsence is how many days of leave on end make a deputy return at the ledger's floor instead of owing the turns missed.
const longAbsence = 30

// longAway reports whether the day is at least the longAbsence-th of leave on end.
func (d *Deputy) longAway(day workday.Date) bool {
	if len(d.Leave) == 0 {
		return false
	}
	for n := range longAbsence {
		if !d.OnLeave(day.AddDays(-n)) {
			return false
		}
	}
	return true
}

// returns are the days on which the deputy is back from a long absence.
func (d *Deputy) returns() []workday.Date {
	var days []workday.Date
	spans := slices.Clone(d.Leave)
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	for i := 0; i < len(spans); {
		joined := spans[i]
		for i++; i < len(spans) && !spans[i].From.After(joined.Until.AddDays(1)); i++ {
			if spans[i].Until.After(joined.Until) {
				joined.Until = spans[i].Until
			}
		}
		if joined.Until.DaysSince(joined.From)+1 >= longAbsence {
			days = append(days, joined.Until.AddDays(1))
		}
	}
	return days
}

// DutyRule is ordinary duty on the days without a reception.
type DutyRule struct {
	// EveryDay is duty on days off too; otherwise on working days.
	EveryDay bool
	// Deputies per day.
	Deputies int
	Hours    string
}

// Override decides a day's shift of one kind by hand; what it leaves empty is decided by the rule.
type Override struct {
	Date workday.Date
	Kind Kind
	// Deputies who serve; nil leaves the choice to the rule.
	Deputies []string
	// Leader who comes to a reception.
	Leader string
	// Cancelled takes the shift off.
	Cancelled           bool
	Hours, Place, Topic string
}

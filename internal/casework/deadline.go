package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// DefaultDeadlines are those of a station that declares none, by route. 3 months at the county are ours by analogy with
// the law's for deputies' formal suggestions (Deputies Law 2025, Art. 51).
func DefaultDeadlines() map[Route]Deadline {
	return map[Route]Deadline{
		OnTheSpot: {WorkingDays: 1},
		Explain:   {WorkingDays: 5},
		Township:  {WorkingDays: 15},
		County:    {Months: 3},
	}
}

// TriageDeadline is the time staff have to classify a case where the station declares none.
func TriageDeadline() Deadline { return Deadline{WorkingDays: 2} }

// ExtendedDeadline is what the county's term can be extended to where the station declares nothing; it counts from the same day.
func ExtendedDeadline() Deadline { return Deadline{Months: 6} }

// FormalDeadline and FormalExtension are the law's for a deputy's formal suggestion, whatever the station declares
// (Deputies Law 2025, Art. 51). The law counts from the assignment; we count from the classification, which is never later.
func FormalDeadline() Deadline { return Deadline{Months: 3} }

// FormalExtension is the longer term of a broad or hard formal suggestion.
func FormalExtension() Deadline { return Deadline{Months: 6} }

// Reminders are how many working days before and after a due day staff are reminded. A list that is nil has its default; an empty one
// reminds of nothing.
type Reminders struct {
	Before []int
	After  []int
}

// DefaultReminders are those of a station that declares none.
func DefaultReminders() Reminders { return Reminders{Before: []int{2}, After: []int{1, 5}} }

// RetentionYears is how long a case keeps its texts after it ended where the station declares nothing.
const RetentionYears = 10

// term of a case on its route.
func (r Rules) term(c Case) Deadline {
	switch {
	case c.Route == Unclassified:
		return orDefault(r.Triage, TriageDeadline())
	case c.Formal() && c.Extended:
		return FormalExtension()
	case c.Formal():
		return FormalDeadline()
	case c.Extended:
		return orDefault(r.Extension, ExtendedDeadline())
	}
	return orDefault(r.Deadlines[c.Route], DefaultDeadlines()[c.Route])
}

func orDefault(declared, fallback Deadline) Deadline {
	if declared == (Deadline{}) {
		return fallback
	}
	return declared
}

// clock starts the term on the day.
func (r Rules) clock(term Deadline, from workday.Date) Clock {
	return Clock{From: from, Term: term, Due: r.due(term, from).Result}
}

// longerClock is the clock of the case once it is extended.
func (r Rules) longerClock(c Case) Clock {
	c.Extended = true
	return r.clock(r.term(c), c.Clock.From)
}

// KeepsTerm reports whether the case goes on under a term it was given earlier and not the one it would be given now: one that was missed
// on another route, that outlasts the route's, that came with a merge, or that the station declared before.
func (r Rules) KeepsTerm(c Case) bool { return c.Clock.Term != r.term(c) }

// Explain says why the case is due when it is: the rule, where it counts from, the days skipped, the notices used.
func (r Rules) Explain(c Case) workday.Trace { return r.due(c.Clock.Term, c.Clock.From) }

// due is the last day in time for a term set off on the day.
func (r Rules) due(term Deadline, from workday.Date) workday.Trace {
	if term.Months > 0 {
		return r.calendar().ExplainAddMonths(from, term.Months)
	}
	return r.calendar().ExplainAddWorkingDays(from, term.WorkingDays)
}

func (r Rules) calendar() *workday.Calendar {
	if r.Calendar == nil {
		return &workday.Calendar{}
	}
	return r.Calendar
}

// Recount is the case with its due day by the calendar in force, and the event that records it; changed is false when
// the day stays.
func (r Rules) Recount(c Case, now time.Time) (_ Case, _ Event, changed bool) {
	if !c.Pending() || r.due(c.Clock.Term, c.Clock.From).Result == c.Clock.Due {
		return c, Event{}, false
	}
	moved, event, err := r.Apply(c, recount{}, Actor{Role: System}, now)
	return moved, event, err == nil
}

// Remind is the case with today's reminder noted, and its event; due is false when none falls due, or today's was noted already.
// Of several that fell due while the service stood still, the latest is noted.
func (r Rules) Remind(c Case, now time.Time) (_ Case, _ Event, due bool) {
	offset, due := r.reminder(c, r.Today(now))
	if !due {
		return c, Event{}, false
	}
	moved, event, err := r.Apply(c, remind{offset}, Actor{Role: System}, now)
	return moved, event, err == nil
}

// reminder is the latest that fell due after the last one noted.
func (r Rules) reminder(c Case, today workday.Date) (offset int, due bool) {
	if !c.Pending() {
		return 0, false
	}
	for _, n := range slices.Backward(r.Reminders.offsets()) {
		day := r.workingDaysFrom(c.Clock.Due, n)
		if day.After(today) {
			continue
		}
		// Counted from the day the clock began, a short term has no room for an early reminder.
		return n, day.After(c.RemindedOn) && day.After(c.Clock.From)
	}
	return 0, false
}

// offsets in order, negative before the due day.
func (r Reminders) offsets() []int {
	defaults := DefaultReminders()
	if r.Before == nil {
		r.Before = defaults.Before
	}
	if r.After == nil {
		r.After = defaults.After
	}
	offsets := slices.Clone(r.After)
	for _, n := range r.Before {
		offsets = append(offsets, -n)
	}
	slices.Sort(offsets)
	return offsets
}

// workingDaysFrom goes n working days forward, or back where n is negative.
func (r Rules) workingDaysFrom(d workday.Date, n int) workday.Date {
	calendar := r.calendar()
	if n >= 0 {
		return calendar.AddWorkingDays(d, n)
	}
	for ; n < 0; n++ {
		d = calendar.PreviousWorking(d.AddDays(-1))
	}
	return d
}

// KeptSince is the instant before which ended cases have been kept long enough.
func (r Rules) KeptSince(now time.Time) time.Time {
	years := r.RetentionYears
	if years == 0 {
		years = RetentionYears
	}
	return now.AddDate(-years, 0, 0)
}

package casework

import (
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

// TriageDeadline is the time staff have to classify a case.
func TriageDeadline() Deadline { return Deadline{WorkingDays: 2} }

func (r Rules) deadline(route Route) Deadline {
	if d, declared := r.Deadlines[route]; declared {
		return d
	}
	return DefaultDeadlines()[route]
}

// clock starts the term at the station's day of the instant.
func (r Rules) clock(term Deadline, at time.Time) Clock {
	from := r.Today(at)
	return Clock{From: from, Term: term, Due: term.due(from, r.Calendar)}
}

// due is the last day in time for a term set off on the day.
func (d Deadline) due(from workday.Date, calendar *workday.Calendar) workday.Date {
	if calendar == nil {
		calendar = &workday.Calendar{}
	}
	if d.Months > 0 {
		return calendar.AddMonths(from, d.Months)
	}
	return calendar.AddWorkingDays(from, d.WorkingDays)
}

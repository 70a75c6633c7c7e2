package casework

import (
	"time"

	"township.dev/liaison/internal/workday"
)

// Rules are what a station's declaration and the law say about its cases.
type Rules struct {
	// Deadlines by route; a route that is missing has that of DefaultDeadlines.
	Deadlines map[Route]Deadline
	// Calendar in force; nil knows weekends only.
	Calendar *workday.Calendar
	// Location of the station, in which days begin and end; nil is UTC.
	Location *time.Location
}

// instant is the precision of every time in a case: what a database gives back is what was put in.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Today is the station's day at the instant.
func (r Rules) Today(now time.Time) workday.Date { return workday.DateOf(now.In(r.location())) }

func (r Rules) location() *time.Location {
	if r.Location == nil {
		return time.UTC
	}
	return r.Location
}

// Receive makes a case of a suggestion that Suggestion.Check returned, under a fresh code. key may be empty.
func (r Rules) Receive(s Suggestion, code Code, key string, now time.Time) Submission {
	now = instant(now)
	c := Case{
		Code: code, Topic: s.Topic, Village: s.Village, Text: s.Text,
		State: Received, Route: Unclassified, ReceivedAt: now, Seq: 1,
		Clock: r.clock(TriageDeadline(), now),
	}
	e := Event{
		Seq: c.Seq, At: now, Actor: Actor{Role: Resident}, Action: ActionSubmit,
		Facts: Facts{To: Received, Route: Unclassified, Due: c.Clock.Due.String()},
	}
	return Submission{Case: c, Event: e, Contact: s.Contact(), Key: key}
}

// Apply moves the case and returns it with the event to store beside it. The error is a *NotAllowedError or FieldErrors;
// the case then is the one given.
func (r Rules) Apply(c Case, m Move, by Actor, now time.Time) (Case, Event, error) {
	t, err := find(c.State, m.Action(), by.Role)
	if err != nil {
		return c, Event{}, err
	}
	moved := c
	moved.State = t.To
	moved.Seq++
	e := Event{
		Seq: moved.Seq, At: instant(now), Actor: by, Action: t.Action,
		Facts: Facts{From: t.From, To: t.To},
	}
	if err := m.apply(&moved, &e); err != nil {
		return c, Event{}, err
	}
	if t.Clock == ClockRoute && moved.Route != c.Route {
		moved.Clock = r.clock(r.deadline(moved.Route), e.At)
		e.Facts.Due = moved.Clock.Due.String()
	}
	return moved, e, nil
}

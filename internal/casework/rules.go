package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/privacy"
	"township.dev/liaison/internal/workday"
)

// Rules are what a station's declaration and the law say about its cases. The zero value of a field means our default.
type Rules struct {
	// Triage is the time to classify a case.
	Triage Deadline
	// Deadlines by route; a route that is missing has that of DefaultDeadlines.
	Deadlines map[Route]Deadline
	// Extension is what the county's term can be extended to.
	Extension Deadline
	Reminders Reminders
	// RetentionYears is how long a case keeps its texts after it ended.
	RetentionYears int
	// Units that cases can be assigned to (承办单位); none means that any office can be named.
	Units []string
	// Deputies by name: never handlers of a case.
	Deputies []string
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

// checkUnit says what is wrong with a handler unit. Deputies do not handle cases, neither as a unit of their own.
func (r Rules) checkUnit(field, unit string) *FieldError {
	switch {
	case unit == "":
		return nil // said already
	case slices.ContainsFunc(r.Deputies, sameName(nameOf(unit))):
		return &FieldError{Field: field, Code: CodeDeputyHandles}
	case len(r.Units) > 0 && !slices.ContainsFunc(r.Units, sameName(nameOf(unit))):
		return &FieldError{Field: field, Code: CodeUnknownChoice}
	}
	return nil
}

// personal finds what must not be published.
func personal(field, text string) *FieldError {
	if privacy.Certain(text) {
		return &FieldError{Field: field, Code: CodePersonalData}
	}
	return nil
}

// Receive makes a case of a suggestion that Suggestion.Check returned, under a fresh code and secret. key may be empty.
func (r Rules) Receive(s Suggestion, code Code, key string, now time.Time) Submission {
	return r.Enter(s, Entering{Code: code, Secret: NewSecret(), Key: key, Source: FromSite, By: Actor{Role: Resident}}, now)
}

// Entering says how a suggestion comes in.
type Entering struct {
	Code   Code
	Secret Secret
	// Key is the idempotency key; it may be empty.
	Key    string
	Source Source
	// By is the resident, or the member of staff who writes down what a resident told.
	By     Actor
	Photos []Photo
}

// Enter makes a case of a suggestion that Suggestion.Check returned.
func (r Rules) Enter(s Suggestion, how Entering, now time.Time) Submission {
	now = instant(now)
	c := Case{
		Code: how.Code, Source: how.Source, Topic: s.Topic, Village: s.Village, Text: s.Text, Photos: len(how.Photos),
		State: Received, Route: Unclassified, ReceivedAt: now, Seq: 1,
	}
	c.Clock = r.clock(r.term(c), r.Today(now))
	e := Event{
		Seq: c.Seq, At: now, Actor: how.By, Action: ActionSubmit,
		Facts: Facts{To: Received, Source: how.Source, Route: Unclassified, Due: c.Clock.Due.String(), Photos: c.Photos},
	}
	return Submission{Case: c, Event: e, Contact: s.Contact(), Secret: how.Secret, Key: how.Key, Photos: how.Photos}
}

// Apply moves the case and returns it with the event to store beside it. The error is a *NotAllowedError or FieldErrors;
// the case then is the one given.
func (r Rules) Apply(c Case, m Move, by Actor, now time.Time) (Case, Event, error) {
	t, err := find(c.State, m.Action(), by.Role)
	if err != nil {
		return c, Event{}, err
	}
	if why := r.forbidden(c, t.Action, now); why != "" {
		return c, Event{}, &NotAllowedError{State: c.State, Action: t.Action, Role: by.Role, Why: why}
	}
	moved := c
	moved.State = t.To
	moved.Seq++
	e := Event{
		Seq: moved.Seq, At: instant(now), Actor: by, Action: t.Action,
		Facts: Facts{From: t.From, To: t.To},
	}
	if err := m.apply(r, &moved, &e); err != nil {
		return c, Event{}, err
	}
	r.windClock(t.Clock, c, &moved, &e)
	r.noteEnd(c, &moved, e.At)
	return moved, e, nil
}

// windClock does to the deadline what the transition says, and notes in the event what became of the due day.
func (r Rules) windClock(effect ClockEffect, before Case, moved *Case, e *Event) {
	// What was missed stays missed, or a late case could be made to look punctual; staff who never classified it have missed no term of a route.
	missed := before.Route != Unclassified && before.Overdue(r.Today(e.At))
	switch effect {
	case ClockRoute:
		if moved.Route == before.Route || missed {
			return
		}
		moved.Extended = before.Extended && before.Formal()
		clock := r.clock(r.term(*moved), r.roundBegan(before, e.At))
		// A term that is over when it is given is nobody's to miss: the case goes on under the one it had, and a wrong click makes nothing late.
		if clock.Due.Before(r.Today(e.At)) {
			return
		}
		moved.Clock = clock
	case ClockAnew:
		moved.Clock = r.clock(r.term(*moved), r.Today(e.At))
	case ClockTerm:
		if missed {
			return
		}
		moved.Clock = r.clock(r.term(*moved), before.Clock.From)
	case ClockEarlier:
		if moved.Clock == before.Clock { // the move chose between the two
			return
		}
	case ClockCalendar:
		moved.Clock = r.clock(before.Clock.Term, before.Clock.From)
	case ClockTriage, ClockRuns, ClockStops:
		return
	}
	e.Facts.Due, e.Facts.DueBefore = moved.Clock.Due.String(), before.Clock.Due.String()
	moved.RemindedOn = workday.Date{}
}

// roundBegan is the day from which a route's term counts: that of the first classification since the case was received or taken up again, so that
// no detour over another route wins time.
func (r Rules) roundBegan(before Case, at time.Time) workday.Date {
	if before.Route == Unclassified {
		return r.Today(at)
	}
	return before.Clock.From
}

// noteEnd keeps when a case stopped waiting.
func (r Rules) noteEnd(before Case, moved *Case, at time.Time) {
	switch {
	case moved.Pending():
		moved.EndedAt, moved.EndedOn = time.Time{}, workday.Date{}
	case before.Pending():
		moved.EndedAt, moved.EndedOn = at, r.Today(at)
	}
}

// Package ical writes shifts as calendars (RFC 5545) that a phone can subscribe to or a person can import.
package ical

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"township.dev/liaison/internal/workday"
)

// Calendar is a set of events under one name.
type Calendar struct {
	// Name is what the reader's calendar lists it under.
	Name string
	// Zone is told to readers that show times in the calendar's own zone; it is that of every event that names none.
	Zone *time.Location
	// Refresh is how often a subscriber should look again, in whole minutes; 0 says nothing of it, as in a file that is imported once.
	Refresh time.Duration
	// Events in any order.
	Events []Event
}

// Event is one shift. A reader knows it again by its UID and takes the version with the highest Sequence.
type Event struct {
	UID      string
	Sequence int
	// Cancelled events stay in the calendar so that a reader strikes them out; it wins over Provisional.
	Cancelled bool
	// Provisional events are shown as tentative.
	Provisional bool
	Date        workday.Date
	// Hours are written 09:00-11:00 in Zone; hours that end no later than they begin end on the next day. Empty means all day.
	Hours string
	// Zone of Hours; nil means that of the calendar.
	Zone                           *time.Location
	Summary, Description, Location string
	// Modified is when this version came to be.
	Modified time.Time
}

// Errors of Encode: a fault of the caller, because documents with such values are refused when they are read.
var (
	errNoUID   = errors.New("an event needs a UID, or no reader could follow its changes")
	errNoDate  = errors.New("an event needs a date")
	errNoZone  = errors.New("a calendar needs a time zone")
	errNoHours = errors.New("the hours must be written HH:MM-HH:MM, for example 09:00-11:00")
)

// Encode writes the calendar as text/calendar. Equal calendars are equal bytes, whatever the order of their events: nothing
// in it depends on when it is written. Its error names the event at fault.
//
// Times are written in UTC. The alternative, local times beside a VTIMEZONE, needs rules of the zone that Go does not give
// away, and readers disagree about it.
func Encode(c Calendar) ([]byte, error) {
	if c.Zone == nil {
		return nil, errNoZone
	}
	// The constructor would name the library as the product.
	out := &ics.Calendar{}
	out.SetVersion("2.0")
	out.SetProductId("-//township.dev//liaison//ZH")
	out.SetCalscale("GREGORIAN")
	out.SetMethod(ics.MethodPublish)
	out.SetName(clean(c.Name))
	out.SetXWRTimezone(c.Zone.String())
	if c.Refresh > 0 {
		every := fmt.Sprintf("PT%dM", max(1, int(c.Refresh/time.Minute)))
		out.SetRefreshInterval(every) // the library says by itself that it is a duration
		out.SetXPublishedTTL(every)
	}
	for _, e := range slices.SortedFunc(slices.Values(c.Events), inOrder) {
		event, err := encode(e, cmp.Or(e.Zone, c.Zone))
		if err != nil {
			return nil, fmt.Errorf("event %q: %w", e.UID, err)
		}
		out.AddVEvent(event)
	}
	var text bytes.Buffer
	if err := out.SerializeTo(&text, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("writing a calendar: %w", err)
	}
	return text.Bytes(), nil
}

func inOrder(a, b Event) int {
	return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Hours, b.Hours), cmp.Compare(a.UID, b.UID))
}

func encode(e Event, zone *time.Location) (*ics.VEvent, error) {
	switch {
	case clean(e.UID) == "":
		return nil, errNoUID
	case e.Date.IsZero():
		return nil, errNoDate
	}
	event := ics.NewEvent(clean(e.UID))
	event.SetDtStampTime(e.Modified)
	event.SetModifiedAt(e.Modified)
	event.SetSequence(e.Sequence)
	event.SetStatus(status(e))
	if e.Hours == "" {
		event.SetAllDayStartAt(e.Date.In(time.UTC))
		event.SetAllDayEndAt(e.Date.AddDays(1).In(time.UTC)) // the end is the first day that is free again
	} else {
		from, until, err := span(e.Date, e.Hours, zone)
		if err != nil {
			return nil, err
		}
		event.SetStartAt(from)
		event.SetEndAt(until)
	}
	event.SetSummary(clean(e.Summary))
	if e.Description != "" {
		event.SetDescription(clean(e.Description))
	}
	if e.Location != "" {
		event.SetLocation(clean(e.Location))
	}
	return event, nil
}

func status(e Event) ics.ObjectStatus {
	switch {
	case e.Cancelled:
		return ics.ObjectStatusCancelled
	case e.Provisional:
		return ics.ObjectStatusTentative
	}
	return ics.ObjectStatusConfirmed
}

// span is when hours of a day begin and end.
func span(day workday.Date, hours string, zone *time.Location) (from, until time.Time, err error) {
	begin, end, _ := strings.Cut(hours, "-")
	if from, err = clock(day, begin, zone); err != nil {
		return from, until, err
	}
	if until, err = clock(day, end, zone); err != nil {
		return from, until, err
	}
	if !until.After(from) {
		until, err = clock(day.AddDays(1), end, zone)
	}
	return from, until, err
}

// clock is the instant at which clocks in the zone show the time of the day.
func clock(day workday.Date, hhmm string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		return time.Time{}, errNoHours
	}
	return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, zone), nil
}

// clean makes text fit to be escaped and folded by the library, which counts the bytes of valid UTF-8 and knows a new line
// only as one character. What RFC 5545 allows in no text is left out; separators of lines that some readers break at become new lines.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

package announcement

import (
	"time"

	"township.dev/liaison/internal/workday"
)

// Event is what a calendar shows of a shift.
type Event struct {
	Date workday.Date
	// Hours are written 09:00-11:00; empty means all day.
	Hours                          string
	Summary, Description, Location string
	Provisional                    bool
	Cancelled                      bool
}

// Entry is an event in a feed with its version.
type Entry struct {
	// Feed is the ID of the feed, UID names the event in it.
	Feed, UID string
	Event
	// Sequence counts the versions from 0: a phone takes a higher one for news.
	Sequence int
	// Modified is when this version came to be.
	Modified time.Time
}

// Revise compares what feeds show with what they should show, and returns the entries that are new or have become another.
//
// An event that is gone from a day the schedule covers is cancelled and not deleted, because a phone may keep what it no
// longer hears of. Of days that are past, nothing is changed any more.
func Revise(shown, wanted []Entry, covered Span, today workday.Date, now time.Time) []Entry {
	type key struct{ feed, uid string }
	byKey := make(map[key]Entry, len(shown))
	for _, e := range shown {
		byKey[key{e.Feed, e.UID}] = e
	}
	var revised []Entry
	meant := make(map[key]bool, len(wanted))
	for _, w := range wanted {
		k := key{w.Feed, w.UID}
		meant[k] = true
		was, known := byKey[k]
		past := w.Date.Before(today)
		switch {
		case past && (!known || was.Date.Before(today)):
		case !known:
			w.Sequence, w.Modified = 0, Instant(now)
			revised = append(revised, w)
		default:
			revised = append(revised, was.becoming(w.Event, now)...)
		}
	}
	for _, was := range shown {
		if !meant[key{was.Feed, was.UID}] && !was.Date.Before(today) && covered.Contains(was.Date) {
			revised = append(revised, was.becoming(Event{Cancelled: true}, now)...)
		}
	}
	return revised
}

// becoming is the entry's next version, none when nothing is new. A cancelled event keeps what was known of it, so that
// people see which one it was.
func (e Entry) becoming(event Event, now time.Time) []Entry {
	if event.Cancelled {
		event = e.Event
		event.Cancelled = true
	}
	if event == e.Event {
		return nil
	}
	e.Event = event
	e.Sequence++
	e.Modified = Instant(now)
	return []Entry{e}
}

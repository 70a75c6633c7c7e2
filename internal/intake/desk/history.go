package desk

import (
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

// entryView is one line of the history.
type entryView struct {
	casework.Entry
	At    time.Time
	Facts []factView
}

// factView is one fact of an event in words: those under the key fact.<Key>, filled in with the others.
type factView struct {
	Key   string
	Value string
	// Day and Before are for the facts that hold them.
	Day, Before time.Time
	// Case is the other one of a merge.
	Case casework.Code
}

func viewHistory(history []casework.Entry, d *mounted.Documents, words func(key string, args ...any) string) []entryView {
	views := make([]entryView, 0, len(history))
	for _, e := range history {
		views = append(views, entryView{Entry: e, At: e.At.In(d.Location), Facts: viewFacts(e.Event, d.Location, words)})
	}
	return views
}

func viewFacts(e casework.Event, loc *time.Location, words func(key string, args ...any) string) []factView {
	f := e.Facts
	var facts []factView
	named := func(key, value string) {
		if value != "" {
			facts = append(facts, factView{Key: key, Value: value})
		}
	}
	chosen := func(key, prefix, value string) {
		if value != "" {
			facts = append(facts, factView{Key: key, Value: words(prefix + value)})
		}
	}
	chosen("source", "source.", string(f.Source))
	if e.Action == casework.ActionClassify {
		chosen("route", "route.", string(f.Route))
	}
	named("unit", f.Unit)
	named("co_units", strings.Join(f.CoUnits, "、"))
	named("formal", f.FormalNo)
	chosen("result", "result.", string(f.Result))
	chosen("channel", "channel.", string(f.Channel))
	chosen("rating", "rating.", string(f.Rating))
	facts = append(facts, viewDays(f, e.At, loc)...)
	switch {
	case f.Reminder < 0:
		named("remind_before", strconv.Itoa(-f.Reminder))
	case f.Reminder > 0:
		named("remind_after", strconv.Itoa(f.Reminder))
	}
	if f.Case != "" {
		facts = append(facts, factView{Key: "case", Case: f.Case})
	}
	return facts
}

// viewDays are the facts with a day in them.
func viewDays(f casework.Facts, at time.Time, loc *time.Location) []factView {
	var facts []factView
	if planned, known := dayIn(f.PlannedFor, loc); known {
		facts = append(facts, factView{Key: "planned_for", Day: planned})
	}
	// Told just before it was written down is what everybody expects.
	if !f.ToldAt.IsZero() && at.Sub(f.ToldAt) >= time.Minute {
		facts = append(facts, factView{Key: "told_at", Day: f.ToldAt.In(loc)})
	}
	due, known := dayIn(f.Due, loc)
	before, replaced := dayIn(f.DueBefore, loc)
	switch {
	case known && replaced && !due.Equal(before):
		facts = append(facts, factView{Key: "due_moved", Day: due, Before: before})
	case known && !replaced:
		facts = append(facts, factView{Key: "due", Day: due})
	}
	return facts
}

// dayIn the log; false when there is none.
func dayIn(written string, loc *time.Location) (time.Time, bool) {
	day, err := workday.ParseDate(written)
	if err != nil {
		return time.Time{}, false
	}
	return day.In(loc), true
}

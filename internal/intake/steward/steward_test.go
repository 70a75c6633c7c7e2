package steward_test

import (
	"context"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/steward"
	"township.dev/liaison/internal/workday"
)

// drawer holds cases in memory. What storage does is not tested here, only what the steward asks of it.
type drawer struct {
	casework.Listings
	cases  map[casework.Code]casework.Case
	events []casework.Event
	// notesBefore is the day before which notes of visits are gone.
	notesBefore workday.Date
}

func (d *drawer) Each(context.Context, casework.Filter) iter.Seq2[casework.Case, error] {
	return func(yield func(casework.Case, error) bool) {
		for _, code := range slices.Sorted(maps.Keys(d.cases)) {
			if c := d.cases[code]; c.Pending() && !yield(c, nil) {
				return
			}
		}
	}
}

func (d *drawer) MakeFindable(context.Context) error { return nil }

func (d *drawer) ForgetVisitNotes(_ context.Context, before workday.Date) error {
	d.notesBefore = before
	return nil
}

func (d *drawer) EndedBefore(_ context.Context, at time.Time, _ int) (codes []casework.Code, _ error) {
	for code, c := range d.cases {
		if !c.Pending() && c.EndedAt.Before(at) && !c.Anonymised {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

func (d *drawer) Change(_ context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error) {
	moved, event, err := change(d.cases[code])
	if err != nil {
		return casework.Case{}, err
	}
	d.cases[code] = moved
	d.events = append(d.events, event)
	return moved, nil
}

func (d *drawer) actions() []string {
	var all []string
	for _, e := range d.events {
		all = append(all, string(e.Action))
	}
	slices.Sort(all)
	return all
}

// office is a steward with a clock and rules that the test sets.
type office struct {
	*steward.Steward
	drawer *drawer
	rules  casework.Rules
	known  bool
	now    time.Time
	log    strings.Builder
}

var monday = time.Date(2026, time.March, 9, 4, 0, 0, 0, time.UTC)

func open(t *testing.T) *office {
	t.Helper()
	o := &office{drawer: &drawer{cases: map[casework.Code]casework.Case{}}, known: true, now: monday}
	o.Steward = steward.New(steward.Options{
		Repository: o.drawer, Rules: func() (casework.Rules, bool) { return o.rules, o.known },
		Log: slog.New(slog.NewTextHandler(&o.log, nil)), Now: func() time.Time { return o.now },
	})
	return o
}

func (o *office) receive(code casework.Code, moves ...casework.Move) {
	c := o.rules.Receive(casework.Suggestion{Topic: "道路交通", Text: "路坏了，请修。"}, code, "", o.now).Case
	for _, m := range moves {
		var err error
		if c, _, err = o.rules.Apply(c, m, casework.Actor{Role: casework.Head}, o.now); err != nil {
			panic(err)
		}
	}
	o.drawer.cases[code] = c
}

func (o *office) round(t *testing.T, want ...string) {
	t.Helper()
	o.drawer.events = nil
	if err := o.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.drawer.actions(); !slices.Equal(got, want) {
		t.Errorf("on %s it did %v, want %v", o.now.Format(time.DateOnly), got, want)
	}
}

var done = []casework.Move{
	casework.Classify{Route: casework.OnTheSpot, Reason: "可办"}, casework.GiveAnswer{Result: casework.ResolvedA, Text: "办好了"},
	casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知"}, casework.Close{},
}

func TestNothingToDoIsNothingDone(t *testing.T) {
	o := open(t)
	o.receive("A")
	o.receive("B", done...)
	o.round(t)
	if o.log.Len() > 0 {
		t.Errorf("it says %s", o.log.String())
	}
}

func TestAnAmendedCalendarIsRecountedOnce(t *testing.T) {
	o := open(t)
	o.receive("A")
	o.receive("B", done...)
	calendar, err := workday.NewCalendar(workday.Year{Year: 2026, OffDays: []workday.Day{{Date: workday.NewDate(2026, 3, 11), Name: "调休"}}})
	if err != nil {
		t.Fatal(err)
	}
	o.rules.Calendar = calendar
	o.round(t, "recompute")
	if due := o.drawer.cases["A"].Clock.Due.String(); due != "2026-03-12" {
		t.Errorf("due %s", due)
	}
	o.round(t)
}

func TestWhoWaitsIsRemembered(t *testing.T) {
	o := open(t)
	o.receive("A")
	o.now = monday.AddDate(0, 0, 3) // the day after it is due
	o.round(t, "remind")
	o.round(t)
	o.now = monday.AddDate(0, 0, 30)
	o.round(t, "remind")
	o.round(t)
}

func TestWhatWasKeptLongEnoughIsForgotten(t *testing.T) {
	o := open(t)
	o.receive("A", done...)
	o.rules.RetentionYears = 2
	o.now = monday.AddDate(2, 0, 0)
	o.round(t)
	o.now = o.now.Add(time.Hour)
	o.round(t, "anonymise")
	if c := o.drawer.cases["A"]; !c.Anonymised || c.Text != "" {
		t.Errorf("%+v", c)
	}
	if want := o.rules.Today(monday); o.drawer.notesBefore != want {
		t.Errorf("notes of visits are kept from %s on, want %s", o.drawer.notesBefore, want)
	}
	o.round(t)
}

func TestWithoutDocumentsItWaits(t *testing.T) {
	o := open(t)
	o.receive("A")
	o.known, o.now = false, monday.AddDate(0, 0, 30)
	o.round(t)
}

func TestItGoesRoundAtOnceAndWhenWoken(t *testing.T) {
	o := open(t)
	rounds := make(chan time.Time, 8)
	s := steward.New(steward.Options{
		Repository: o.drawer, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return monday },
		Rules: func() (casework.Rules, bool) { rounds <- monday; return casework.Rules{}, false },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	beat := make(chan time.Time)
	go func() { s.Run(ctx, beat); close(ended) }()
	<-rounds
	s.Wake()
	<-rounds
	beat <- monday
	<-rounds
	cancel()
	<-ended
}

package figures

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// archive keeps cases in memory. It counts them by what the statistics are said to be, and lists them by what a filter is said to
// pick: that both agree is what the tests are about.
type archive struct {
	cases    []casework.Case
	contacts map[casework.Code]casework.Contact
	// extra are counted names beside those of the cases.
	extra []casework.Tally
	// failAt is how many cases are read before reading fails; negative never.
	failAt int
	// pause is waited for before each case, when not nil.
	pause func()
	// noteFails is true where the log cannot be written.
	noteFails bool

	scopes  []casework.Scope
	filters []casework.Filter
	notes   []casework.Note
}

var errGone = errors.New("the disk is gone")

func (a *archive) Statistics(_ context.Context, p casework.Period, scope casework.Scope) (casework.Statistics, error) {
	a.scopes = append(a.scopes, scope)
	s := casework.Statistics{
		Pending: map[casework.Route][casework.Ages]int{}, Closed: map[casework.Result]int{}, Satisfaction: map[casework.Satisfaction]int{},
	}
	topics, villages := map[string]casework.Tally{}, map[string]casework.Tally{}
	for _, c := range a.cases {
		if scope.Limited && !slices.Contains(scope.Villages, c.Village) {
			continue
		}
		if !c.ReceivedAt.Before(p.From) && c.ReceivedAt.Before(p.To) {
			s.Received++
			s.Reopened += min(c.Reopened, 1)
			count(topics, c.Topic, c.Pending())
			count(villages, c.Village, c.Pending())
		}
		if c.Pending() {
			ages := s.Pending[c.Route]
			ages[ageOf(c, p.Today)]++
			s.Pending[c.Route] = ages
		}
		countEnd(&s, c, p)
		countDue(&s, c, p)
	}
	s.Topics, s.Villages = append(sorted(topics), a.extra...), append(sorted(villages), a.extra...)
	return s, nil
}

func ageOf(c casework.Case, today workday.Date) casework.Age {
	switch days := today.DaysSince(workday.DateOf(c.ReceivedAt.In(shanghai))); {
	case days < 7:
		return casework.AgeWeek
	case days < 30:
		return casework.AgeMonth
	case days < 90:
		return casework.AgeQuarter
	}
	return casework.AgeLonger
}

func within(d workday.Date, p casework.Period) bool { return !d.Before(p.First) && !d.After(p.Last) }

func countEnd(s *casework.Statistics, c casework.Case, p casework.Period) {
	if c.Pending() || !within(c.EndedOn, p) {
		return
	}
	switch c.State {
	case casework.Withdrawn:
		s.Withdrawn++
	case casework.Merged:
		s.Merged++
	default:
		s.Closed[c.Answer.Result]++
	}
	if c.Rating.Value != "" {
		s.Satisfaction[c.Rating.Value]++
	}
}

func countDue(s *casework.Statistics, c casework.Case, p casework.Period) {
	switch {
	case !within(c.Clock.Due, p):
	case c.Overdue(p.Today):
		s.OpenOverdue++
	case c.State == casework.Closed && c.EndedOn.After(c.Clock.Due):
		s.Late++
	case c.State == casework.Closed:
		s.OnTime++
	}
}

func count(tallies map[string]casework.Tally, name string, pending bool) {
	t := tallies[name]
	t.Name = name
	t.N++
	if pending {
		t.Pending++
	}
	tallies[name] = t
}

func sorted(tallies map[string]casework.Tally) (list []casework.Tally) {
	for _, t := range tallies {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b casework.Tally) int { return b.N - a.N })
	return list
}

func (a *archive) Each(ctx context.Context, f casework.Filter) iter.Seq2[casework.Case, error] {
	a.filters = append(a.filters, f)
	return func(yield func(casework.Case, error) bool) {
		for i, c := range a.picked(f) {
			if a.pause != nil {
				a.pause()
			}
			err := ctx.Err()
			if i == a.failAt {
				err = errGone
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
		if a.failAt >= len(a.picked(f)) {
			yield(casework.Case{}, errGone)
		}
	}
}

func (a *archive) picked(f casework.Filter) (found []casework.Case) {
	for _, c := range a.cases {
		if picks(f, c) {
			found = append(found, c)
		}
	}
	return found
}

// picks reports whether the filter, of which statistics and exports use these fields, picks the case.
func picks(f casework.Filter, c casework.Case) bool {
	for _, ok := range []bool{
		f.Stage == "" || (f.Stage == casework.StagePending) == c.Pending(),
		f.State == "" || f.State == c.State,
		!f.NoVillage || c.Village == "",
		f.Route == "" || f.Route == c.Route,
		f.Topic == "" || f.Topic == c.Topic,
		f.Village == "" || f.Village == c.Village,
		f.Result == "" || f.Result == c.Answer.Result,
		f.Rating == "" || f.Rating == c.Rating.Value,
		!f.Reopened || c.Reopened > 0,
		f.ReceivedFrom.IsZero() || !c.ReceivedAt.Before(f.ReceivedFrom),
		f.ReceivedTo.IsZero() || c.ReceivedAt.Before(f.ReceivedTo),
		between(f.EndedFrom, c.EndedOn, f.EndedTo),
		between(f.DueFrom, c.Clock.Due, f.DueTo),
		f.Timing == "" || timingOf(c, f.Today) == f.Timing,
		!f.Scope.Limited || slices.Contains(f.Scope.Villages, c.Village),
	} {
		if !ok {
			return false
		}
	}
	return true
}

func between(from, d, to workday.Date) bool {
	bounded := !from.IsZero() || !to.IsZero()
	return !bounded || !d.IsZero() && !d.Before(from) && (to.IsZero() || !d.After(to))
}

func timingOf(c casework.Case, today workday.Date) casework.Timing {
	switch {
	case c.Overdue(today):
		return casework.TimingOverdue
	case c.State != casework.Closed:
		return ""
	case c.EndedOn.After(c.Clock.Due):
		return casework.TimingLate
	}
	return casework.TimingOnTime
}

func (a *archive) Contact(_ context.Context, code casework.Code) (casework.Contact, error) {
	return a.contacts[code], nil
}

func (a *archive) Note(_ context.Context, n casework.Note) error {
	if a.noteFails {
		return casework.ErrDiskFull
	}
	a.notes = append(a.notes, n)
	return nil
}

// Codes of the cases below.
const (
	codeOfRoad = casework.Code("ABCDEFGHJKM1")
	codeOfPond = casework.Code("ABCDEFGHJKM2")
)

func day(month time.Month, d int) workday.Date { return workday.NewDate(2026, month, d) }

// received is a case that came in at noon of the day and is due twenty days later.
func received(on workday.Date, village string) casework.Case {
	return casework.Case{
		Code: casework.NewCode(), Source: casework.FromSite, Topic: "道路交通", Village: village, Text: "田间路被冲毁，请修好。",
		State: casework.Received, Route: casework.Unclassified, ReceivedAt: on.In(shanghai).Add(12 * time.Hour), Clock: casework.Clock{From: on, Due: on.AddDays(20)},
	}
}

func on(route casework.Route, c casework.Case) casework.Case {
	c.State, c.Route = casework.Classified, route
	return c
}

func closed(end workday.Date, result casework.Result, c casework.Case) casework.Case {
	c = on(casework.Township, c)
	c.Answer = casework.Answer{Result: result, Text: "已修好。", At: end.In(shanghai), Seq: 3}
	return ended(end, casework.Closed, c)
}

func ended(end workday.Date, as casework.State, c casework.Case) casework.Case {
	c.State, c.EndedAt, c.EndedOn = as, end.In(shanghai).Add(time.Hour), end
	return c
}

func rated(value casework.Satisfaction, c casework.Case) casework.Case {
	c.Rating = casework.Rating{Value: value, Seq: 9}
	return c
}

func named(topic string, c casework.Case) casework.Case {
	c.Topic = topic
	return c
}

// someCases as they stand on 26 November 2026: some of every kind that is counted, and some of last year.
func someCases() []casework.Case {
	again := on(casework.County, received(day(time.October, 20), "白额村"))
	again.Reopened, again.Rating = 1, casework.Rating{Value: casework.NotSatisfied, Seq: 8}
	lastYear := received(workday.NewDate(2025, time.December, 30), "白额村")
	return []casework.Case{
		received(day(time.November, 26), "白额村"),
		received(day(time.November, 20), "白额村"),
		on(casework.County, received(day(time.November, 19), "下河村")),
		on(casework.County, received(day(time.October, 27), "")),
		on(casework.Explain, received(day(time.August, 29), "下河村")),
		on(casework.Explain, received(day(time.August, 28), "下河村")),
		again,
		named("环境卫生", closed(day(time.January, 10), casework.ResolvedA, received(day(time.January, 1), "白额村"))),
		rated(casework.Satisfied, closed(day(time.March, 29), casework.ResolvedA, received(day(time.March, 9), "下河村"))),
		rated(casework.BasicallySatisfied, closed(day(time.March, 30), casework.PlannedB, received(day(time.March, 9), "下河村"))),
		rated(casework.NotSatisfied, closed(day(time.June, 1), casework.NotPossibleC, received(day(time.May, 25), "白额村"))),
		closed(day(time.November, 25), casework.ForReferenceD, received(day(time.November, 24), "")),
		ended(day(time.July, 3), casework.Withdrawn, received(day(time.July, 1), "白额村")),
		ended(day(time.July, 4), casework.Merged, received(day(time.July, 1), "白额村")),
		lastYear,
		closed(day(time.January, 2), casework.ResolvedA, lastYear),
		closed(workday.NewDate(2025, time.December, 31), casework.ResolvedA, lastYear),
	}
}

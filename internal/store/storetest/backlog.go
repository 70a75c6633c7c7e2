package storetest

import (
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

var backlogTests = map[string]func(*testing.T, *station){
	"an empty database has every route and result at zero": func(t *testing.T, s *station) {
		want := casework.Backlog{
			Routes: map[casework.Route]casework.RouteBacklog{
				casework.Unclassified: {}, casework.OnTheSpot: {}, casework.Township: {}, casework.County: {}, casework.Explain: {},
			},
			States:       map[casework.State]int{},
			Closed:       map[casework.Result]int64{casework.ResolvedA: 0, casework.PlannedB: 0, casework.NotPossibleC: 0, casework.ForReferenceD: 0},
			Satisfaction: map[casework.Satisfaction]int64{casework.Satisfied: 0, casework.BasicallySatisfied: 0, casework.NotSatisfied: 0},
		}
		for _, state := range casework.States() {
			want.States[state] = 0
		}
		if diff := difference(want, s.backlog()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	},
	"cases count under their route until they are closed": func(t *testing.T, s *station) {
		oldest := s.receive(road)
		s.move(oldest.Code, classify(casework.County))
		s.pass(days)
		s.receive(road)
		for _, result := range []casework.Result{casework.ResolvedA, casework.ResolvedA, casework.NotPossibleC} {
			s.move(s.receive(road).Code, classify(casework.Explain), answer(result), told, casework.Close{})
		}
		answered := s.receive(road).Code
		s.move(answered, classify(casework.Township), answer(casework.PlannedB), told)

		b := s.backlog()
		want := map[casework.Route]casework.RouteBacklog{
			casework.Unclassified: {Pending: 1}, casework.County: {Pending: 1}, casework.Township: {Pending: 1}, casework.OnTheSpot: {}, casework.Explain: {},
		}
		if diff := difference(want, b.Routes); diff != "" {
			t.Errorf("routes (-want +got):\n%s", diff)
		}
		if b.Received != 6 || b.Closed[casework.ResolvedA] != 2 || b.Closed[casework.NotPossibleC] != 1 || b.Closed[casework.PlannedB] != 0 {
			t.Errorf("received %d, closed %v", b.Received, b.Closed)
		}
		if b.OldestPending != oldest.ReceivedAt {
			t.Errorf("oldest pending %s, want %s", b.OldestPending, oldest.ReceivedAt)
		}
		if b.Pending() != 3 || b.Overdue() != 0 {
			t.Errorf("pending %d, overdue %d", b.Pending(), b.Overdue())
		}
	},
	"a case is overdue the day after it is due": func(t *testing.T, s *station) {
		c := s.receive(road)
		due := workday.NewDate(2026, 3, 11)
		if c.Clock.Due != due {
			t.Fatalf("due %s, want %s", c.Clock.Due, due)
		}
		for _, test := range []struct {
			today   workday.Date
			overdue int
		}{{due, 0}, {due.AddDays(1), 1}} {
			b, err := s.Backlog(t.Context(), test.today)
			if err != nil || b.Routes[casework.Unclassified] != (casework.RouteBacklog{Pending: 1, Overdue: test.overdue}) {
				t.Errorf("on %s: %+v, error %v", test.today, b.Routes, err)
			}
		}
	},
	"an answer that nobody was told is still overdue, a closed case is not": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		s.move(code, classify(casework.OnTheSpot), answer(casework.ResolvedA))
		s.pass(30 * days)
		if n := s.backlog().Overdue(); n != 1 {
			t.Errorf("%d overdue, want 1", n)
		}
		s.move(code, told, casework.Close{})
		if b := s.backlog(); b.Overdue() != 0 || !b.OldestPending.IsZero() {
			t.Errorf("%d overdue, oldest %s", b.Overdue(), b.OldestPending)
		}
	},
	"each closing counts by whether it came by the due day that was in force": func(t *testing.T, s *station) {
		again := s.settled(road, casework.ResolvedA)
		s.pass(days)
		s.as(resident, again, casework.Reopen{Text: "没修好"})
		last := s.receive(road).Code
		s.move(last, classify(casework.Explain), answer(casework.NotPossibleC), told)
		late := s.receive(road).Code
		s.move(late, classify(casework.Explain), answer(casework.NotPossibleC), told)
		withdrawn := s.receive(road).Code
		s.move(withdrawn, classify(casework.Explain))

		s.pass(s.read(last).Clock.Due.In(shanxi).Add(23 * time.Hour).Sub(s.now))
		s.move(last, casework.Close{})
		s.pass(2 * time.Hour)
		s.move(late, casework.Close{})
		s.move(again, answer(casework.ResolvedA), told, casework.Close{})
		s.as(resident, again, casework.Rate{Value: casework.Satisfied})
		s.as(resident, withdrawn, casework.Withdraw{})
		if b := s.backlog(); b.OnTime != 2 || b.Late != 2 {
			t.Errorf("%d on time, %d late; want 2 and 2", b.OnTime, b.Late)
		}
	},
}

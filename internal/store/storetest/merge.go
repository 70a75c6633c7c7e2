package storetest

import (
	"errors"
	"testing"

	"township.dev/liaison/internal/casework"
)

func (s *station) merge(code, into casework.Code) (casework.Merging, error) {
	return s.Merge(s.Context(), code, into, func(c, into casework.Case) (casework.Merging, error) {
		return s.rules.Merge(c, into, "同一段路", administrator, s.now)
	})
}

var mergeTests = map[string]func(*testing.T, *station){
	"who joined a case is told before it is closed": func(t *testing.T, s *station) {
		into, code := s.receive(road).Code, s.receive(road).Code
		m, err := s.merge(code, into)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []casework.Case{m.From, m.Into} {
			if diff := difference(c, s.read(c.Code)); diff != "" {
				t.Errorf("(-returned +read):\n%s", diff)
			}
		}
		if from := s.read(code); from.State != casework.Merged || from.MergedInto != into || from.Pending() {
			t.Errorf("the case is %+v", from)
		}
		reporters, err := s.Reporters(t.Context(), into)
		if err != nil || len(reporters) != 1 || reporters[0].Code != code {
			t.Fatalf("reporters %+v, error %v", reporters, err)
		}
		s.move(into, classify(casework.Township), answer(casework.ResolvedA), told)
		if _, err := s.Change(t.Context(), into, s.applying(casework.Close{})); !errors.Is(err, casework.ErrNotAllowed) {
			t.Fatalf("closing while somebody is not told: %v", err)
		}
		s.move(code, casework.Inform{RecordFeedback: told})
		if c := s.move(into, casework.Close{}); c.Joined != 1 || c.Untold != 0 {
			t.Errorf("closed as %+v", c)
		}
		if b := s.backlog(); b.Merged != 1 || b.Closed[casework.ResolvedA] != 1 || b.Pending() != 0 {
			t.Errorf("backlog %+v", b)
		}
	},
	"another answer has to be told to all again": func(t *testing.T, s *station) {
		into, code := s.receive(road).Code, s.receive(road).Code
		if _, err := s.merge(code, into); err != nil {
			t.Fatal(err)
		}
		s.move(into, classify(casework.Township), answer(casework.PlannedB))
		s.move(code, casework.Inform{RecordFeedback: told})
		if c := s.read(into); c.Untold != 0 {
			t.Fatalf("%d untold", c.Untold)
		}
		s.pass(days)
		s.move(into, answer(casework.ResolvedA))
		if c := s.read(into); c.Untold != 1 {
			t.Errorf("%d untold, want 1", c.Untold)
		}
	},
	"who had joined goes along": func(t *testing.T, s *station) {
		last, middle, first := s.receive(road).Code, s.receive(road).Code, s.receive(road).Code
		for _, step := range [][2]casework.Code{{first, middle}, {middle, last}} {
			if _, err := s.merge(step[0], step[1]); err != nil {
				t.Fatal(err)
			}
		}
		if c := s.read(first); c.MergedInto != last {
			t.Errorf("the first goes on as %s, want %s", c.MergedInto, last)
		}
		if c := s.read(last); c.Joined != 2 || c.Untold != 2 {
			t.Errorf("%d joined, %d untold", c.Joined, c.Untold)
		}
	},
	"no case, itself, one that has ended": func(t *testing.T, s *station) {
		code, done := s.receive(road).Code, s.settled(road, casework.ResolvedA)
		for name, into := range map[string]casework.Code{"itself": code, "ended": done} {
			if _, err := s.merge(code, into); casework.AsFieldErrors(err) == nil {
				t.Errorf("%s: %v, want field errors", name, err)
			}
		}
		if _, err := s.merge(code, casework.NewCode()); !errors.Is(err, casework.ErrNoCase) {
			t.Errorf("%v, want ErrNoCase", err)
		}
		if c := s.read(code); !c.Pending() || c.Seq != 1 {
			t.Errorf("the case was changed: %+v", c)
		}
	},
}

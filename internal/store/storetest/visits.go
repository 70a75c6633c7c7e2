package storetest

import (
	"errors"
	"testing"

	"township.dev/liaison/internal/casework"
)

var visitTests = map[string]func(*testing.T, *station){
	"visits are counted by day and apart from cases": func(t *testing.T, s *station) {
		s.visit(2, "咨询低保", "")
		s.visit(1, "", "")
		s.pass(days)
		s.visit(5, "", "")
		for day, want := range map[int]casework.VisitCount{0: {Visits: 1, People: 5}, -1: {Visits: 2, People: 3}, -2: {}} {
			if got, err := s.VisitsOn(t.Context(), s.today().AddDays(day)); err != nil || got != want {
				t.Errorf("%d days ago: %+v, error %v, want %+v", -day, got, err, want)
			}
		}
		if b := s.backlog(); b.Visits != 3 || b.Received != 0 {
			t.Errorf("visits %d, received %d", b.Visits, b.Received)
		}
	},
	"the same key counts once": func(t *testing.T, s *station) {
		if s.visit(2, "", "v1") {
			t.Error("the first is a repetition")
		}
		if !s.visit(2, "", "v1") {
			t.Error("the second is no repetition")
		}
		if n := s.backlog().Visits; n != 1 {
			t.Errorf("%d visits, want 1", n)
		}
	},
	"the same key for another visit is a conflict": func(t *testing.T, s *station) {
		s.visit(2, "", "v1")
		other, err := s.rules.Visit(3, "", s.now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.RecordVisit(t.Context(), other, administrator, "v1"); !errors.Is(err, casework.ErrIdempotencyConflict) {
			t.Errorf("%v, want ErrIdempotencyConflict", err)
		}
	},
	"what was noted before a day is forgotten, and the visits stay counted": func(t *testing.T, s *station) {
		s.visit(2, "王小明一家", "v1")
		s.pass(days)
		s.visit(3, "李四", "v2")
		for range 2 { // the second time nothing is left to forget
			if err := s.ForgetVisitNotes(t.Context(), s.today()); err != nil {
				t.Fatal(err)
			}
		}
		for day, people := range map[int]int{0: 3, -1: 2} {
			if got, err := s.VisitsOn(t.Context(), s.today().AddDays(day)); err != nil || got.Visits != 1 || got.People != people {
				t.Errorf("%d days ago: %+v, error %v", -day, got, err)
			}
		}
		if !s.visit(3, "李四", "v2") {
			t.Error("what is kept is not known again")
		}
		if s.visit(9, "", "v1") {
			t.Error("the request of what was forgotten is still known")
		}
	},
	"a visit and a suggestion may have the same key": func(t *testing.T, s *station) {
		s.visit(2, "", "k1")
		if _, replayed, err := s.bring(t.Context(), s.submission(road, "k1")); err != nil || replayed {
			t.Errorf("replayed %t, error %v", replayed, err)
		}
	},
}

func (s *station) visit(people int, note, key string) (replayed bool) {
	s.Helper()
	v, err := s.rules.Visit(people, note, s.now)
	if err != nil {
		s.Fatal(err)
	}
	if replayed, err = s.RecordVisit(s.Context(), v, administrator, key); err != nil {
		s.Fatalf("RecordVisit: %v", err)
	}
	return replayed
}

package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

var resident = casework.Actor{Role: casework.Resident}

// as applies the moves as somebody else than the administrator.
func (s *station) as(by casework.Actor, code casework.Code, moves ...casework.Move) casework.Case {
	s.Helper()
	var c casework.Case
	for _, m := range moves {
		var err error
		c, err = s.Change(s.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return s.rules.Apply(c, m, by, s.now)
		})
		if err != nil {
			s.Fatalf("%s by %s: %v", m.Action(), by.Role, err)
		}
	}
	return c
}

// settled brings a case to its close with the result.
func (s *station) settled(suggestion casework.Suggestion, result casework.Result) casework.Code {
	s.Helper()
	code := s.receive(suggestion).Code
	s.move(code, classify(casework.Explain), answer(result), told, casework.Close{})
	return code
}

var released = casework.Publish{Text: "田间路被冲毁。", Answer: "已列入计划。"}

var lifeTests = map[string]func(*testing.T, *station){
	"every other step of a case's life is read as it was stored": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		steps := []struct {
			by   casework.Actor
			move casework.Move
		}{
			{administrator, classify(casework.County)},
			{administrator, casework.MarkFormal{No: "第12号"}},
			{administrator, casework.Extend{Reason: "涉及面广"}},
			{administrator, casework.Assign{Unit: "县交通局", CoUnits: []string{"县财政局", "乡人民政府"}, Text: "请尽快勘察"}},
			{administrator, casework.Start{}},
			{casework.Actor{Role: casework.Deputy}, casework.Urge{Text: "秋收在即"}},
			{administrator, casework.Return{Reason: "应由乡里办理"}},
			{administrator, casework.Assign{Unit: "乡人民政府"}},
			{administrator, casework.GiveAnswer{Result: casework.PlannedB, Text: "列入计划", PlannedFor: workday.NewDate(2026, 10, 1)}},
			{administrator, told},
			{administrator, casework.Close{}},
			{resident, casework.Reopen{Text: "路还没修"}},
			{administrator, casework.GiveAnswer{Result: casework.PlannedB, Text: "十月完工", PlannedFor: workday.NewDate(2026, 10, 10)}},
			{administrator, told},
			{administrator, casework.Close{}},
			{administrator, released},
			{resident, casework.Rate{Value: casework.BasicallySatisfied, Text: "谢谢"}},
			{administrator, casework.FollowUp{Channel: casework.InPerson, Text: "路已修好，当面告知"}},
			{administrator, released},
			{administrator, casework.Unpublish{}},
		}
		for _, step := range steps {
			s.pass(time.Hour)
			moved := s.as(step.by, code, step.move)
			if diff := difference(moved, s.read(code)); diff != "" {
				t.Fatalf("after %s (-returned +read):\n%s", step.move.Action(), diff)
			}
		}
		history, err := s.History(t.Context(), code)
		if err != nil || len(history) != len(steps)+1 {
			t.Fatalf("%d events, error %v", len(history), err)
		}
		units := history[4].Facts
		if diff := difference([]string{"县财政局", "乡人民政府"}, units.CoUnits); diff != "" || units.Unit != "县交通局" {
			t.Errorf("the log has %+v", units)
		}
	},
	"what ends otherwise counts otherwise": func(t *testing.T, s *station) {
		s.as(resident, s.receive(road).Code, casework.Withdraw{})
		first := s.settled(road, casework.ResolvedA)
		s.as(resident, first, casework.Reopen{Text: "没修好"})
		s.as(resident, s.settled(road, casework.NotPossibleC), casework.Rate{Value: casework.Satisfied})
		b := s.backlog()
		if b.Withdrawn != 1 || b.Reopened != 1 || b.Closed[casework.ResolvedA] != 1 || b.Closed[casework.NotPossibleC] != 1 {
			t.Errorf("withdrawn %d, reopened %d, closed %v", b.Withdrawn, b.Reopened, b.Closed)
		}
		if b.Satisfaction[casework.NotSatisfied] != 1 || b.Satisfaction[casework.Satisfied] != 1 {
			t.Errorf("satisfaction %v", b.Satisfaction)
		}
		want := map[casework.State]int{casework.Classified: 1, casework.Closed: 1, casework.Withdrawn: 1}
		for _, state := range casework.States() {
			if b.States[state] != want[state] {
				t.Errorf("%d cases are %s, want %d", b.States[state], state, want[state])
			}
		}
	},
}

var secretTests = map[string]func(*testing.T, *station){
	"the right secret opens the case and no other does": func(t *testing.T, s *station) {
		receipt, err := s.Submit(t.Context(), s.submission(road, "k1"))
		if err != nil {
			t.Fatal(err)
		}
		code := receipt.Case.Code
		c, err := s.Unlock(t.Context(), code, receipt.Secret)
		if diff := difference(receipt.Case, c); err != nil || diff != "" {
			t.Errorf("error %v (-want +got):\n%s", err, diff)
		}
		for _, wrong := range []casework.Secret{"", casework.NewSecret()} {
			if _, err := s.Unlock(t.Context(), code, wrong); !errors.Is(err, casework.ErrWrongSecret) {
				t.Errorf("secret %q: %v, want ErrWrongSecret", wrong, err)
			}
		}
		if _, err := s.Unlock(t.Context(), casework.NewCode(), receipt.Secret); !errors.Is(err, casework.ErrNoCase) {
			t.Errorf("another code: %v, want ErrNoCase", err)
		}
		if again, err := s.Secret(t.Context(), code); err != nil || again != receipt.Secret {
			t.Errorf("the receipt printed again has %q, error %v", again, err)
		}
	},
	"a request repeated gets the first secret": func(t *testing.T, s *station) {
		first, err := s.Submit(t.Context(), s.submission(road, "k1"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Submit(t.Context(), s.submission(road, "k1"))
		if err != nil || !again.Replayed || again.Secret != first.Secret || first.Secret == "" {
			t.Errorf("first %+v, then %+v, error %v", first, again, err)
		}
	},
}

var pictures = []casework.Photo{{Full: []byte("a big picture"), Thumb: []byte("small")}, {Full: []byte("another one"), Thumb: []byte("too")}}

var photoTests = map[string]func(*testing.T, *station){
	"photos are kept with their case": func(t *testing.T, s *station) {
		submission := s.rules.Enter(road, casework.Entering{
			Code: casework.NewCode(), Secret: casework.NewSecret(), Key: "k1", Source: casework.FromSite, By: resident, Photos: pictures,
		}, s.now)
		receipt, err := s.Submit(t.Context(), submission)
		if err != nil || s.read(receipt.Case.Code).Photos != len(pictures) {
			t.Fatalf("%+v, error %v", receipt, err)
		}
		for i, want := range pictures {
			got, err := s.Photo(t.Context(), receipt.Case.Code, i+1)
			if diff := difference(want, got); err != nil || diff != "" {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		}
		for _, n := range []int{-1, 0, 3} {
			if _, err := s.Photo(t.Context(), receipt.Case.Code, n); !errors.Is(err, casework.ErrNoPhoto) {
				t.Errorf("photo %d: %v, want ErrNoPhoto", n, err)
			}
		}
		if _, err := s.Photo(t.Context(), casework.NewCode(), 1); !errors.Is(err, casework.ErrNoCase) {
			t.Errorf("of no case: %v, want ErrNoCase", err)
		}
	},
	"other photos are another request": func(t *testing.T, s *station) {
		for i, photos := range [][]casework.Photo{pictures, pictures[:1], nil} {
			submission := s.rules.Enter(road, casework.Entering{Code: casework.NewCode(), Key: "k1", By: resident, Photos: photos}, s.now)
			if _, err := s.Submit(t.Context(), submission); errors.Is(err, casework.ErrIdempotencyConflict) != (i > 0) {
				t.Errorf("submission %d: %v", i, err)
			}
		}
	},
}

var keepingTests = map[string]func(*testing.T, *station){
	"what ended long ago is found and forgotten": func(t *testing.T, s *station) {
		submission := s.rules.Enter(road, casework.Entering{
			Code: casework.NewCode(), Secret: casework.NewSecret(), Key: "k1", Source: casework.FromSite, By: resident, Photos: pictures,
		}, s.now)
		if _, err := s.Submit(t.Context(), submission); err != nil {
			t.Fatal(err)
		}
		code := submission.Case.Code
		s.move(code, classify(casework.Explain), answer(casework.ResolvedA), told, casework.Close{}, released)
		s.receive(road) // still waits
		s.pass(time.Hour)
		young := s.settled(road, casework.ResolvedA)
		old, err := s.EndedBefore(t.Context(), s.now, 10)
		if diff := difference([]casework.Code{code}, old); err != nil || diff != "" {
			t.Fatalf("error %v (-want +got):\n%s", err, diff)
		}
		s.as(casework.Actor{Role: casework.System}, code, casework.Anonymise{})
		if left, err := s.EndedBefore(t.Context(), s.now, 10); err != nil || len(left) != 0 {
			t.Errorf("again %v, error %v", left, err)
		}
		s.expectForgotten(code)
		if c := s.read(young); c.Text != road.Text {
			t.Errorf("the other case lost its text: %+v", c)
		}
	},
}

func (s *station) expectForgotten(code casework.Code) {
	s.Helper()
	c := s.read(code)
	if !c.Anonymised || c.Text != "" || c.Answer.Text != "" || c.Photos != 0 || c.Answer.Result != casework.ResolvedA || c.Release.Text == "" {
		s.Errorf("the case is %+v", c)
	}
	if contact, err := s.Contact(s.Context(), code); err != nil || !contact.Empty() {
		s.Errorf("contact %v, error %v", contact, err)
	}
	if _, err := s.Photo(s.Context(), code, 1); !errors.Is(err, casework.ErrNoPhoto) {
		s.Errorf("photo: %v, want ErrNoPhoto", err)
	}
	history, err := s.History(s.Context(), code)
	if err != nil || len(history) != c.Seq {
		s.Errorf("%d events, error %v", len(history), err)
	}
	for _, e := range history {
		if e.Words != "" {
			s.Errorf("%s still says %q", e.Action, e.Words)
		}
	}
	for _, filter := range []casework.Filter{{Search: "冲毁"}, {Phone: road.Phone}} {
		if slices.Contains(codes(s.pages(casework.Listing{Filter: filter}, 10)), code) {
			s.Errorf("%+v finds it", filter)
		}
	}
}

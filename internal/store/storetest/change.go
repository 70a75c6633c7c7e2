package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

var changeTests = map[string]func(*testing.T, *station){
	"every step of a case's life is read as it was stored": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		steps := []casework.Move{
			classify(casework.Township),
			classify(casework.County),
			answer(casework.PlannedB),
			told,
			answer(casework.ResolvedA),
			casework.RecordFeedback{Channel: casework.InPerson, Text: "上门告知。", ToldAt: s.now.Add(5*time.Hour + 30*time.Minute)}, // the answer comes after five hours
			casework.Close{},
		}
		for _, step := range steps {
			s.pass(time.Hour)
			moved := s.move(code, step)
			if diff := difference(moved, s.read(code)); diff != "" {
				t.Fatalf("after %s (-returned +read):\n%s", step.Action(), diff)
			}
		}
		last := s.read(code)
		if last.State != casework.Closed || last.Answer.Result != casework.ResolvedA || last.Feedback.Channel != casework.InPerson || last.ClosedAt != s.now {
			t.Errorf("the case ended as %+v", last)
		}
	},
	"the history keeps what was replaced": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		s.move(code, casework.Classify{Route: casework.Township, Reason: "乡里能修"}, casework.Classify{Route: casework.County, Reason: "经费不够"})
		history, err := s.History(t.Context(), code)
		if err != nil || len(history) != 3 {
			t.Fatalf("%d events, error %v", len(history), err)
		}
		for i, e := range history {
			if e.Seq != i+1 {
				t.Errorf("event %d has seq %d", i, e.Seq)
			}
		}
		second := history[1]
		if second.Words != "乡里能修" || second.Facts.Route != casework.Township || second.Facts.Due == "" || second.Actor != administrator {
			t.Errorf("the first classification is kept as %+v", second)
		}
	},
	"a refused move stores nothing and comes back as it is": func(t *testing.T, s *station) {
		before := s.receive(road)
		_, err := s.Change(t.Context(), before.Code, s.applying(casework.Close{}))
		var refused *casework.NotAllowedError
		if !errors.As(err, &refused) || refused.State != casework.Received || refused.Action != casework.ActionClose {
			t.Errorf("%v, want a NotAllowedError", err)
		}
		_, err = s.Change(t.Context(), before.Code, s.applying(casework.Classify{Route: casework.County}))
		if fields := casework.AsFieldErrors(err); len(fields) != 1 || fields[0].Field != casework.FieldReason {
			t.Errorf("%v, want the reason refused", err)
		}
		if diff := difference(before, s.read(before.Code)); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		if history, err := s.History(t.Context(), before.Code); err != nil || len(history) != 1 {
			t.Errorf("%d events, error %v", len(history), err)
		}
	},
	"who does not wait for the refusal of a move may miss it": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		ctx, cancel := context.WithCancel(t.Context())
		errRefused := errors.New("no")
		_, err := s.Change(ctx, code, func(c casework.Case) (casework.Case, casework.Event, error) {
			cancel()
			return c, casework.Event{}, errRefused
		})
		if !errors.Is(err, context.Canceled) && err != errRefused { //nolint:errorlint // an error of change comes back as it is
			t.Errorf("got %v", err)
		}
	},
	"changes of one case come one after the other": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		s.move(code, classify(casework.Township))
		const times = 16
		var seen [times + 3]atomic.Int32
		together(times, func(int) {
			c, err := s.Change(t.Context(), code, s.applying(classify(casework.County)))
			if err != nil {
				t.Errorf("Change: %v", err)
				return
			}
			seen[c.Seq].Add(1)
		})
		for seq := 3; seq < len(seen); seq++ {
			if n := seen[seq].Load(); n != 1 {
				t.Errorf("%d changes ended with seq %d, want 1", n, seq)
			}
		}
	},
	"of two who close, one does": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		s.move(code, classify(casework.OnTheSpot), answer(casework.ResolvedA), told)
		var closed, refused atomic.Int32
		together(2, func(int) {
			_, err := s.Change(t.Context(), code, s.applying(casework.Close{}))
			switch {
			case err == nil:
				closed.Add(1)
			case errors.Is(err, casework.ErrNotAllowed):
				refused.Add(1)
			default:
				t.Errorf("Change: %v", err)
			}
		})
		if closed.Load() != 1 || refused.Load() != 1 {
			t.Errorf("closed %d times, refused %d times", closed.Load(), refused.Load())
		}
		if n := s.backlog().Closed[casework.ResolvedA]; n != 1 {
			t.Errorf("%d cases closed with A, want 1", n)
		}
	},
	"a change that panics is an error and the rest goes on": func(t *testing.T, s *station) {
		before := s.receive(road)
		_, err := s.Change(t.Context(), before.Code, func(casework.Case) (casework.Case, casework.Event, error) { panic("a fault") })
		if err == nil {
			t.Fatal("no error")
		}
		if diff := difference(before, s.read(before.Code)); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		s.move(before.Code, classify(casework.County))
	},
}

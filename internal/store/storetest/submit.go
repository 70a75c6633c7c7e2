package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"township.dev/liaison/internal/casework"
)

var submitTests = map[string]func(*testing.T, *station){
	"what was received is what is read": func(t *testing.T, s *station) {
		submission := s.submission(road, "")
		c, replayed, err := s.bring(t.Context(), submission)
		if err != nil || replayed {
			t.Fatalf("replayed %t, error %v", replayed, err)
		}
		if diff := difference(submission.Case, c); diff != "" {
			t.Errorf("the answer is not the case submitted (-want +got):\n%s", diff)
		}
		if diff := difference(submission.Case, s.read(c.Code)); diff != "" {
			t.Errorf("the case read is not the case submitted (-want +got):\n%s", diff)
		}
		contact, err := s.Contact(t.Context(), c.Code)
		if want := (casework.Contact{Name: "王小明", Phone: "139 0000 0031"}); err != nil || contact != want {
			t.Errorf("contact %v, error %v", contact, err)
		}
	},
	"a suggestion without village and contact": func(t *testing.T, s *station) {
		c := s.receive(casework.Suggestion{Topic: "环境卫生", Text: "请多放几个垃圾桶。"})
		if got := s.read(c.Code); got.Village != "" {
			t.Errorf("village %q", got.Village)
		}
		if contact, err := s.Contact(t.Context(), c.Code); err != nil || !contact.Empty() {
			t.Errorf("contact %v, error %v", contact, err)
		}
	},
	"the first event is in the log": func(t *testing.T, s *station) {
		submission := s.submission(road, "")
		if _, _, err := s.bring(t.Context(), submission); err != nil {
			t.Fatal(err)
		}
		history, err := s.History(t.Context(), submission.Case.Code)
		if diff := difference([]casework.Entry{{Event: submission.Event}}, history); err != nil || diff != "" {
			t.Errorf("error %v, history (-want +got):\n%s", err, diff)
		}
	},
	"an unknown code": func(t *testing.T, s *station) {
		s.receive(road)
		code := casework.NewCode()
		_, errCase := s.Case(t.Context(), code)
		_, errContact := s.Contact(t.Context(), code)
		_, errHistory := s.History(t.Context(), code)
		_, errChange := s.Change(t.Context(), code, s.applying(classify(casework.County)))
		for method, err := range map[string]error{"Case": errCase, "Contact": errContact, "History": errHistory, "Change": errChange} {
			if !errors.Is(err, casework.ErrNoCase) {
				t.Errorf("%s: %v, want ErrNoCase", method, err)
			}
		}
	},
	"a code that is taken": func(t *testing.T, s *station) {
		first := s.receive(road)
		second := s.submission(road, "second")
		second.Case.Code = first.Code
		if _, _, err := s.bring(t.Context(), second); !errors.Is(err, casework.ErrCodeTaken) {
			t.Fatalf("%v, want ErrCodeTaken", err)
		}
		// Nothing of it was stored, its key neither.
		second.Case.Code = casework.NewCode()
		if _, replayed, err := s.bring(t.Context(), second); err != nil || replayed {
			t.Fatalf("with another code: replayed %t, error %v", replayed, err)
		}
		if n := s.backlog().Received; n != 2 {
			t.Errorf("received %d, want 2", n)
		}
	},
	"the same key and request return the first case as it is now": func(t *testing.T, s *station) {
		first, _, err := s.bring(t.Context(), s.submission(road, "k1"))
		if err != nil {
			t.Fatal(err)
		}
		now := s.move(first.Code, classify(casework.County))
		s.pass(days)
		again, replayed, err := s.bring(t.Context(), s.submission(road, "k1"))
		if err != nil || !replayed {
			t.Fatalf("replayed %t, error %v", replayed, err)
		}
		if diff := difference(now, again); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if n := s.backlog().Received; n != 1 {
			t.Errorf("received %d, want 1", n)
		}
	},
	"the same key with another request is a conflict": func(t *testing.T, s *station) {
		if _, _, err := s.bring(t.Context(), s.submission(road, "k1")); err != nil {
			t.Fatal(err)
		}
		others := map[string]func(*casework.Suggestion){
			"topic":   func(o *casework.Suggestion) { o.Topic = "环境卫生" },
			"village": func(o *casework.Suggestion) { o.Village = "" },
			"text":    func(o *casework.Suggestion) { o.Text += "谢谢" },
			"name":    func(o *casework.Suggestion) { o.Name = "" },
			"phone":   func(o *casework.Suggestion) { o.Phone = "139 0000 0032" },
			// What one field loses another gains.
			"shifted": func(o *casework.Suggestion) { o.Topic, o.Village = "道路交通白", "额村" },
		}
		for name, change := range others {
			other := road
			change(&other)
			if _, _, err := s.bring(t.Context(), s.submission(other, "k1")); !errors.Is(err, casework.ErrIdempotencyConflict) {
				t.Errorf("another %s: %v, want ErrIdempotencyConflict", name, err)
			}
		}
	},
	"one key sent many times at once makes one case": func(t *testing.T, s *station) {
		const times = 16
		codes := make([]casework.Code, times)
		together(times, func(i int) {
			c, _, err := s.bring(t.Context(), s.submission(road, "k1"))
			if err != nil {
				t.Errorf("Submit: %v", err)
			}
			codes[i] = c.Code
		})
		for _, code := range codes {
			if code != codes[0] {
				t.Fatalf("codes differ: %s and %s", codes[0], code)
			}
		}
		if n := s.backlog().Received; n != 1 {
			t.Errorf("received %d, want 1", n)
		}
	},
	"a write that fails harms none beside it": func(t *testing.T, s *station) {
		taken := s.receive(road)
		const times = 64
		together(times, func(i int) {
			submission := s.submission(road, fmt.Sprintf("k%d", i))
			if i%4 == 0 {
				submission.Case.Code = taken.Code
			}
			_, _, err := s.bring(t.Context(), submission)
			if failed := errors.Is(err, casework.ErrCodeTaken); failed != (i%4 == 0) {
				t.Errorf("submission %d: %v", i, err)
			}
		})
		if n, want := s.backlog().Received, int64(1+times*3/4); n != want {
			t.Errorf("received %d, want %d", n, want)
		}
	},
	"a request that was given up before it began leaves nothing": func(t *testing.T, s *station) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.bring(ctx, s.submission(road, "k1")); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want context.Canceled", err)
		}
		// The next write comes behind it, so what it left would be seen.
		s.receive(road)
		if n := s.backlog().Received; n != 1 {
			t.Errorf("received %d, want 1", n)
		}
	},
	"ready after writing": func(t *testing.T, s *station) {
		s.receive(road)
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	},
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

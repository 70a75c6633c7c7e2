package storetest

import (
	"bytes"
	"testing"

	"township.dev/liaison/internal/casework"
)

func (s *station) head() casework.LogPoint {
	s.Helper()
	p, err := s.LogHead(s.Context())
	if err != nil {
		s.Fatalf("LogHead: %v", err)
	}
	return p
}

var logTests = map[string]func(*testing.T, *station){
	"every event makes it longer and none is the same": func(t *testing.T, s *station) {
		if p := s.head(); p.Length != 0 || p.Hash != nil {
			t.Errorf("an empty log ends at %+v", p)
		}
		var points []casework.LogPoint
		note := func() { points = append(points, s.head()) }
		code := s.receive(road).Code
		note()
		s.move(code, classify(casework.County))
		note()
		if err := s.Note(t.Context(), casework.Note{At: s.now, Actor: administrator, Action: casework.NoteExported}); err != nil {
			t.Fatal(err)
		}
		note()
		for i, want := range points {
			if want.Length != int64(i+1) || i > 0 && bytes.Equal(want.Hash, points[i-1].Hash) {
				t.Errorf("point %d is %+v", i, want)
			}
			got, ok, err := s.LogAt(t.Context(), want.Length)
			if diff := difference(want, got); err != nil || !ok || diff != "" {
				t.Errorf("error %v, there %t (-want +got):\n%s", err, ok, diff)
			}
		}
		if _, ok, err := s.LogAt(t.Context(), 4); ok || err != nil {
			t.Errorf("beyond its end: there %t, error %v", ok, err)
		}
	},
	"what failed beside it leaves no gap": func(t *testing.T, s *station) {
		taken := s.receive(road)
		const times = 40
		together(times, func(i int) {
			submission := s.submission(road, "")
			if i%2 == 0 {
				submission.Case.Code = taken.Code
			}
			_, _ = s.Submit(t.Context(), submission)
		})
		if p := s.head(); p.Length != 1+times/2 {
			t.Errorf("the log has %d rows, want %d", p.Length, 1+times/2)
		}
	},
	"signing in and a chosen password stand in it": func(t *testing.T, s *station) {
		s.declare(li)
		if err := s.ChangePassword(t.Context(), s.signIn(li), li.Password, chosen, s.now); err != nil {
			t.Fatal(err)
		}
		if p := s.head(); p.Length != 2 {
			t.Errorf("the log has %d rows, want 2", p.Length)
		}
	},
}

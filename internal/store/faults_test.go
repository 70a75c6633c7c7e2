package store_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	s := open(t, t.TempDir())
	submit(t, s, road, "")
	// SQLite reports its own limit of pages as it reports a file system without room.
	leaveRoom(t, s, 40)
	acknowledged := 1
	var err error
	for i := range 1000 {
		if _, _, err = bring(t.Context(), s, rules.Receive(long(i), casework.NewCode(), fmt.Sprint(i), now)); err != nil {
			break
		}
		acknowledged++
	}
	expectUnavailable(t, err, casework.ErrDiskFull)
	expectUnavailable(t, s.Ready(t.Context()), casework.ErrDiskFull)
	expectReceived(t, s, acknowledged)

	pragma(t, s, "max_page_count = 100000")
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	submit(t, s, road, "")
	expectReceived(t, s, acknowledged+1)
}

func TestAFullDiskUnderConcurrentWritesLosesNothingAcknowledged(t *testing.T) {
	for _, atOnce := range []int{16, 200} {
		t.Run(fmt.Sprint(atOnce), func(t *testing.T) { fillWith(t, atOnce) })
	}
}

func fillWith(t *testing.T, atOnce int) {
	t.Helper()
	s := open(t, t.TempDir())
	leaveRoom(t, s, 120)
	var (
		mu           sync.Mutex
		acknowledged []casework.Code
		all          errgroup.Group
	)
	all.SetLimit(atOnce)
	for i := range 200 {
		all.Go(func() error {
			c, _, err := bring(t.Context(), s, rules.Receive(long(i), casework.NewCode(), fmt.Sprint(i), now))
			if err != nil {
				expectUnavailable(t, err, casework.ErrDiskFull)
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			acknowledged = append(acknowledged, c.Code)
			return nil
		})
	}
	_ = all.Wait() // it returns no error
	if len(acknowledged) == 0 || len(acknowledged) == 200 {
		t.Fatalf("%d of 200 were acknowledged; the disk did not fill up on the way", len(acknowledged))
	}
	for _, code := range acknowledged {
		if _, err := s.Case(t.Context(), code); err != nil {
			t.Errorf("an acknowledged case is gone: %v", err)
		}
	}
	expectReceived(t, s, len(acknowledged))
}

func TestOfAGroupThatDoesNotFitThoseThatFitAreTaken(t *testing.T) {
	const many = 100
	s := open(t, t.TempDir())
	leaveRoom(t, s, 40)
	begun, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Write(t.Context(), func() error { close(begun); <-goOn; return nil }); err != nil {
			t.Errorf("the write before: %v", err)
		}
	})
	<-begun
	var taken atomic.Int64
	for i := range many {
		all.Go(func() {
			_, _, err := bring(t.Context(), s, rules.Receive(long(i), casework.NewCode(), fmt.Sprint(i), now))
			if err == nil {
				taken.Add(1)
				return
			}
			expectUnavailable(t, err, casework.ErrDiskFull)
		})
	}
	for s.Queued() < many {
		runtime.Gosched()
	}
	close(goOn)
	all.Wait()
	if n := taken.Load(); n == 0 || n == many {
		t.Errorf("%d of %d were taken, want those that fit", n, many)
	}
	expectReceived(t, s, int(taken.Load()))
}

func TestAReadOnlyDatabaseIsReadAndSaysSo(t *testing.T) {
	s := open(t, t.TempDir())
	c := submit(t, s, road, "")
	pragma(t, s, "query_only = 1")
	_, _, err := bring(t.Context(), s, rules.Receive(road, casework.NewCode(), "", now))
	expectUnavailable(t, err, casework.ErrReadOnly)
	expectUnavailable(t, s.Ready(t.Context()), casework.ErrReadOnly)
	if _, err := s.Case(t.Context(), c.Code); err != nil {
		t.Errorf("reading: %v", err)
	}
	pragma(t, s, "query_only = 0")
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("writable again: %v", err)
	}
}

func TestClosingFinishesWhatHasBegun(t *testing.T) {
	folder := t.TempDir()
	s, err := store.Open(t.Context(), options(folder))
	if err != nil {
		t.Fatal(err)
	}
	begun, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Write(t.Context(), func() error { close(begun); <-goOn; return nil }); err != nil {
			t.Errorf("the write that had begun: %v", err)
		}
	})
	<-begun
	acknowledged := make(chan casework.Code, 20)
	for range 20 {
		all.Go(func() {
			c, _, err := bring(t.Context(), s, rules.Receive(road, casework.NewCode(), "", now))
			switch {
			case err == nil:
				acknowledged <- c.Code
			case !errors.Is(err, casework.ErrClosing):
				t.Errorf("Submit: %v", err)
			}
		})
	}
	all.Go(func() { closeStore(t, s) })
	close(goOn)
	all.Wait()
	close(acknowledged)

	if _, _, err := bring(t.Context(), s, rules.Receive(road, casework.NewCode(), "", now)); !errors.Is(err, casework.ErrClosing) {
		t.Errorf("after closing: %v, want ErrClosing", err)
	}
	briefly(t, folder, func(s *store.Store) {
		for code := range acknowledged {
			if _, err := s.Case(t.Context(), code); err != nil {
				t.Errorf("an acknowledged case is gone: %v", err)
			}
		}
	})
}

func long(i int) casework.Suggestion {
	s := road
	s.Text = fmt.Sprintf("%d%s", i, strings.Repeat("路", 1500))
	return s
}

func pragma(t *testing.T, s *store.Store, p string) {
	t.Helper()
	if err := s.Pragma(t.Context(), p); err != nil {
		t.Fatalf("PRAGMA %s: %v", p, err)
	}
}

// leaveRoom lets the database grow by that many pages of 4 KiB.
func leaveRoom(t *testing.T, s *store.Store, pages int) {
	t.Helper()
	present, err := s.Pages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pragma(t, s, fmt.Sprintf("max_page_count = %d", present+pages))
}

func expectUnavailable(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || !errors.Is(err, casework.ErrUnavailable) {
		t.Errorf("%v, want %v and ErrUnavailable", err, want)
	}
}

// expectReceived wants as many cases as tallied, listed and acknowledged.
func expectReceived(t *testing.T, s *store.Store, want int) {
	t.Helper()
	b, err := s.Backlog(t.Context(), rules.Today(now))
	if err != nil || b.Received != int64(want) || b.Pending() != want {
		t.Errorf("received %d, pending %d, error %v, want %d", b.Received, b.Pending(), err, want)
	}
}

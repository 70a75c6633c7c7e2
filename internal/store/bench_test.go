package store_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// BenchmarkSubmit is the limit that submissions over HTTP are compared with: the same durable inserts, made in process.
func BenchmarkSubmit(b *testing.B) {
	for _, hands := range []int{1, 32, 128} {
		b.Run(fmt.Sprintf("concurrency=%d", hands), func(b *testing.B) {
			s := open(b, b.TempDir())
			b.ReportAllocs()
			began := time.Now()
			byHands(b, hands, func(i int) error {
				_, _, err := bring(b.Context(), s, rules.Receive(road, casework.NewCode(), fmt.Sprint(i), now))
				return err
			})
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "inserts/s")
		})
	}
}

// BenchmarkRead reads from a database of as many cases as a township has in centuries, all of them waiting, which is the worst.
func BenchmarkRead(b *testing.B) {
	const cases = 200_000
	s := open(b, b.TempDir())
	codes := make([]casework.Code, cases)
	fill(b, s, codes)
	today := rules.Today(now)
	deep := deepPage(b, s)
	list := func(l casework.Listing) func(int) error {
		l.Limit = 50
		return func(int) error { _, err := s.List(b.Context(), l); return err }
	}
	pending := casework.Filter{Stage: casework.StagePending, Today: today}
	with := func(change func(*casework.Filter)) casework.Listing {
		f := pending
		change(&f)
		return casework.Listing{Filter: f}
	}
	reads := map[string]func(i int) error{
		"look-up":           func(i int) error { _, err := s.Case(b.Context(), codes[i%cases]); return err },
		"queue":             list(casework.Listing{Filter: pending}),
		"queue, page 1000":  list(casework.Listing{Filter: pending, After: deep}),
		"all, newest":       list(casework.Listing{Order: casework.Newest}),
		"queue of village":  list(with(func(f *casework.Filter) { f.Village = "村7" })),
		"queue of deputy":   list(with(func(f *casework.Filter) { f.Scope = casework.Scope{Limited: true, Villages: []string{"村7", "村8"}} })),
		"rare topic":        list(with(func(f *casework.Filter) { f.Topic = "民风教化" })),
		"search, 1 of 1000": list(with(func(f *casework.Filter) { f.Search = "七七七" })),
		"search, in all":    list(with(func(f *casework.Filter) { f.Search = "冲毁" })),
		"phone":             list(with(func(f *casework.Filter) { f.Phone = "13900000777" })),
		"backlog":           func(int) error { _, err := s.Backlog(b.Context(), today); return err },
		"statistics": func(int) error {
			_, err := s.Statistics(b.Context(), rules.Period(today.AddDays(-365), today, today), casework.Scope{})
			return err
		},
	}
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			byHands(b, 1, reads[name])
		})
	}
}

// deepPage is the cursor behind the first 50,000 cases of the queue.
func deepPage(b *testing.B, s *store.Store) casework.Cursor {
	b.Helper()
	listing := casework.Listing{Filter: casework.Filter{Stage: casework.StagePending}, Limit: 200}
	for range 250 {
		page, err := s.List(b.Context(), listing)
		if err != nil {
			b.Fatal(err)
		}
		listing.After = page.Next
	}
	return listing.After
}

// fill the database with suggestions of 10 villages, of which one in 1,000 is about something rare.
func fill(b *testing.B, s *store.Store, codes []casework.Code) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 128 {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(codes)); i = next.Add(1) - 1 {
				suggestion := road
				suggestion.Village, suggestion.Phone = fmt.Sprint("村", i%10), fmt.Sprintf("1390000%04d", i%10_000)
				if i%1000 == 777 {
					suggestion.Topic, suggestion.Text = "民风教化", "七七七号院"+suggestion.Text
				}
				codes[i] = submit(b, s, suggestion, "").Code
			}
		})
	}
	all.Wait()
}

// byHands does f b.N times, that many at once.
func byHands(b *testing.B, hands int, f func(i int) error) {
	b.Helper()
	b.ResetTimer()
	var next atomic.Int64
	var all sync.WaitGroup
	for range hands {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := f(int(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
}

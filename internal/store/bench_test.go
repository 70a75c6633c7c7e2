package store_test

import (
	"fmt"
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

// BenchmarkRead reads from a database of many cases.
func BenchmarkRead(b *testing.B) {
	const cases = 20_000
	s := open(b, b.TempDir())
	codes := make([]casework.Code, cases)
	fill(b, s, codes)
	today := rules.Today(now)
	reads := map[string]func(i int) error{
		"look-up": func(i int) error { _, err := s.Case(b.Context(), codes[i%cases]); return err },
		"queue":   func(int) error { _, err := s.List(b.Context(), casework.Listing{Limit: 50}); return err },
		"backlog": func(int) error { _, err := s.Backlog(b.Context(), today); return err },
	}
	for name, read := range reads {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			byHands(b, 2, read)
		})
	}
}

func fill(b *testing.B, s *store.Store, codes []casework.Code) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 128 {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(codes)); i = next.Add(1) - 1 {
				codes[i] = submit(b, s, road, "").Code
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

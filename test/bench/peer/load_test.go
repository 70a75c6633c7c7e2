package peer

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// mostHands is the highest concurrency.
const mostHands = 128

// rounds is how often everybody has a turn; what is reported are medians over them.
func rounds() int { return unlessShort(5, 1) }

// perTurn is how many requests one sends in a turn.
func perTurn() int { return unlessShort(1500, 300) }

// load is how many submissions come before memory is read again.
func load() int { return unlessShort(20_000, 1000) }

func unlessShort(n, short int) int {
	if testing.Short() {
		return short
	}
	return n
}

// taker is a service that takes turns, and what it is asked many times in each.
type taker struct {
	*service
	ask func() error
}

// turn is what came of one: requests a second, and milliseconds.
type turn struct{ perSecond, p50, p99 float64 }

// record is all that came of one service's turns.
type record struct {
	turns []turn
	cpu   time.Duration
}

// drive asks n times, that many hands at once.
func drive(b *testing.B, hands, n int, ask func() error) turn {
	b.Helper()
	took := make([]time.Duration, n)
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range hands {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				asked := time.Now()
				if err := ask(); err != nil {
					b.Error(err)
					return
				}
				took[i-1] = time.Since(asked)
			}
		})
	}
	all.Wait()
	whole := time.Since(began)
	if b.Failed() {
		b.FailNow()
	}
	slices.Sort(took)
	return turn{
		perSecond: float64(n) / whole.Seconds(),
		p50:       milliseconds(took[n/2]), p99: milliseconds(took[n*99/100]),
	}
}

// takeTurns lets one after the other be asked, again and again, and reports medians and ratios.
func takeTurns(b *testing.B, hands int, takers []taker) {
	b.Helper()
	records := map[string]*record{}
	for _, t := range takers {
		records[t.name] = &record{}
		drive(b, hands, 2*hands, t.ask) // opens the connections
	}
	for b.Loop() {
		for range rounds() {
			for _, t := range takers {
				before := t.cpu(b)
				r := records[t.name]
				r.turns = append(r.turns, drive(b, hands, perTurn(), t.ask))
				r.cpu += t.cpu(b) - before
			}
		}
	}
	for name, r := range records {
		b.ReportMetric(r.rate(), name+"/s")
		b.ReportMetric(r.p50(), name+"-p50-ms")
		b.ReportMetric(r.p99(), name+"-p99-ms")
		b.ReportMetric(r.cpuEach(), name+"-cpu-us")
	}
	ours, peers := records[intake], records[pocketBase]
	b.ReportMetric(ours.rate()/peers.rate(), "x-pocketbase")
	b.ReportMetric(ours.p99()/peers.p99(), "p99-of-pocketbase")
	b.ReportMetric(ours.rate()/records[grouped].rate(), "of-bare")
	b.ReportMetric(0, "ns/op")
}

func (r *record) rate() float64 { return r.median(func(t turn) float64 { return t.perSecond }) }
func (r *record) p50() float64  { return r.median(func(t turn) float64 { return t.p50 }) }
func (r *record) p99() float64  { return r.median(func(t turn) float64 { return t.p99 }) }

// cpuEach is the processor time that the service's process needed for one request, in microseconds.
func (r *record) cpuEach() float64 {
	return float64(r.cpu.Microseconds()) / float64(len(r.turns)*perTurn())
}

func (r *record) median(of func(turn) float64) float64 {
	var all []float64
	for _, t := range r.turns {
		all = append(all, of(t))
	}
	return median(all)
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

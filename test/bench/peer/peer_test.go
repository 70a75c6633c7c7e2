// Package peer measures the intake service against PocketBase, a back end in one binary that a township could use instead, and against
// bare handlers, which are as fast as a service can be on the machine. Everybody is a process of its own on loopback, gets the same
// requests from the same generator, and takes turns, so that whatever else the machine does meets all of them. It holds no tests:
// `make bench` runs it, and with BENCH_FLAGS=-short it sends few requests.
package peer

import (
	"fmt"
	"os"
	"testing"
	"time"
)

const (
	// manyHands is the concurrency where one is enough.
	manyHands = 32
	// settling is how long a process is left alone before its memory is read.
	settling = 2 * time.Second
)

// TestMain lets the bare handlers be processes of their own too: they are this binary, started again.
func TestMain(m *testing.M) {
	if kind := os.Getenv(bareVariable); kind != "" {
		_, _ = fmt.Fprintln(os.Stderr, serveBare(kind, os.Args[1], os.Args[2]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// BenchmarkAgainstPocketBase reports what each service does, and the ratios.
func BenchmarkAgainstPocketBase(b *testing.B) {
	for _, hands := range []int{1, manyHands, mostHands} {
		b.Run(fmt.Sprintf("submissions/concurrency=%d", hands), func(b *testing.B) { submissions(b, hands) })
	}
	b.Run("look-ups", lookUps)
	b.Run("memory", memory)
	b.Run("start", starts)
}

// submissions are durable before they are acknowledged; the empty handler alone keeps nothing.
func submissions(b *testing.B, hands int) {
	var takers []taker
	for _, s := range everybody(b) {
		takers = append(takers, taker{s, func() error { return s.submit(b.Context()) }})
	}
	takeTurns(b, hands, takers)
}

// lookUps ask for one suggestion by what its sender was given.
func lookUps(b *testing.B) {
	var takers []taker
	for _, s := range everybody(b) {
		receipts := s.fill(b, perTurn())
		takers = append(takers, taker{s, func() error { return s.lookUp(b.Context(), receipts) }})
	}
	takeTurns(b, manyHands, takers)
}

// memory is that of a process left alone after its start, and after a load.
func memory(b *testing.B) {
	idle, loaded := map[string]float64{}, map[string]float64{}
	both := []*service{startIntake(b), startPocketBase(b)}
	for b.Loop() {
		for _, s := range both {
			s.restart(b)
			<-time.After(settling)
			idle[s.name] = s.rss(b)
			drive(b, manyHands, load(), func() error { return s.submit(b.Context()) })
			<-time.After(settling)
			loaded[s.name] = s.rss(b)
		}
	}
	for _, s := range both {
		b.ReportMetric(idle[s.name], s.name+"-idle-MiB")
		b.ReportMetric(loaded[s.name], s.name+"-loaded-MiB")
	}
	b.ReportMetric(idle[intake]/idle[pocketBase], "idle-of-pocketbase")
	b.ReportMetric(loaded[intake]/loaded[pocketBase], "loaded-of-pocketbase")
	b.ReportMetric(loaded[intake]/idle[intake], "loaded-of-idle")
	b.ReportMetric(0, "ns/op")
}

// starts are those on a data folder that is in use, until the service says that it is ready. The binaries are linked alike.
func starts(b *testing.B) {
	ready := map[string][]float64{}
	both := []*service{startIntake(b), startPocketBase(b)}
	for _, s := range both {
		s.fill(b, perTurn())
	}
	for b.Loop() {
		for range rounds() {
			for _, s := range both {
				ready[s.name] = append(ready[s.name], milliseconds(s.restart(b)))
			}
		}
	}
	for _, s := range both {
		b.ReportMetric(median(ready[s.name]), s.name+"-ready-ms")
		b.ReportMetric(s.binary(b), s.name+"-binary-MiB")
	}
	b.ReportMetric(median(ready[intake])/median(ready[pocketBase]), "ready-of-pocketbase")
	b.ReportMetric(both[0].binary(b)/both[1].binary(b), "binary-of-pocketbase")
	b.ReportMetric(0, "ns/op")
}

// everybody is started for one benchmark.
func everybody(b *testing.B) []*service {
	b.Helper()
	return []*service{startPocketBase(b), startIntake(b), startBare(b, grouped), startBare(b, empty)}
}

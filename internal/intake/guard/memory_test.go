package guard

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

var noon = time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)

func TestWhatIsUsedAgainAndAgainIsRemembered(t *testing.T) {
	r := newRecent[string](100)
	r.put(0, "kept")
	for key := range uint64(10_000) {
		r.put(key+1, "passing by")
		if v, there := r.get(0); !there || v != "kept" {
			t.Fatalf("after %d others: %q, %t", key+1, v, there)
		}
		r.put(0, "kept")
	}
	if _, there := r.get(1); there {
		t.Error("what nobody used again for long is still there")
	}
}

func TestWhatIsForgottenOnPurposeIsGoneFromBothGenerations(t *testing.T) {
	r := newRecent[string](4)
	r.put(1, "old")
	r.put(2, "old")
	r.put(3, "new")
	r.put(1, "new")
	r.forget(1)
	if v, there := r.get(1); there {
		t.Errorf("still there: %q", v)
	}
}

func TestMemoryDoesNotGrowWithTheNumberOfSenders(t *testing.T) {
	s := DefaultLimits()
	s.Senders = 1 << 12
	limits := NewLimits(s)
	for n := range 10 * s.Senders {
		var address [16]byte
		binary.BigEndian.PutUint64(address[:], uint64(n))
		limits.Take(Sender(netip.AddrFrom16(address)), noon)
	}
	remembered := 0
	for i := range limits.shards {
		remembered += size(limits.shards[i].senders)
	}
	if remembered > s.Senders {
		t.Errorf("%d senders are remembered, more than %d", remembered, s.Senders)
	}
}

func TestMemoryDoesNotGrowWithTheNumberOfGuessers(t *testing.T) {
	s := DefaultThrottle()
	s.Remember = 1000
	throttle := NewThrottle[string, int](s)
	for n := range 10 * s.Remember {
		throttle.Begin("wang", n, noon)
		throttle.Succeeded("wang", n, noon)
		throttle.Begin("wang", -n, noon)
	}
	if size(throttle.failures) > s.Remember || size(throttle.known) > s.Remember {
		t.Errorf("%d failures and %d addresses are remembered", size(throttle.failures), size(throttle.known))
	}
}

func TestMemoryDoesNotGrowWithTheNumberOfTickets(t *testing.T) {
	s := DefaultGate()
	s.Difficulty, s.Spent = 0, 100
	gate := NewGate(s, NewPressure(Rate{Burst: 1, Refill: time.Hour}))
	for n := range 10 * s.Spent {
		now := noon.Add(time.Duration(n) * time.Second)
		a := Attempt{Ticket: gate.Open(now), Solution: "0"}
		if err := gate.Check(a, now); err != nil {
			t.Fatal(err)
		}
	}
	if got := size(gate.spent.tickets); got > s.Spent {
		t.Errorf("%d tickets are remembered", got)
	}
}

func size[V any](r *recent[V]) int { return len(r.young) + len(r.old) }

package guard_test

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/guard"
)

var monday = time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)

// numbered returns a sender of its own for each n.
func numbered(n int) netip.Prefix {
	address := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	binary.BigEndian.PutUint32(address[4:], uint32(n))
	return guard.Sender(netip.AddrFrom16(address))
}

func small() guard.LimitSettings {
	return guard.LimitSettings{
		Sender:  guard.Rate{Burst: 3, Refill: 10 * time.Second},
		Global:  guard.Rate{Burst: 5, Refill: time.Second},
		Senders: 1 << 12,
	}
}

func TestASenderHasABurstAndThenASteadyRate(t *testing.T) {
	limits := guard.NewLimits(small())
	for n := range 3 {
		if v := limits.Take(numbered(1), monday); v != (guard.Verdict{OK: true}) {
			t.Fatalf("event %d: %+v", n+1, v)
		}
	}
	for _, step := range []struct {
		after time.Duration
		want  guard.Verdict
	}{
		{0, guard.Verdict{RetryAfter: 10 * time.Second, Scope: guard.ScopeSender}},
		{4 * time.Second, guard.Verdict{RetryAfter: 6 * time.Second, Scope: guard.ScopeSender}},
		{10 * time.Second, guard.Verdict{OK: true}},
		{10 * time.Second, guard.Verdict{RetryAfter: 10 * time.Second, Scope: guard.ScopeSender}},
	} {
		if got := limits.Take(numbered(1), monday.Add(step.after)); got != step.want {
			t.Errorf("after %s: %+v, want %+v", step.after, got, step.want)
		}
	}
	if v := limits.Take(numbered(2), monday); !v.OK {
		t.Errorf("another sender: %+v", v)
	}
}

func TestAllTogetherHaveALimitThatOneSenderCannotUseUp(t *testing.T) {
	limits := guard.NewLimits(small())
	for range 100 {
		limits.Take(numbered(1), monday)
	}
	for n := range 2 {
		if v := limits.Take(numbered(2+n), monday); !v.OK {
			t.Errorf("sender %d behind a greedy one: %+v", n, v)
		}
	}
	want := guard.Verdict{RetryAfter: time.Second, Scope: guard.ScopeGlobal}
	if got := limits.Take(numbered(9), monday); got != want {
		t.Errorf("the sixth event of all: %+v, want %+v", got, want)
	}
	if v := limits.Take(numbered(9), monday.Add(want.RetryAfter)); !v.OK {
		t.Errorf("after the wait: %+v", v)
	}
}

func TestARefusalAlwaysNamesAWait(t *testing.T) {
	for refill := 2 * time.Nanosecond; refill < 20; refill++ {
		for elapsed := range refill {
			limits := guard.NewLimits(guard.LimitSettings{Sender: guard.Rate{Burst: 1, Refill: refill}})
			limits.Sender(numbered(1), monday)
			if v := limits.Sender(numbered(1), monday.Add(elapsed)); !v.OK && v.RetryAfter <= 0 {
				t.Fatalf("%s of %s after the last event: %+v", elapsed, refill, v)
			}
		}
	}
}

func TestWithoutRefillThereIsNoLimit(t *testing.T) {
	limits := guard.NewLimits(guard.LimitSettings{})
	for n := range 1000 {
		if v := limits.Take(numbered(1), monday); !v.OK {
			t.Fatalf("event %d: %+v", n+1, v)
		}
	}
}

func TestAVillageBehindOneAddressIsNotHinderedByDefault(t *testing.T) {
	limits := guard.NewLimits(guard.DefaultLimits())
	for n := range guard.DefaultLimits().Sender.Burst {
		if v := limits.Take(numbered(1), monday); !v.OK {
			t.Fatalf("resident %d of a meeting: %+v", n+1, v)
		}
	}
	for minute := range 60 {
		for n := range 6 {
			at := monday.Add(time.Duration(minute+1)*time.Minute + time.Duration(n)*10*time.Second)
			if v := limits.Take(numbered(1), at); !v.OK {
				t.Fatalf("resident %d in minute %d: %+v", n+1, minute, v)
			}
		}
	}
}

func TestEventsAtOnceAreCountedExactly(t *testing.T) {
	limits := guard.NewLimits(small())
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 100 {
				if limits.Take(numbered(n), monday).OK {
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	if got := taken.Load(); got != 5 {
		t.Errorf("%d events got through a burst of 5", got)
	}
}

// unlimited lets everything through but still does all the work, as the comparison with other services needs it.
func unlimited() guard.Settings {
	s := guard.DefaultSettings()
	s.Limits.Sender = guard.Rate{Burst: 1 << 30, Refill: time.Nanosecond}
	s.Limits.Global = s.Limits.Sender
	return s
}

func BenchmarkTake(b *testing.B) {
	limits := guard.NewLimits(unlimited().Limits)
	sender := numbered(1)
	b.ReportAllocs()
	for b.Loop() {
		limits.Take(sender, monday)
	}
}

func BenchmarkTakeFloodOfSenders(b *testing.B) {
	limits := guard.NewLimits(unlimited().Limits)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		limits.Take(numbered(n), monday)
	}
}

func BenchmarkTakeRefused(b *testing.B) {
	limits := guard.NewLimits(guard.LimitSettings{Sender: guard.Rate{Burst: 1, Refill: time.Hour}, Senders: 1 << 12})
	sender := numbered(1)
	b.ReportAllocs()
	for b.Loop() {
		limits.Take(sender, monday)
	}
}

func BenchmarkTakeParallel(b *testing.B) {
	limits := guard.NewLimits(unlimited().Limits)
	var next atomic.Int32
	b.RunParallel(func(p *testing.PB) {
		for n := int(next.Add(1)) << 16; p.Next(); n++ {
			limits.Take(numbered(n&^0xff), monday)
		}
	})
}

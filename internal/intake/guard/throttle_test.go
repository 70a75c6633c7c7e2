package guard_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/guard"
)

const (
	office = "10.0.0.1"
	away   = "10.0.0.2"
	thief  = "10.0.0.9"
)

func newThrottle() *guard.Throttle[string, string] {
	return guard.NewThrottle[string, string](guard.DefaultThrottle())
}

// guess fails as often as the throttle lets it at once, and says how often that was.
func guess(t *guard.Throttle[string, string], subject, address string, now time.Time) int {
	for n := 0; ; n++ {
		if t.Begin(subject, address, now) > 0 {
			return n
		}
	}
}

// attack guesses from so many addresses that the subject is under attack.
func attack(t *guard.Throttle[string, string], subject string, now time.Time) {
	for n := range guard.DefaultThrottle().Alarm {
		t.Begin(subject, fmt.Sprint("stranger ", n), now)
	}
}

func TestGuessingGetsSlowerAndNobodyElseIsHindered(t *testing.T) {
	throttle, usual := newThrottle(), guard.DefaultThrottle().Usual
	if got := guess(throttle, "wang", thief, monday); got != usual.Free {
		t.Fatalf("%d attempts are free, want %d", got, usual.Free)
	}
	now := monday
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		if wait := throttle.Begin("wang", thief, now); wait != want {
			t.Errorf("wait %s, want %s", wait, want)
		}
		if wait := throttle.Begin("wang", thief, now.Add(want-time.Second)); wait != time.Second {
			t.Errorf("waiting does not get shorter: %s", wait)
		}
		if now = now.Add(want); throttle.Begin("wang", thief, now) != 0 {
			t.Error("after the wait one attempt is not let through")
		}
	}
	if wait := throttle.Begin("wang", office, now); wait != 0 {
		t.Errorf("the owner of the account, at another address, must wait %s", wait)
	}
	if wait := throttle.Begin("zhao", thief, now); wait != 0 {
		t.Errorf("a colleague at the same address must wait %s", wait)
	}
}

func TestFailuresEndWithTimeAndWithSuccess(t *testing.T) {
	throttle, usual := newThrottle(), guard.DefaultThrottle().Usual
	guess(throttle, "wang", office, monday)
	later := monday.Add(usual.Forget + time.Second)
	if got := guess(throttle, "wang", office, later); got != usual.Free {
		t.Errorf("yesterday's failures still count: %d attempts are free", got)
	}
	throttle.Succeeded("wang", office, later)
	if got := guess(throttle, "wang", office, later); got != usual.Free {
		t.Errorf("failures count after a success: %d attempts are free", got)
	}
}

func TestUnderAttackStrangersNeedMorePatience(t *testing.T) {
	throttle, strict := newThrottle(), guard.DefaultThrottle().Strict
	attack(throttle, "wang", monday)
	if got := guess(throttle, "wang", thief, monday); got != strict.Free {
		t.Errorf("a stranger has %d free attempts, want %d", got, strict.Free)
	}
	if wait := throttle.Begin("wang", thief, monday); wait != strict.First {
		t.Errorf("a stranger waits %s, want %s", wait, strict.First)
	}
	if got, want := guess(throttle, "zhao", thief, monday), guard.DefaultThrottle().Usual.Free; got != want {
		t.Errorf("at an account that is not attacked there are %d free attempts, want %d", got, want)
	}
}

func TestNoAttackLocksTheOwnerOut(t *testing.T) {
	throttle, usual := newThrottle(), guard.DefaultThrottle().Usual
	throttle.Begin("wang", office, monday)
	throttle.Succeeded("wang", office, monday)
	attack(throttle, "wang", monday)
	if got := guess(throttle, "wang", office, monday); got != usual.Free {
		t.Errorf("at the known address the owner has %d free attempts, want %d", got, usual.Free)
	}
	if wait := throttle.Begin("wang", away, monday); wait != 0 {
		t.Errorf("at an address that never failed the owner waits %s", wait)
	}
	throttle.Succeeded("wang", away, monday)
	if got := guess(throttle, "wang", away, monday); got != usual.Free {
		t.Errorf("once in, the owner has %d free attempts there, want %d", got, usual.Free)
	}
}

func TestAnAddressDoesNotStayKnownForEver(t *testing.T) {
	throttle, s := newThrottle(), guard.DefaultThrottle()
	throttle.Begin("wang", office, monday)
	throttle.Succeeded("wang", office, monday)
	later := monday.Add(s.KnownFor + time.Second)
	attack(throttle, "wang", later)
	if got := guess(throttle, "wang", office, later); got != s.Strict.Free {
		t.Errorf("an address not used for long has %d free attempts, want %d", got, s.Strict.Free)
	}
}

func TestOnlyFailuresOfStrangersMakeAnAttackAndItEnds(t *testing.T) {
	s := guard.DefaultThrottle()
	tests := []struct {
		name string
		what func(*guard.Throttle[string, string])
		at   time.Time
	}{
		{"a few failures less", func(throttle *guard.Throttle[string, string]) {
			attack(throttle, "wang", monday)
			for n := range s.Usual.Free {
				throttle.Succeeded("wang", fmt.Sprint("stranger ", n), monday) // who was the owner after all
			}
		}, monday},
		{"everyday successes from everywhere", func(throttle *guard.Throttle[string, string]) {
			for n := range 10 * s.Alarm {
				throttle.Begin("wang", fmt.Sprint(n), monday)
				throttle.Succeeded("wang", fmt.Sprint(n), monday)
			}
		}, monday},
		{"failures at a known address", func(throttle *guard.Throttle[string, string]) {
			for range 10 * s.Alarm {
				throttle.Succeeded("wang", office, monday)
				throttle.Begin("wang", office, monday)
			}
		}, monday},
		{"an attack of the day before", func(throttle *guard.Throttle[string, string]) {
			attack(throttle, "wang", monday)
		}, monday.Add(s.Window + time.Second)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			throttle := newThrottle()
			test.what(throttle)
			if got := guess(throttle, "wang", thief, test.at); got != s.Usual.Free {
				t.Errorf("a stranger has %d free attempts, want %d", got, s.Usual.Free)
			}
		})
	}
}

func TestAttemptsAtOnceAllCount(t *testing.T) {
	throttle := newThrottle()
	var let atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if throttle.Begin("wang", thief, monday) == 0 {
				let.Add(1)
			}
		})
	}
	all.Wait()
	if got, want := int(let.Load()), guard.DefaultThrottle().Usual.Free; got != want {
		t.Errorf("%d attempts at once were let through, want %d", got, want)
	}
}

func TestNobodyIsToldToWaitNothing(t *testing.T) {
	for wait, want := range map[time.Duration][2]int{
		time.Nanosecond: {1, 1}, 30 * time.Second: {30, 1}, time.Minute: {60, 1}, time.Minute + time.Millisecond: {61, 2},
	} {
		if got := [2]int{guard.Begun(wait, time.Second), guard.Begun(wait, time.Minute)}; got != want {
			t.Errorf("%s is told as %d seconds and %d minutes, want %d and %d", wait, got[0], got[1], want[0], want[1])
		}
	}
}

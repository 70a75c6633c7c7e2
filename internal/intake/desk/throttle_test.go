package desk

import (
	"fmt"
	"testing"
	"time"
)

var monday = time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)

func TestGuessingGetsSlowerAndNobodyElseIsHindered(t *testing.T) {
	throttle := newThrottle()
	guesser, owner := attempt{"wang", "10.0.0.9"}, attempt{"wang", "10.0.0.1"}
	for n := range freeFailures {
		if wait := throttle.begin(guesser, monday); wait != 0 {
			t.Fatalf("attempt %d must wait %s", n+1, wait)
		}
	}
	now := monday
	for _, want := range []time.Duration{firstWait, 2 * firstWait, 4 * firstWait} {
		if wait := throttle.begin(guesser, now); wait != want {
			t.Errorf("wait %s, want %s", wait, want)
		}
		if wait := throttle.begin(guesser, now.Add(want-time.Second)); wait != time.Second {
			t.Errorf("waiting does not get shorter: %s", wait)
		}
		if now = now.Add(want); throttle.begin(guesser, now) != 0 {
			t.Error("after the wait one attempt is not let through")
		}
	}
	if wait := throttle.begin(owner, now); wait != 0 {
		t.Errorf("the owner of the account, at another address, must wait %s", wait)
	}
	if wait := throttle.begin(attempt{"zhao", "10.0.0.9"}, now); wait != 0 {
		t.Errorf("a colleague at the same address must wait %s", wait)
	}
}

func TestTheWaitHasAnEnd(t *testing.T) {
	if got := penalty(1000); got != longestWait {
		t.Errorf("after 1000 failures one waits %s", got)
	}
	throttle := newThrottle()
	a := attempt{"wang", "10.0.0.9"}
	for range freeFailures {
		throttle.begin(a, monday)
	}
	if wait := throttle.begin(a, monday.Add(forgetAfter+time.Second)); wait != 0 {
		t.Errorf("yesterday's failures still count: %s", wait)
	}
	for range freeFailures {
		throttle.begin(a, monday)
	}
	throttle.succeeded(a)
	if wait := throttle.begin(a, monday); wait != 0 {
		t.Errorf("failures count after a success: %s", wait)
	}
}

func TestNobodyIsToldToWaitNothing(t *testing.T) {
	for wait, want := range map[time.Duration][2]int{
		time.Millisecond: {1, 1}, 30 * time.Second: {30, 1}, time.Minute: {60, 1}, time.Minute + time.Millisecond: {61, 2},
	} {
		if got := [2]int{begun(wait, time.Second), begun(wait, time.Minute)}; got != want {
			t.Errorf("%s is told as %d seconds and %d minutes, want %d and %d", wait, got[0], got[1], want[0], want[1])
		}
	}
}

func TestMemoryDoesNotGrowWithTheNumberOfGuessers(t *testing.T) {
	throttle := newThrottle()
	for n := range 3 * mostRemembers {
		throttle.begin(attempt{"wang", fmt.Sprint(n)}, monday)
	}
	if got := len(throttle.failures); got > mostRemembers {
		t.Errorf("%d failures are remembered", got)
	}
}

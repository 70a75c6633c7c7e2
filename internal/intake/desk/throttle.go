package desk

import (
	"sync"
	"time"
)

// Rules of the throttle: a person mistypes a few times; a guesser does not stop there.
const (
	freeFailures  = 5
	firstWait     = 30 * time.Second
	longestWait   = 15 * time.Minute
	forgetAfter   = time.Hour
	mostRemembers = 4096
)

// throttle slows down who fails to sign in, by account and address together: a stranger who guesses from elsewhere
// cannot keep an administrator out. It is safe for concurrent use.
type throttle struct {
	mu       sync.Mutex
	failures map[attempt]failure
}

type attempt struct{ account, address string }

type failure struct {
	count int
	last  time.Time
}

func newThrottle() *throttle { return &throttle{failures: map[attempt]failure{}} }

// begin notes an attempt as failed until succeeded says otherwise, so that attempts sent all at once count too. It returns
// how long the person must wait instead when there were too many; that attempt is not made and not noted.
func (t *throttle) begin(a attempt, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.failures[a]
	if now.Sub(f.last) > forgetAfter {
		f.count = 0
	}
	if wait := penalty(f.count) - now.Sub(f.last); wait > 0 {
		return wait
	}
	if len(t.failures) >= mostRemembers {
		t.forget(now)
	}
	t.failures[a] = failure{count: f.count + 1, last: now}
	return 0
}

// penalty doubles with every failure beyond the free ones.
func penalty(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	wait := firstWait
	for range failures - freeFailures {
		if wait *= 2; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// begun counts the units of a wait; one that has begun counts whole, so that nobody is told to wait 0 minutes.
func begun(wait, unit time.Duration) int { return int((wait + unit - 1) / unit) }

// succeeded forgets the failures of who got in.
func (t *throttle) succeeded(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failures, a)
}

// forget makes room: the old go first, and all when none is old, because memory must not grow with the number of guessers.
func (t *throttle) forget(now time.Time) {
	for a, f := range t.failures {
		if now.Sub(f.last) > forgetAfter {
			delete(t.failures, a)
		}
	}
	if len(t.failures) >= mostRemembers {
		clear(t.failures)
	}
}

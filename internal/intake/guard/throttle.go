package guard

import (
	"hash/maphash"
	"sync"
	"time"
)

// Patience is how much guessing is borne from one address: Free failures cost nothing, the next one a wait of First, and
// each further one twice as long, up to Longest. Failures are forgotten after Forget without any.
type Patience struct {
	Free                   int
	First, Longest, Forget time.Duration
}

// penalty doubles with every failure beyond the free ones.
func (p Patience) penalty(failures int) time.Duration {
	if failures < p.Free {
		return 0
	}
	wait := p.First
	for range failures - p.Free {
		if wait *= 2; wait >= p.Longest {
			return p.Longest
		}
	}
	return wait
}

// ThrottleSettings of a Throttle.
type ThrottleSettings struct {
	// Usual holds for everybody; Strict for unknown addresses once the subject is under attack.
	Usual, Strict Patience
	// Alarm is the number of failures from unknown addresses within Window that make an attack.
	Alarm  int
	Window time.Duration
	// KnownFor is how long an address stays known after a success.
	KnownFor time.Duration
	// Remember is how many pairs of subject and address are remembered at most.
	Remember int
}

// DefaultThrottle is for passwords and query secrets: a person mistypes a few times; a guesser does not stop there.
func DefaultThrottle() ThrottleSettings {
	return ThrottleSettings{
		Usual:    Patience{Free: 5, First: 30 * time.Second, Longest: 15 * time.Minute, Forget: time.Hour},
		Strict:   Patience{Free: 1, First: 5 * time.Minute, Longest: 6 * time.Hour, Forget: 24 * time.Hour},
		Alarm:    100,
		Window:   24 * time.Hour,
		KnownFor: 90 * 24 * time.Hour,
		Remember: 1 << 15,
	}
}

// Throttle slows down who guesses at the secret of a subject: at the password of an account, at the query secret of a case.
//
// Failures are counted by subject and address together, so a stranger who guesses from elsewhere cannot keep the owner
// out. That alone would let a guesser with many addresses begin anew with each, so failures from unknown addresses are
// also counted by subject. When these make an attack, an unknown address gets Strict patience. Two things keep the true
// owner from being locked out all the same. An address from which the subject succeeded before is judged by its own failures
// alone and adds nothing to the attack. And a wait is never one for all strangers together, which a guesser could always
// take first: even under attack, an address that did not fail yet is let through at once.
//
// The subject need not exist; answers to made-up ones are slowed down alike and so tell nothing. Where many people share one
// address, A can be the address with the mark of a device. Safe for concurrent use.
type Throttle[S, A comparable] struct {
	settings ThrottleSettings
	seed     maphash.Seed

	mu       sync.Mutex
	failures *recent[failure]
	known    *recent[time.Time]
	// tallies are found by the subject's hash. Unlike in a table of subjects none can be pushed out with made-up ones; that two
	// subjects share one means at most that strangers to the one need patience because of the other.
	tallies [1024]tally
}

type pair[S, A comparable] struct {
	subject S
	address A
}

type failure struct {
	count int
	last  time.Time
}

// tally of failures from unknown addresses within a window.
type tally struct {
	count int
	since time.Time
}

// NewThrottle returns a throttle that knows nobody.
func NewThrottle[S, A comparable](s ThrottleSettings) *Throttle[S, A] {
	return &Throttle[S, A]{
		settings: s, seed: maphash.MakeSeed(),
		failures: newRecent[failure](s.Remember), known: newRecent[time.Time](s.Remember),
	}
}

// Begin notes an attempt as failed until Succeeded says otherwise, so that attempts sent all at once count too. It returns
// how long the person must wait instead when there were too many; that attempt must not be made and is not noted.
func (t *Throttle[S, A]) Begin(subject S, address A, now time.Time) time.Duration {
	key := maphash.Comparable(t.seed, pair[S, A]{subject, address})
	t.mu.Lock()
	defer t.mu.Unlock()
	known, tally := t.isKnown(key, now), t.tallyOf(subject, now)
	patience := t.settings.Usual
	if !known && tally.count >= t.settings.Alarm {
		patience = t.settings.Strict
	}
	f, _ := t.failures.get(key)
	if now.Sub(f.last) > patience.Forget {
		f.count = 0
	}
	if wait := patience.penalty(f.count) - now.Sub(f.last); wait > 0 {
		return wait
	}
	t.failures.put(key, failure{count: f.count + 1, last: now})
	if !known {
		tally.count++
	}
	return 0
}

// Succeeded forgets the failures of who got in, and knows the address from now on.
func (t *Throttle[S, A]) Succeeded(subject S, address A, now time.Time) {
	key := maphash.Comparable(t.seed, pair[S, A]{subject, address})
	t.mu.Lock()
	defer t.mu.Unlock()
	if tally := t.tallyOf(subject, now); !t.isKnown(key, now) && tally.count > 0 {
		tally.count-- // the attempt itself, which was no failure
	}
	t.failures.forget(key)
	t.known.put(key, now)
}

func (t *Throttle[S, A]) isKnown(key uint64, now time.Time) bool {
	succeeded, ever := t.known.get(key)
	return ever && now.Sub(succeeded) <= t.settings.KnownFor
}

// tallyOf returns the subject's tally; one whose window is over begins anew.
func (t *Throttle[S, A]) tallyOf(subject S, now time.Time) *tally {
	found := &t.tallies[maphash.Comparable(t.seed, subject)%uint64(len(t.tallies))]
	if now.Sub(found.since) > t.settings.Window {
		*found = tally{since: now}
	}
	return found
}

// Begun counts the units of a wait; one that has begun counts whole, so that nobody is told to wait 0 minutes.
func Begun(wait, unit time.Duration) int { return int((wait + unit - 1) / unit) }

package guard

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may happen: Burst times at once, and once more every Refill. A Refill of 0 is no limit.
type Rate struct {
	Burst  int
	Refill time.Duration
}

func (r Rate) limiter() *rate.Limiter { return rate.NewLimiter(rate.Every(r.Refill), r.Burst) }

// LimitSettings of Limits.
type LimitSettings struct {
	// Sender holds for each sender, Global for all together.
	Sender, Global Rate
	// Senders is how many are remembered at most; those seen least lately are forgotten and begin with a full burst.
	Senders int
}

// DefaultLimits are generous to a sender, because carriers let a whole village share one IPv4 address: 60 suggestions
// at once, as after a meeting, and then 6 a minute. All together may send 600 at once and then 600 a minute, far more
// than a township writes and little enough that a flood stays a list somebody can clear.
func DefaultLimits() LimitSettings {
	return LimitSettings{
		Sender:  Rate{Burst: 60, Refill: 10 * time.Second},
		Global:  Rate{Burst: 600, Refill: 100 * time.Millisecond},
		Senders: 1 << 16,
	}
}

// Scope is whose limit was reached.
type Scope string

// Scopes of a limit.
const (
	ScopeSender Scope = "sender"
	ScopeGlobal Scope = "global"
)

// Verdict on one event.
type Verdict struct {
	OK bool
	// RetryAfter and Scope say when to come back and whose limit was reached; both are zero when OK.
	RetryAfter time.Duration
	Scope      Scope
}

// shardCount is a power of two; so many senders seldom wait for each other's lock.
const shardCount = 64

// Limits count events per sender and of all together. Safe for concurrent use.
type Limits struct {
	settings LimitSettings
	seed     maphash.Seed
	shards   [shardCount]shard
	global   *rate.Limiter
}

type shard struct {
	mu      sync.Mutex
	senders *recent[*rate.Limiter]
}

// NewLimits returns limits of which nothing is used up.
func NewLimits(s LimitSettings) *Limits {
	l := &Limits{settings: s, seed: maphash.MakeSeed(), global: s.Global.limiter()}
	for i := range l.shards {
		l.shards[i].senders = newRecent[*rate.Limiter](s.Senders / shardCount)
	}
	return l
}

// Take counts an event of the sender against both limits. One that the sender's own limit stops costs the others nothing.
func (l *Limits) Take(sender netip.Prefix, now time.Time) Verdict {
	if v := l.Sender(sender, now); !v.OK {
		return v
	}
	return l.Global(now)
}

// Sender counts an event against the sender's limit alone.
func (l *Limits) Sender(sender netip.Prefix, now time.Time) Verdict {
	return take(l.of(sender), l.settings.Sender, ScopeSender, now)
}

// Global counts an event against the limit of all together.
func (l *Limits) Global(now time.Time) Verdict {
	return take(l.global, l.settings.Global, ScopeGlobal, now)
}

// of returns the sender's limiter. It is used after the shard is unlocked: should it be forgotten in between, one event
// goes uncounted.
func (l *Limits) of(sender netip.Prefix) *rate.Limiter {
	key := maphash.Comparable(l.seed, sender)
	s := &l.shards[key%shardCount]
	s.mu.Lock()
	defer s.mu.Unlock()
	limiter, known := s.senders.get(key)
	if !known {
		limiter = l.settings.Sender.limiter()
	}
	s.senders.put(key, limiter)
	return limiter
}

// take asks for the wait only after a refusal, and does not reserve: a reservation that is cancelled while others
// reserve is not given back whole, so under a flood nobody would ever get in.
func take(l *rate.Limiter, r Rate, scope Scope, now time.Time) Verdict {
	if l.AllowN(now, 1) {
		return Verdict{OK: true}
	}
	wait := time.Duration((1 - l.TokensAt(now)) * float64(r.Refill))
	return Verdict{RetryAfter: max(wait, 1), Scope: scope} // others may have moved on in between; 0 would say that waiting does not help
}

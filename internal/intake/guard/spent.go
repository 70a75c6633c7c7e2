package guard

import (
	"hash/maphash"
	"time"
)

// spent remembers used tickets and what for. When it forgets some, it no longer believes any ticket from their time: a
// ticket never serves twice, however many are used.
type spent struct {
	seed    maphash.Seed
	tickets *recent[uint64]
	// began is when the young generation did. Whatever was forgotten was opened no later than horizon.
	began, horizon time.Time
}

// spending is what is known of a ticket's use.
type spending int

const (
	unspent spending = iota
	spentOnThis
	spentOnAnother
	// spentUnknown: the ticket is from a time of which use is forgotten.
	spentUnknown
)

func newSpent(most int) *spent {
	return &spent{seed: maphash.MakeSeed(), tickets: newRecent[uint64](most)}
}

func (s *spent) on(a Attempt, opened time.Time) spending {
	key, there := s.tickets.get(maphash.String(s.seed, string(a.Ticket)))
	switch {
	case there && a.Key != "" && key == maphash.String(s.seed, a.Key):
		return spentOnThis
	case there:
		return spentOnAnother
	case !opened.After(s.horizon):
		return spentUnknown
	}
	return unspent
}

func (s *spent) note(a Attempt, now time.Time) {
	if s.tickets.full() {
		s.tickets.turn()
		s.began, s.horizon = now, s.began
	}
	s.tickets.put(maphash.String(s.seed, string(a.Ticket)), maphash.String(s.seed, a.Key))
}

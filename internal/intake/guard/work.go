package guard

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// Hidden fields of a form that the gate guards.
const (
	TicketField   = "ticket"
	SolutionField = "work"
)

// GateSettings of a Gate.
type GateSettings struct {
	// Difficulty is the number of leading zero bits a solution must show; each one more doubles the work.
	Difficulty int
	// Rest is how old a ticket without solution must be; Life how old any ticket may get.
	Rest, Life time.Duration
	// Lane limits the submissions without solution, which take from what those with one could use.
	Lane LimitSettings
	// Spent is how many used tickets are remembered at most. When more are used within a Life, tickets get stale earlier.
	Spent int
}

// DefaultGate asks for about a quarter of a million hashes, seconds even for an old phone, or for 20 seconds of patience. A form
// stays good for two hours, time enough to write by hand, be called away, and come back.
func DefaultGate() GateSettings {
	return GateSettings{
		Difficulty: 18, Rest: 20 * time.Second, Life: 2 * time.Hour,
		Lane: LimitSettings{
			Sender: Rate{Burst: 1, Refill: time.Minute}, Global: Rate{Burst: 60, Refill: time.Second}, Senders: 1 << 13,
		},
		Spent: 1 << 16,
	}
}

// Gate decides while the pressure is high which submissions are taken: those that bring a ticket with the work done, and in
// a slower lane, for visitors without JavaScript, those whose ticket has rested. While all is calm it lets everything through.
//
// A ticket is good for one submission. It names no sender: a phone changes its address between home and road, and some
// carriers change it with every connection; what a flood could gain by passing tickets around, their single use and the
// limits per sender take away. The gate keeps only the tickets used under pressure. Safe for concurrent use.
type Gate struct {
	settings GateSettings
	pressure *Pressure
	key      [sha256.Size]byte
	lane     *Limits

	mu    sync.Mutex
	spent *spent
}

// NewGate returns a gate whose tickets no other gate knows.
func NewGate(s GateSettings, p *Pressure) *Gate {
	g := &Gate{settings: s, pressure: p, lane: NewLimits(s.Lane), spent: newSpent(s.Spent)}
	// Never fails: the program would end first.
	_, _ = rand.Read(g.key[:])
	return g
}

// Open returns the ticket for a form that is shown now.
func (g *Gate) Open(now time.Time) Ticket {
	var ticket [ticketSize]byte
	body := ticket[:bodySize]
	// Never fails: the program would end first.
	_, _ = rand.Read(body)
	binary.BigEndian.PutUint64(body, uint64(now.UnixMilli()))
	body[difficultyAt] = byte(g.settings.Difficulty)
	copy(ticket[bodySize:], g.seal(body))
	return Ticket(ticketText.EncodeToString(ticket[:]))
}

// Demanding reports whether a form that is shown now should have its ticket solved by the browser.
func (g *Gate) Demanding(now time.Time) bool { return g.pressure.High(now) }

// Check returns nil when the attempt may be made, a Refusal otherwise.
func (g *Gate) Check(a Attempt, now time.Time) error {
	if !g.pressure.Felt(now) {
		return nil
	}
	if a.Ticket == "" {
		return Refusal{Reason: NeedWork}
	}
	opened, ours := g.opened(a.Ticket)
	if age := now.Sub(opened); !ours || age < 0 || age > g.settings.Life {
		return Refusal{Reason: Stale}
	}
	return g.use(a, opened, now)
}

// use spends the ticket where it was earned.
func (g *Gate) use(a Attempt, opened, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.spent.on(a, opened) {
	case spentOnAnother:
		return Refusal{Reason: Replayed}
	case spentUnknown:
		return Refusal{Reason: Stale}
	case unspent:
		if err := g.earned(a, opened, now); err != nil {
			return err
		}
		g.spent.note(a, now)
	case spentOnThis: // sent again, creates nothing new
	}
	return nil
}

// earned asks for the work where a solution is given, and for patience where none is.
func (g *Gate) earned(a Attempt, opened, now time.Time) error {
	if a.Solution != "" {
		if !a.Ticket.solvedBy(a.Solution) {
			return Refusal{Reason: NeedWork}
		}
		return nil
	}
	if wait := g.settings.Rest - now.Sub(opened); wait > 0 {
		return Refusal{TooSoon, wait}
	}
	if v := g.lane.Take(a.Sender, now); !v.OK {
		return Refusal{TooSoon, v.RetryAfter}
	}
	return nil
}

// opened reads when the form of the ticket was opened; ours is false for a ticket this gate did not make.
func (g *Gate) opened(t Ticket) (at time.Time, ours bool) {
	body, seal, ok := t.parts()
	if !ok || !hmac.Equal(seal, g.seal(body)) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(body))), true
}

func (g *Gate) seal(body []byte) []byte {
	mac := hmac.New(sha256.New, g.key[:])
	mac.Write(body)
	return mac.Sum(nil)[:sealSize]
}

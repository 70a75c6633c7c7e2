// Package guard keeps abuse away without asking anybody else: no foreign service decides who may write to the station.
// It knows who sends (Proxies), how much of it is too much (Limits), who is guessing (Throttle), and what still lets a
// resident in while a flood runs (Gate). All of it lives in memory that does not grow with the number of visitors, keeps
// hashes in place of addresses and codes, and is gone with the process. The clock is always passed in.
package guard

import (
	"net/netip"
	"time"
)

// Reason of a Refusal; it is also the code of the problem that the visitor is told.
type Reason string

// Reasons to refuse a submission.
const (
	// TooManyFromSender: this address sent a lot. Waiting helps.
	TooManyFromSender Reason = "too_many_from_sender"
	// TooManyAtAll: everybody together sent more than the station can read. Waiting helps.
	TooManyAtAll Reason = "too_many_at_all"
	// NeedWork: a flood runs, and the submission brought no ticket or a wrong solution. The ticket of a new form helps.
	NeedWork Reason = "work_needed"
	// TooSoon: a flood runs, and the ticket without a solution has not rested for long enough or the slow lane is taken.
	// The same ticket is good after the wait.
	TooSoon Reason = "too_soon"
	// Stale: the form was opened too long ago or before the service started anew. The ticket of a new form helps.
	Stale Reason = "form_stale"
	// Replayed: another submission has used the ticket. The ticket of a new form helps.
	Replayed Reason = "form_replayed"
)

// Refusal is an error that says why a submission is not taken now.
type Refusal struct {
	Reason Reason
	// Wait is how long to wait before the same helps; 0 where waiting does not.
	Wait time.Duration
}

// Error implements error. It names nobody.
func (r Refusal) Error() string { return string(r.Reason) }

// Settings of a Door.
type Settings struct {
	Limits LimitSettings
	Gate   GateSettings
}

// DefaultSettings suit one township.
func DefaultSettings() Settings { return Settings{DefaultLimits(), DefaultGate()} }

// Door is the way in for suggestions: limits and gate, in the one order that serves residents. Who sends too much is
// stopped first, so that a single sender cannot raise the pressure for all; the gate comes before the limit on
// everybody, so that a flood which does no work cannot use that limit up. Safe for concurrent use.
type Door struct {
	limits *Limits
	gate   *Gate
}

// NewDoor returns a door nobody has come through yet.
func NewDoor(s Settings) *Door {
	return &Door{NewLimits(s.Limits), NewGate(s.Gate, NewPressure(s.Limits.Global))}
}

// Gate of the door, for the forms.
func (d *Door) Gate() *Gate { return d.gate }

// Attempt to submit something.
type Attempt struct {
	Sender netip.Prefix
	// Ticket and Solution come from hidden fields of the form; both may be empty.
	Ticket   Ticket
	Solution string
	// Key is the idempotency key: sent again with the same key, a used ticket stays good, because it still creates one case.
	Key string
}

// Admit returns nil when the attempt may be made, a Refusal otherwise.
func (d *Door) Admit(a Attempt, now time.Time) error {
	if v := d.limits.Sender(a.Sender, now); !v.OK {
		return Refusal{TooManyFromSender, v.RetryAfter}
	}
	if err := d.gate.Check(a, now); err != nil {
		return err
	}
	if v := d.limits.Global(now); !v.OK {
		return Refusal{TooManyAtAll, v.RetryAfter}
	}
	return nil
}

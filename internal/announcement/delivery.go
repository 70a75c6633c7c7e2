package announcement

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Kind of a message.
type Kind string

const (
	// Announced tells of a reception that people have not heard of.
	Announced Kind = "announced"
	// Changed tells who, when, where or on what has become another.
	Changed Kind = "changed"
	// Cancelled tells that it does not take place.
	Cancelled Kind = "cancelled"
)

// State of a delivery.
type State string

const (
	// Recorded waits to be sent.
	Recorded State = "recorded"
	// Sending is being sent; a process that dies leaves it so.
	Sending State = "sending"
	// Delivered was accepted.
	Delivered State = "delivered"
	// Refused was certainly not accepted and is tried again later.
	Refused State = "refused"
	// Unknown may have arrived. It is never tried again by itself, because people would read it twice; staff may send it again.
	Unknown State = "unknown"
	// GivenUp was not accepted, and is not worth sending any more.
	GivenUp State = "given_up"
)

// States in the order in which a delivery may pass through them.
func States() []State { return []State{Recorded, Sending, Refused, Unknown, Delivered, GivenUp} }

// onward says which states may follow a state.
var onward = map[State][]State{
	Recorded: {Sending, GivenUp},
	Sending:  {Delivered, Refused, Unknown},
	Refused:  {Sending, GivenUp, Recorded},
	Unknown:  {Recorded},
}

// Reason why a delivery is not, or not yet, delivered. What the receiver wrote is never kept: it can name the secret address.
type Reason string

const (
	// NoAddress means: the webhook's address is not mounted.
	NoAddress Reason = "no_address"
	// BadAddress means: what is mounted is no http or https address.
	BadAddress Reason = "bad_address"
	// NoConnection means: nobody could be reached, so nothing was sent.
	NoConnection Reason = "no_connection"
	// Untrusted means: no authority that is believed vouches for the receiver, so nothing was sent.
	Untrusted Reason = "untrusted"
	// Redirected means: the receiver points elsewhere. Number is the HTTP status.
	Redirected Reason = "redirected"
	// RefusedByStatus means: the receiver refused. Number is the HTTP status.
	RefusedByStatus Reason = "refused_by_status"
	// RefusedByCode means: the group robot refused. Number is its errcode.
	RefusedByCode Reason = "refused_by_code"
	// NoAnswer means: sent, and no answer came in time.
	NoAnswer Reason = "no_answer"
	// ServerFault means: the receiver failed over it. Number is the HTTP status.
	ServerFault Reason = "server_fault"
	// StrangeAnswer means: the answer says neither yes nor no. Number is the HTTP status.
	StrangeAnswer Reason = "strange_answer"
	// Interrupted means: the service ended while it was sending.
	Interrupted Reason = "interrupted"
	// TooLate means: the reception had begun before the message was accepted.
	TooLate Reason = "too_late"
	// Superseded means: the reception changed before the message was accepted; another one tells of it.
	Superseded Reason = "superseded"
)

// Problem of a delivery; the zero value is none.
type Problem struct {
	Reason Reason
	// Number details the reason, where it says so.
	Number int
}

// String is for logs.
func (p Problem) String() string {
	if p.Number == 0 {
		return string(p.Reason)
	}
	return string(p.Reason) + " " + strconv.Itoa(p.Number)
}

// Delivery is one message on its way to the township's webhook, and the record of it afterwards.
type Delivery struct {
	// EventID is what the receiver tells repetitions by. It is the same however often the message is sent.
	EventID string
	// Revision counts the messages about one reception from 1.
	Revision int
	Kind     Kind
	// Reception as it is told of; for Cancelled, as it was told of before.
	Reception Reception
	// Text of the message.
	Text string
	// Begins is when the reception begins; from then on nothing is sent.
	Begins time.Time

	State State
	// Attempts to send it so far.
	Attempts int
	// Doubtful is true once it may have arrived, whatever became of it afterwards.
	Doubtful bool
	Problem  Problem

	RecordedAt time.Time
	// AttemptedAt is when the last attempt began, SettledAt when the present State was reached; zero before.
	AttemptedAt, SettledAt time.Time
	// RetryAt is when a Refused one is tried again; zero in other states.
	RetryAt time.Time
}

// ErrNotAllowed is matched by the refusal of a step that a delivery in its state cannot take.
var ErrNotAllowed = errors.New("the message cannot be handled like this now")

// StepError says which step a delivery cannot take. It matches ErrNotAllowed.
type StepError struct {
	From, To State
}

func (e *StepError) Error() string {
	return fmt.Sprintf("a message that is %s cannot become %s", e.From, e.To)
}

// Is makes errors.Is(err, ErrNotAllowed) true.
func (e *StepError) Is(target error) bool { return target == ErrNotAllowed }

// step moves the delivery to the state, or returns a StepError.
func (d Delivery) step(to State, why Problem, now time.Time) (Delivery, error) {
	if !slices.Contains(onward[d.State], to) {
		return d, &StepError{From: d.State, To: to}
	}
	d.State, d.Problem, d.SettledAt, d.RetryAt = to, why, Instant(now), time.Time{}
	return d, nil
}

// Instant is a moment as it is kept: to the millisecond, in UTC.
func Instant(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// waiting reports whether the delivery may still be sent.
func (d Delivery) waiting() bool { return d.State == Recorded || d.State == Refused }

// heard reports whether the message may have reached people.
func (d Delivery) heard() bool {
	return d.State == Delivered || d.State == Unknown || d.State == Sending || d.Doubtful
}

// Due reports whether the delivery is to be sent now.
func (d Delivery) Due(now time.Time) bool {
	return d.waiting() && !now.Before(d.RetryAt) && now.Before(d.Begins)
}

// Overdue reports whether the delivery waits though the reception has begun.
func (d Delivery) Overdue(now time.Time) bool { return d.waiting() && !now.Before(d.Begins) }

// errBegun: nothing is told of a reception that is going on.
var errBegun = fmt.Errorf("%w: the reception has begun", ErrNotAllowed)

// Begin is the start of an attempt. It must be durable before a byte is sent, so that an attempt is never forgotten.
func (d Delivery) Begin(now time.Time) (Delivery, error) {
	if !now.Before(d.Begins) {
		return d, errBegun
	}
	d, err := d.step(Sending, Problem{}, now)
	if err != nil {
		return d, err
	}
	d.Attempts++
	d.AttemptedAt = Instant(now)
	return d, nil
}

// Accept ends an attempt that succeeded.
func (d Delivery) Accept(now time.Time) (Delivery, error) { return d.step(Delivered, Problem{}, now) }

// Refuse ends an attempt that certainly failed; the next one follows after Backoff.
func (d Delivery) Refuse(why Problem, now time.Time) (Delivery, error) {
	d, err := d.step(Refused, why, now)
	if err != nil {
		return d, err
	}
	d.RetryAt = Instant(now.Add(Backoff(d.Attempts)))
	return d, nil
}

// Lose ends an attempt of which nobody knows whether it succeeded.
func (d Delivery) Lose(why Problem, now time.Time) (Delivery, error) {
	d, err := d.step(Unknown, why, now)
	if err != nil {
		return d, err
	}
	d.Doubtful = true
	return d, nil
}

// Hold notes why a delivery that waits cannot even be tried.
func (d Delivery) Hold(why Reason) (Delivery, error) {
	if !d.waiting() {
		return d, &StepError{From: d.State, To: d.State}
	}
	d.Problem = Problem{Reason: why}
	return d, nil
}

// GiveUp ends a delivery that waits.
func (d Delivery) GiveUp(why Reason, now time.Time) (Delivery, error) {
	return d.step(GivenUp, Problem{Reason: why}, now)
}

// Again lets a delivery whose fate is unknown be sent once more, or one that was refused at once, because a person says so.
// After the reception has begun it is ErrNotAllowed.
func (d Delivery) Again(now time.Time) (Delivery, error) {
	if !now.Before(d.Begins) {
		return d, errBegun
	}
	return d.step(Recorded, Problem{}, now)
}

// MayBeSentAgain reports whether a person may have the delivery sent again: Again would be allowed, and no later message
// about the reception, of those in told, has taken its place.
func (d Delivery) MayBeSentAgain(told []Delivery, now time.Time) bool {
	for _, other := range told {
		if other.Reception.UID == d.Reception.UID && other.Revision > d.Revision && (other.waiting() || other.heard()) {
			return false
		}
	}
	_, err := d.Again(now)
	return err == nil
}

// Limits of Backoff.
const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// Backoff is how long to wait after the given number of refused attempts: a minute, doubling up to an hour.
func Backoff(attempts int) time.Duration {
	wait := firstRetry
	for range attempts - 1 {
		if wait *= 2; wait >= lastRetry {
			return lastRetry
		}
	}
	return wait
}

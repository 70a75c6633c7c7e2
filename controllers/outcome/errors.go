// Package outcome turns what a reconcile met into what users see and what the queue does.
//
// Phases return errors that carry an instruction: Stalled (the user must act, no retry), Wait (come back after a while), and any
// other error (back off and try again). Fold is the one place that makes conditions and a requeue of them, Events the one that
// makes events.
package outcome

import (
	"errors"
	"fmt"
	"time"
)

// StalledError says that only a change by the user brings progress. Its message says which.
type StalledError struct {
	// Reason is a CamelCase word for conditions and events.
	Reason string
	// Message is a sentence that names the object or field at fault and the remedy. It holds nothing that differs from one
	// reconcile to the next, or the status would be written for ever.
	Message string
	// After is when to look again although nothing tells; 0 means that a watch tells when the user has acted.
	After time.Duration
}

// Stalled returns an error by which the object stalls until the user acts on something that is watched.
func Stalled(reason, format string, args ...any) error {
	return &StalledError{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// StalledAgain returns an error by which the object stalls and is looked at again after a while, because what the user must act on
// is not watched: a foreign object, a quota.
func StalledAgain(after time.Duration, reason, format string, args ...any) error {
	return &StalledError{Reason: reason, Message: fmt.Sprintf(format, args...), After: after}
}

func (e *StalledError) Error() string { return e.Reason + ": " + e.Message }

// WaitError says that progress will come by itself.
type WaitError struct {
	// After is when to look again; 0 means that a watch will tell.
	After   time.Duration
	Reason  string
	Message string
}

// Wait returns an error by which the object is looked at again after a while, or, when after is 0, once a watch tells.
func Wait(after time.Duration, reason, format string, args ...any) error {
	return &WaitError{After: after, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func (e *WaitError) Error() string { return e.Reason + ": " + e.Message }

// Patient returns a wait until the problem has lasted as long as patience allows, and a stall from then on.
// since is when the problem began, usually the transition time of the condition that reports it.
func Patient(since, now time.Time, patience time.Duration, reason, format string, args ...any) error {
	left := since.Add(patience).Sub(now)
	if left <= 0 {
		return Stalled(reason, format, args...)
	}
	return Wait(left, reason, format, args...)
}

// verdict is several errors sorted by what they ask for.
type verdict struct {
	stalled   []*StalledError
	waiting   []*WaitError
	transient []error
}

func sortErrors(errs []error) verdict {
	var v verdict
	for _, err := range flatten(errs) {
		var stalled *StalledError
		var wait *WaitError
		switch {
		case err == nil:
		case errors.As(err, &stalled):
			v.stalled = append(v.stalled, stalled)
		case errors.As(err, &wait):
			v.waiting = append(v.waiting, wait)
		default:
			v.transient = append(v.transient, err)
		}
	}
	return v
}

// flatten takes joined errors apart, so that a phase may return several at once.
func flatten(errs []error) []error {
	var flat []error
	for _, err := range errs {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			flat = append(flat, flatten(joined.Unwrap())...)
			continue
		}
		flat = append(flat, err)
	}
	return flat
}

// requeueAfter is the shortest wait asked for, 0 when none is.
func (v verdict) requeueAfter() time.Duration {
	var shortest time.Duration
	sooner := func(after time.Duration) {
		if after > 0 && (shortest == 0 || after < shortest) {
			shortest = after
		}
	}
	for _, e := range v.stalled {
		sooner(e.After)
	}
	for _, e := range v.waiting {
		sooner(e.After)
	}
	return shortest
}

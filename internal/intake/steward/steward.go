// Package steward does what a station's service has to do by itself, beside any request: count open due days again when the
// holiday calendar is amended, note reminders, make texts findable, and forget what was kept long enough. Each is found by looking at
// what is stored, so that nothing is missed while the service was down.
package steward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"township.dev/liaison/internal/casework"
)

// Beat is how often the steward goes round.
const Beat = 10 * time.Minute

// atOnce bounds how many cases are forgotten in one round, so that a backlog of years does not keep the writer busy.
const atOnce = 500

// Repository is what the steward needs of storage.
type Repository interface {
	casework.Keeping
	casework.Listings
	Change(ctx context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error)
}

// Options of New; all are needed.
type Options struct {
	Repository Repository
	// Rules in force; ok is false while there are none.
	Rules func() (rules casework.Rules, ok bool)
	Log   *slog.Logger
	Now   func() time.Time
}

// Steward of one station.
type Steward struct {
	o    Options
	wake chan struct{}
}

// New returns a steward; Run sets it to work.
func New(o Options) *Steward { return &Steward{o: o, wake: make(chan struct{}, 1)} }

// Wake makes it go round soon, because the documents changed.
func (s *Steward) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it will anyway
	}
}

// Run goes round at once, at every beat and when woken, until ctx ends.
func (s *Steward) Run(ctx context.Context, beat <-chan time.Time) {
	for {
		if err := s.Round(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Error("the steward's round was cut short", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-beat:
		case <-s.wake:
		}
	}
}

// errSettled says that a case needs nothing any more by the time it is changed.
var errSettled = errors.New("nothing to do")

// Round does everything that is due now.
func (s *Steward) Round(ctx context.Context) error {
	rules, ok := s.o.Rules()
	if !ok {
		return nil
	}
	now := s.o.Now()
	recounted, reminded, err := s.attend(ctx, rules, now)
	if err != nil {
		return err
	}
	if err := s.o.Repository.MakeFindable(ctx); err != nil {
		return fmt.Errorf("making texts findable: %w", err)
	}
	if err := s.o.Repository.ForgetVisitNotes(ctx, rules.Today(rules.KeptSince(now))); err != nil {
		return fmt.Errorf("forgetting who visited: %w", err)
	}
	forgotten, err := s.forget(ctx, rules, now)
	if recounted+reminded+forgotten > 0 {
		s.o.Log.Info("the steward went round", "recounted", recounted, "reminded", reminded, "anonymised", forgotten)
	}
	return err
}

// attend looks at every case that waits.
func (s *Steward) attend(ctx context.Context, rules casework.Rules, now time.Time) (recounted, reminded int, err error) {
	for c, err := range s.o.Repository.Each(ctx, casework.Filter{Stage: casework.StagePending}) {
		if err != nil {
			return recounted, reminded, fmt.Errorf("reading what waits: %w", err)
		}
		changed, err := s.change(ctx, c, func(c casework.Case) (casework.Case, casework.Event, bool) { return rules.Recount(c, now) })
		if err != nil {
			return recounted, reminded, err
		}
		due, err := s.change(ctx, c, func(c casework.Case) (casework.Case, casework.Event, bool) { return rules.Remind(c, now) })
		if err != nil {
			return recounted, reminded, err
		}
		recounted += changed
		reminded += due
	}
	return recounted, reminded, nil
}

// change stores what step makes of the case, if it makes anything: of the case as it was read, and then of the case as it is.
func (s *Steward) change(ctx context.Context, c casework.Case, step func(casework.Case) (casework.Case, casework.Event, bool)) (int, error) {
	if _, _, needed := step(c); !needed {
		return 0, nil
	}
	_, err := s.o.Repository.Change(ctx, c.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
		moved, event, needed := step(c)
		if !needed {
			return c, casework.Event{}, errSettled
		}
		return moved, event, nil
	})
	switch {
	case errors.Is(err, errSettled):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("attending to a case: %w", err)
	}
	return 1, nil
}

// forget anonymises what ended too long ago to be kept.
func (s *Steward) forget(ctx context.Context, rules casework.Rules, now time.Time) (int, error) {
	codes, err := s.o.Repository.EndedBefore(ctx, rules.KeptSince(now), atOnce)
	if err != nil {
		return 0, fmt.Errorf("finding what was kept long enough: %w", err)
	}
	for i, code := range codes {
		_, err := s.o.Repository.Change(ctx, code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return rules.Apply(c, casework.Anonymise{}, casework.Actor{Role: casework.System}, now)
		})
		if err != nil {
			return i, fmt.Errorf("anonymising a case: %w", err)
		}
	}
	return len(codes), nil
}

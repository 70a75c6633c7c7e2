// Package intake is the service of one liaison station, put together: the residents' site and the staff desk on the
// public port, and what the operator and Prometheus ask on the internal one. What each part does stands in its own package.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/internalapi"
	"township.dev/liaison/internal/intake/open311"
	"township.dev/liaison/internal/intake/public"
	"township.dev/liaison/internal/intake/steward"
)

// Options of New; all are needed.
type Options struct {
	Config     Config
	Version    string
	Repository casework.Repository
	// Key is a secret of the station that outlives the process; what browsers keep is sealed under keys derived from it.
	Key []byte
	// Announcements keeps messages and calendars.
	Announcements announcement.Repository
	Log           *slog.Logger
	Now           func() time.Time
}

// Service listens from New on and answers while Run runs.
type Service struct {
	config    Config
	log       *slog.Logger
	state     *state
	lifecycle lifecycle
	announcer *announce.Announcer
	steward   *steward.Steward
	public    *door
	internal  *door
}

// New reads what is mounted and opens the ports. Documents that are missing or bad are no error: the service then is
// not ready, says why, and becomes ready when they are mended.
func New(o Options) (_ *Service, err error) {
	metrics := internalapi.NewMetrics(o.Version, public.SubmitByForm, public.SubmitByJSON, open311.SubmitByXML, open311.SubmitByJSON)
	s := &Service{config: o.Config, log: o.Log}
	if s.state, err = follow(o, metrics); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	site, err := s.openSite(o, metrics)
	if err != nil {
		return nil, err
	}
	if s.public, err = openDoor(o.Log, o.Config.BindAddress, o.Config.PublicPort, site); err != nil {
		return nil, fmt.Errorf("public port: %w", err)
	}
	if s.internal, err = openDoor(o.Log, o.Config.BindAddress, o.Config.InternalPort, s.inside(o, metrics)); err != nil {
		return nil, fmt.Errorf("internal port: %w", err)
	}
	return s, nil
}

// inside is the handler of the internal port.
func (s *Service) inside(o Options, metrics *internalapi.Metrics) http.Handler {
	return internalapi.NewHandler(internalapi.Options{
		Log: o.Log, Metrics: metrics, Authorized: s.state.token.Matches, Live: s.state.live,
		Ready:   func(ctx context.Context) error { return s.ready(ctx, o.Repository) },
		Backlog: s.state.backlog,
	})
}

// ready names the first reason not to send requests here.
func (s *Service) ready(ctx context.Context, repository casework.Repository) error {
	if err := s.lifecycle.ready(); err != nil {
		return err
	}
	if err := s.state.ready(); err != nil {
		return err
	}
	if err := repository.Ready(ctx); err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	return nil
}

// PublicAddress and InternalAddress are where the service listens.
func (s *Service) PublicAddress() string { return s.public.address() }

// InternalAddress is where probes, metrics and backlog are answered.
func (s *Service) InternalAddress() string { return s.internal.address() }

// Run answers requests until ctx ends, then lets those in flight finish: first /readyz fails, then the public port closes
// and drains, then the internal one. The repository may be closed once Run has returned.
func (s *Service) Run(ctx context.Context) error {
	following, stopFollowing := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	loops.Go(func() { s.state.follower.Run(following) })
	beat := time.NewTicker(announce.Beat)
	defer beat.Stop()
	announcing, stopAnnouncing := context.WithCancel(ctx)
	loops.Go(func() { s.announcer.Run(announcing, beat.C) })
	rounds := time.NewTicker(steward.Beat)
	defer rounds.Stop()
	loops.Go(func() { s.steward.Run(announcing, rounds.C) })
	failed := make(chan error, 2)
	for _, d := range []*door{s.public, s.internal} {
		loops.Go(func() {
			if err := d.serve(); err != nil {
				failed <- err
			}
		})
	}
	s.log.Info("listening", "public", s.PublicAddress(), "internal", s.InternalAddress())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	// No further message begins, and one on its way has as long as the requests in flight.
	stopAnnouncing()
	err = errors.Join(err, s.drain(context.WithoutCancel(ctx)))
	stopFollowing()
	loops.Wait()
	return err
}

func (s *Service) drain(ctx context.Context) error {
	s.lifecycle.draining.Store(true)
	s.log.Info("stopping: requests in flight may finish", "timeout", s.config.DrainTimeout.String())
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout)
	defer cancel()
	return errors.Join(s.public.drain(ctx), s.internal.drain(ctx))
}

// release closes what New has opened so far.
func (s *Service) release() error {
	errs := []error{s.state.follower.Close()}
	for _, d := range []*door{s.public, s.internal} {
		if d != nil {
			errs = append(errs, d.listener.Close())
		}
	}
	return errors.Join(errs...)
}

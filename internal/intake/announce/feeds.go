package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

// keepDays is how many days an event that is past stays in a calendar.
const keepDays = 60

// Feed is a calendar as pages show it.
type Feed struct {
	// ID is announcement.StationFeed, or the id of a deputy; RevokeFeed takes it.
	ID string
	// Name of the deputy, or of the station.
	Name string
	// Path of the calendar on this site, a secret: who knows it can read the calendar.
	Path string
	// URL is the calendar's address where the station has a site address (Station.SiteURL), and empty otherwise.
	URL string
	// Created is when this address was made.
	Created time.Time
}

// Feeds returns the station's calendar and then those of the deputies, in the order of the schedule. A calendar that is still
// to be made, moments after a deputy has joined, is left out. Its errors are of storage.
func (a *Announcer) Feeds(ctx context.Context) ([]Feed, error) {
	d := a.documents()
	if d == nil {
		return nil, nil
	}
	stored, err := a.repository.Feeds(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the calendars: %w", err)
	}
	byID := map[string]announcement.Feed{}
	for _, f := range stored {
		byID[f.ID] = f
	}
	var all []Feed
	for _, id := range feedIDs(d) {
		if f, known := byID[id]; known {
			all = append(all, viewFeed(d, f))
		}
	}
	return all, nil
}

// StationFeed returns the station's own calendar, or announcement.ErrNoFeed moments before it is made.
func (a *Announcer) StationFeed(ctx context.Context) (Feed, error) {
	all, err := a.Feeds(ctx)
	if err != nil {
		return Feed{}, err
	}
	if len(all) == 0 || all[0].ID != announcement.StationFeed {
		return Feed{}, announcement.ErrNoFeed
	}
	return all[0], nil
}

// RevokeFeed gives the calendar a new address and returns it; the old one leads nowhere from then on. announcement.ErrNoFeed
// for an id without a calendar. It also takes the id of a deputy who has left the schedule.
func (a *Announcer) RevokeFeed(ctx context.Context, id string) (Feed, error) {
	fresh := announcement.NewFeed(id, a.now())
	if err := a.repository.ReplaceFeed(ctx, fresh); err != nil {
		return Feed{}, fmt.Errorf("revoking a calendar's address: %w", err)
	}
	return viewFeed(a.documents(), fresh), nil
}

func viewFeed(d *mounted.Documents, f announcement.Feed) Feed {
	view := Feed{ID: f.ID, Path: pathOf(f), Created: f.Created}
	if d == nil {
		return view
	}
	view.Name = d.Station.DisplayName
	if f.ID != announcement.StationFeed {
		p, _ := d.Person(f.ID)
		view.Name = p.Name
	}
	if d.Station.SiteURL != "" {
		view.URL = d.Station.SiteURL + view.Path
	}
	return view
}

// feedIDs of the calendars there should be.
func feedIDs(d *mounted.Documents) []string {
	ids := []string{announcement.StationFeed}
	for _, p := range d.Schedule.Deputies {
		ids = append(ids, p.ID)
	}
	return ids
}

// revise makes the calendars show what the documents say, if they have changed or another day has begun.
func (a *Announcer) revise(ctx context.Context, d *mounted.Documents) error {
	today := d.Today(a.now())
	if a.shown == d && a.shownOn == today {
		return nil
	}
	if err := errors.Join(a.addFeeds(ctx, d), a.reviseEntries(ctx, d, today)); err != nil {
		return fmt.Errorf("revising the calendars: %w", err)
	}
	a.shown, a.shownOn = d, today
	return nil
}

func (a *Announcer) addFeeds(ctx context.Context, d *mounted.Documents) error {
	stored, err := a.repository.Feeds(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range stored {
		known[f.ID] = true
	}
	var fresh []announcement.Feed
	for _, id := range feedIDs(d) {
		if !known[id] {
			fresh = append(fresh, announcement.NewFeed(id, a.now()))
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return a.repository.AddFeeds(ctx, fresh)
}

func (a *Announcer) reviseEntries(ctx context.Context, d *mounted.Documents, today workday.Date) error {
	stored, err := a.repository.Entries(ctx)
	if err != nil {
		return err
	}
	revised := announcement.Revise(stored, entriesOf(a.words, d), covered(d, today), today, a.now())
	forget := today.AddDays(-keepDays)
	if len(revised) == 0 && !anyBefore(stored, forget) {
		return nil
	}
	if err := a.repository.ReviseEntries(ctx, revised, forget); err != nil {
		return err
	}
	a.log.Info("calendars revised", "events", len(revised))
	return nil
}

func anyBefore(entries []announcement.Entry, day workday.Date) bool {
	for _, e := range entries {
		if e.Date.Before(day) {
			return true
		}
	}
	return false
}

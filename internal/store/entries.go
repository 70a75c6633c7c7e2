package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

const (
	putEntry = `
INSERT INTO feed_entries (feed_id, uid, sequence, modified_at, day, hours, summary, description, location, provisional, cancelled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (feed_id, uid) DO UPDATE SET sequence = excluded.sequence, modified_at = excluded.modified_at, day = excluded.day,
    hours = excluded.hours, summary = excluded.summary, description = excluded.description, location = excluded.location,
    provisional = excluded.provisional, cancelled = excluded.cancelled`
	forgetEntries = `DELETE FROM feed_entries WHERE day < $1`
	findFeed      = `SELECT id FROM feeds WHERE id = $1`

	selectEntry = `
SELECT feed_id, uid, sequence, modified_at, day, hours, summary, description, location, provisional, cancelled FROM feed_entries
`
	allEntries = selectEntry + `ORDER BY feed_id, day, uid`
	entriesOf  = selectEntry + `WHERE feed_id = $1 AND day >= $2 ORDER BY day, uid`
)

// Entries implements announcement.Feeds.
func (s *Store) Entries(ctx context.Context) ([]announcement.Entry, error) {
	return s.readEntries(ctx, allEntries)
}

// EntriesOf implements announcement.Feeds.
func (s *Store) EntriesOf(ctx context.Context, feed string, from workday.Date) ([]announcement.Entry, error) {
	return s.readEntries(ctx, entriesOf, feed, from.String())
}

func (s *Store) readEntries(ctx context.Context, query string, args ...any) ([]announcement.Entry, error) {
	var all []announcement.Entry
	err := s.reads.each(ctx, query, args, func(rows *sql.Rows) error {
		var (
			e        announcement.Entry
			modified instant
			on       day
		)
		err := rows.Scan(&e.Feed, &e.UID, &e.Sequence, &modified, &on, &e.Hours, &e.Summary, &e.Description, &e.Location, &e.Provisional, &e.Cancelled)
		e.Modified, e.Date = modified.Time, on.Date
		all = append(all, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading what calendars show: %w", err)
	}
	return all, nil
}

// ReviseEntries implements announcement.Feeds.
func (s *Store) ReviseEntries(ctx context.Context, revised []announcement.Entry, forgetBefore workday.Date) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		found := map[string]bool{}
		for _, e := range revised {
			if err := findOnce(t, e.Feed, found); err != nil {
				return err
			}
			_, err := t.exec(putEntry, e.Feed, e.UID, e.Sequence, e.Modified.UnixMilli(), e.Date.String(), e.Hours,
				e.Summary, e.Description, e.Location, e.Provisional, e.Cancelled)
			if err != nil {
				return err
			}
		}
		_, err := t.exec(forgetEntries, forgetBefore.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("storing what calendars show: %w", err)
	}
	return nil
}

// findOnce returns announcement.ErrNoFeed for a feed that does not exist, and notes those that do.
func findOnce(t *transaction, feed string, found map[string]bool) error {
	if found[feed] {
		return nil
	}
	var id string
	err := t.row(findFeed, []any{feed}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return announcement.ErrNoFeed
	}
	found[feed] = err == nil
	return err
}

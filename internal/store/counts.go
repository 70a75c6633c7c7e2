package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// Names of tallies: what has been counted since the database began.
const (
	tallyReceived = "received"
	tallyVisits   = "visits"
	// tallyClosed is followed by the result.
	tallyClosed = "closed."
)

const (
	// Answered from the index of pending cases alone, however many are closed.
	countPending = `
SELECT route, COUNT(*), SUM(CASE WHEN due_on < $1 THEN 1 ELSE 0 END), MIN(received_at)
FROM cases WHERE closed_at IS NULL GROUP BY route`
	readTallies = `SELECT name, n FROM tallies`
)

// Backlog implements casework.Cases. Both queries see the same moment only if no write comes between; the figures of
// one query always do.
func (s *Store) Backlog(ctx context.Context, today workday.Date) (casework.Backlog, error) {
	b := casework.Backlog{
		Routes: map[casework.Route]casework.RouteBacklog{casework.Unclassified: {}},
		Closed: map[casework.Result]int64{},
	}
	for _, route := range casework.Routes() {
		b.Routes[route] = casework.RouteBacklog{}
	}
	for _, result := range casework.Results() {
		b.Closed[result] = 0
	}
	if err := s.reads.each(ctx, countPending, []any{today.String()}, addPending(&b)); err != nil {
		return casework.Backlog{}, fmt.Errorf("counting pending cases: %w", err)
	}
	if err := s.reads.each(ctx, readTallies, nil, addTallied(&b)); err != nil {
		return casework.Backlog{}, fmt.Errorf("reading the tallies: %w", err)
	}
	return b, nil
}

func addPending(b *casework.Backlog) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var (
			route  casework.Route
			counts casework.RouteBacklog
			oldest instant
		)
		if err := rows.Scan(&route, &counts.Pending, &counts.Overdue, &oldest); err != nil {
			return err
		}
		b.Routes[route] = counts
		b.OldestPending = earlier(b.OldestPending, oldest.Time)
		return nil
	}
}

// earlier of the two; the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func addTallied(b *casework.Backlog) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var (
			name string
			n    int64
		)
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		switch result, closed := strings.CutPrefix(name, tallyClosed); {
		case closed:
			b.Closed[casework.Result(result)] = n
		case name == tallyReceived:
			b.Received = n
		case name == tallyVisits:
			b.Visits = n
		}
		return nil
	}
}

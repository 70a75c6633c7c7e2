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
	tallyVisits    = "visits"
	tallyWithdrawn = "withdrawn"
	tallyMerged    = "merged"
	tallyReopened  = "reopened"
	// tallyClosed is followed by the result, tallyRating by the rating.
	tallyClosed = "closed."
	tallyRating = "rated."
	tallyOnTime = "closings.on_time"
	tallyLate   = "closings.late"
)

const (
	// Answered from the index of pending cases alone, however many are closed.
	countPending = `
SELECT route, state, COUNT(*), SUM(CASE WHEN due_on < $1 THEN 1 ELSE 0 END), MIN(received_at)
FROM cases WHERE ended_at IS NULL GROUP BY route, state`
	readTallies = `SELECT name, n FROM tallies`
	// countCases counts all there ever were, since none is deleted.
	countCases = `SELECT COUNT(*) FROM cases`
)

// Backlog implements casework.Cases. Both queries see the same moment only if no write comes between; the figures of
// one query always do.
func (s *Store) Backlog(ctx context.Context, today workday.Date) (casework.Backlog, error) {
	b := emptyBacklog()
	if err := s.reads.each(ctx, countPending, []any{today.String()}, addPending(&b)); err != nil {
		return casework.Backlog{}, fmt.Errorf("counting pending cases: %w", err)
	}
	if err := s.reads.each(ctx, readTallies, nil, addTallied(&b)); err != nil {
		return casework.Backlog{}, fmt.Errorf("reading the tallies: %w", err)
	}
	if err := s.reads.row(ctx, countCases, nil, &b.Received); err != nil {
		return casework.Backlog{}, fmt.Errorf("counting all cases: %w", err)
	}
	return b, nil
}

// emptyBacklog holds every route, state, result and rating.
func emptyBacklog() casework.Backlog {
	b := casework.Backlog{
		Routes: map[casework.Route]casework.RouteBacklog{casework.Unclassified: {}}, States: map[casework.State]int{},
		Closed: map[casework.Result]int64{}, Satisfaction: map[casework.Satisfaction]int64{},
	}
	for _, route := range casework.Routes() {
		b.Routes[route] = casework.RouteBacklog{}
	}
	for _, state := range casework.States() {
		b.States[state] = 0
	}
	for _, result := range casework.Results() {
		b.Closed[result] = 0
	}
	for _, rating := range casework.Satisfactions() {
		b.Satisfaction[rating] = 0
	}
	return b
}

func addPending(b *casework.Backlog) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var (
			route  casework.Route
			state  casework.State
			counts casework.RouteBacklog
			oldest instant
		)
		if err := rows.Scan(&route, &state, &counts.Pending, &counts.Overdue, &oldest); err != nil {
			return err
		}
		sum := b.Routes[route]
		b.Routes[route] = casework.RouteBacklog{Pending: sum.Pending + counts.Pending, Overdue: sum.Overdue + counts.Overdue}
		b.States[state] += counts.Pending
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
		if result, closed := strings.CutPrefix(name, tallyClosed); closed {
			b.Closed[casework.Result(result)] = n
			b.States[casework.Closed] += int(n)
		}
		if rating, rated := strings.CutPrefix(name, tallyRating); rated {
			b.Satisfaction[casework.Satisfaction(rating)] = n
		}
		switch name {
		case tallyVisits:
			b.Visits = n
		case tallyWithdrawn:
			b.Withdrawn, b.States[casework.Withdrawn] = n, int(n)
		case tallyMerged:
			b.Merged, b.States[casework.Merged] = n, int(n)
		case tallyReopened:
			b.Reopened = n
			b.States[casework.Closed] -= int(n)
		case tallyOnTime:
			b.OnTime = n
		case tallyLate:
			b.Late = n
		}
		return nil
	}
}

package store

import (
	"context"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

const (
	addVisit = `
INSERT INTO visits (day, people, note, at, staff_id, request_key, request_digest) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING`
	// With the note goes the hash of the request that told it.
	forgetNotes = `UPDATE visits SET note = '', request_key = NULL, request_digest = NULL WHERE day < $1 AND (note <> '' OR request_key IS NOT NULL)`
	countVisits = `SELECT COUNT(*), COALESCE(SUM(people), 0) FROM visits WHERE day = $1`
)

// RecordVisit implements casework.Visits.
func (s *Store) RecordVisit(ctx context.Context, v casework.Visit, by casework.Actor, key string) (bool, error) {
	request := s.visitRequest(v, key)
	var replayed bool
	err := s.writer.do(ctx, func(t *transaction) error {
		err := t.add(addVisit, v.Date.String(), v.People, v.Note, v.At.UnixMilli(), orNull(by.Staff), orNull(request.key), request.digest)
		if replayed = errors.Is(err, errTaken); replayed {
			_, _, err = request.find(t, visitByRequest)
			return err
		}
		t.count(tallyVisits)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("storing a visit: %w", err)
	}
	return replayed, nil
}

// ForgetVisitNotes implements casework.Keeping.
func (s *Store) ForgetVisitNotes(ctx context.Context, before workday.Date) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(forgetNotes, before.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("forgetting notes of visits: %w", err)
	}
	return nil
}

// VisitsOn implements casework.Visits.
func (s *Store) VisitsOn(ctx context.Context, d workday.Date) (casework.VisitCount, error) {
	var n casework.VisitCount
	if err := s.reads.row(ctx, countVisits, []any{d.String()}, &n.Visits, &n.People); err != nil {
		return casework.VisitCount{}, fmt.Errorf("counting the visits of a day: %w", err)
	}
	return n, nil
}

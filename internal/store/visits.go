package store

import (
	"context"
	"fmt"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

const (
	addVisit    = `INSERT INTO visits (day, people, note, at, staff_id) VALUES ($1, $2, $3, $4, $5)`
	countVisits = `SELECT COUNT(*), COALESCE(SUM(people), 0) FROM visits WHERE day = $1`
)

// RecordVisit implements casework.Visits.
func (s *Store) RecordVisit(ctx context.Context, v casework.Visit, by casework.Actor, key string) (bool, error) {
	request := s.visitRequest(v, key)
	var replayed bool
	err := s.writer.do(ctx, func(t *transaction) error {
		_, known, err := request.find(t)
		if replayed = known; err != nil || known {
			return err
		}
		if _, err := t.exec(addVisit, v.Date.String(), v.People, v.Note, v.At.UnixMilli(), orNull(by.Staff)); err != nil {
			return err
		}
		t.count(tallyVisits)
		return request.add(t, 0)
	})
	if err != nil {
		return false, fmt.Errorf("storing a visit: %w", err)
	}
	return replayed, nil
}

// VisitsOn implements casework.Visits.
func (s *Store) VisitsOn(ctx context.Context, d workday.Date) (casework.VisitCount, error) {
	var n casework.VisitCount
	if err := s.reads.row(ctx, countVisits, []any{d.String()}, &n.Visits, &n.People); err != nil {
		return casework.VisitCount{}, fmt.Errorf("counting the visits of a day: %w", err)
	}
	return n, nil
}

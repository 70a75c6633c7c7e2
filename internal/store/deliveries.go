package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

// toldReception is the form in which a reception is stored beside its message; it must stay readable whatever announcement
// calls its fields.
type toldReception struct {
	Hours         string       `json:"hours,omitempty"`
	Place         string       `json:"place,omitempty"`
	Topic         string       `json:"topic,omitempty"`
	Deputies      []toldDeputy `json:"deputies,omitempty"`
	Leaders       []toldLeader `json:"leaders,omitempty"`
	PostponedFrom workday.Date `json:"postponedFrom,omitzero"`
	Provisional   bool         `json:"provisional,omitempty"`
}

type toldDeputy struct {
	Name  string `json:"name"`
	Level string `json:"level,omitempty"`
}

type toldLeader struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
}

func encodeReception(r announcement.Reception) (string, error) {
	told := toldReception{Hours: r.Hours, Place: r.Place, Topic: r.Topic, PostponedFrom: r.PostponedFrom, Provisional: r.Provisional}
	for _, d := range r.Deputies {
		told.Deputies = append(told.Deputies, toldDeputy(d))
	}
	for _, l := range r.Leaders {
		told.Leaders = append(told.Leaders, toldLeader(l))
	}
	data, err := json.Marshal(told)
	if err != nil {
		return "", fmt.Errorf("encoding a reception: %w", err)
	}
	return string(data), nil
}

// decodeReception fills in what does not stand in columns of its own.
func decodeReception(data string, r *announcement.Reception) error {
	var told toldReception
	if err := json.Unmarshal([]byte(data), &told); err != nil {
		return fmt.Errorf("decoding a reception: %w", err)
	}
	r.Hours, r.Place, r.Topic, r.PostponedFrom, r.Provisional = told.Hours, told.Place, told.Topic, told.PostponedFrom, told.Provisional
	for _, d := range told.Deputies {
		r.Deputies = append(r.Deputies, announcement.Deputy(d))
	}
	for _, l := range told.Leaders {
		r.Leaders = append(r.Leaders, announcement.Leader(l))
	}
	return nil
}

const (
	addDelivery = `
INSERT INTO deliveries (event_id, reception_uid, revision, kind, day, reception, text, begins_at, state, attempts, doubtful,
       problem, problem_number, recorded_at, attempted_at, settled_at, retry_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

	selectDelivery = `
SELECT event_id, reception_uid, revision, kind, day, reception, text, begins_at, state, attempts, doubtful,
       problem, problem_number, recorded_at, attempted_at, settled_at, retry_at
FROM deliveries
`
	deliveryByID   = selectDelivery + `WHERE event_id = $1`
	deliveriesFrom = selectDelivery + `WHERE day >= $1 ORDER BY day, recorded_at, event_id`

	changeDelivery = `
UPDATE deliveries SET state = $1, attempts = $2, doubtful = $3, problem = $4, problem_number = $5, attempted_at = $6, settled_at = $7, retry_at = $8
WHERE event_id = $9`
)

// RecordDelivery implements announcement.Deliveries.
func (s *Store) RecordDelivery(ctx context.Context, d announcement.Delivery) error {
	reception, err := encodeReception(d.Reception)
	if err != nil {
		return err
	}
	err = s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(addDelivery, d.EventID, d.Reception.UID, d.Revision, string(d.Kind), d.Reception.Date.String(), reception, d.Text,
			d.Begins.UnixMilli(), string(d.State), d.Attempts, d.Doubtful, string(d.Problem.Reason), d.Problem.Number,
			d.RecordedAt.UnixMilli(), orNull(d.AttemptedAt), orNull(d.SettledAt), orNull(d.RetryAt))
		if isTaken(err) {
			return announcement.ErrEventTaken
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("recording a message: %w", err)
	}
	return nil
}

// Deliveries implements announcement.Deliveries.
func (s *Store) Deliveries(ctx context.Context, from workday.Date) ([]announcement.Delivery, error) {
	var all []announcement.Delivery
	err := s.reads.each(ctx, deliveriesFrom, []any{from.String()}, func(rows *sql.Rows) error {
		d, err := scanDelivery(rows.Scan)
		all = append(all, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the messages: %w", err)
	}
	return all, nil
}

// ChangeDelivery implements announcement.Deliveries.
func (s *Store) ChangeDelivery(ctx context.Context, eventID string, change func(announcement.Delivery) (announcement.Delivery, error)) (announcement.Delivery, error) {
	var after announcement.Delivery
	err := s.writer.do(ctx, func(t *transaction) error {
		before, err := scanDelivery(func(into ...any) error { return t.row(deliveryByID, []any{eventID}, into...) })
		if errors.Is(err, sql.ErrNoRows) {
			return announcement.ErrNoDelivery
		}
		if err != nil {
			return err
		}
		d, err := change(before)
		if err != nil {
			return refusedChange{err}
		}
		after = d
		_, err = t.exec(changeDelivery, string(d.State), d.Attempts, d.Doubtful, string(d.Problem.Reason), d.Problem.Number,
			orNull(d.AttemptedAt), orNull(d.SettledAt), orNull(d.RetryAt), eventID)
		return err
	})
	var refused refusedChange
	switch {
	case errors.As(err, &refused):
		return announcement.Delivery{}, refused.error
	case err != nil:
		return announcement.Delivery{}, fmt.Errorf("changing a message: %w", err)
	}
	return after, nil
}

func scanDelivery(scan func(into ...any) error) (announcement.Delivery, error) {
	var (
		d                                           announcement.Delivery
		reception                                   string
		on                                          day
		begins, recorded, attempted, settled, retry instant
	)
	err := scan(&d.EventID, &d.Reception.UID, &d.Revision, &d.Kind, &on, &reception, &d.Text, &begins, &d.State, &d.Attempts, &d.Doubtful,
		&d.Problem.Reason, &d.Problem.Number, &recorded, &attempted, &settled, &retry)
	if err != nil {
		return announcement.Delivery{}, err
	}
	d.Reception.Date, d.Begins, d.RecordedAt = on.Date, begins.Time, recorded.Time
	d.AttemptedAt, d.SettledAt, d.RetryAt = attempted.Time, settled.Time, retry.Time
	return d, decodeReception(reception, &d.Reception)
}

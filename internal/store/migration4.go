package store

import (
	"context"
	"database/sql"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// chainVersion is the migration that SQL alone cannot do: it puts the old log into the chain. Like every
// migration it must go on doing what it did, so what it needs of the rest is little.
const chainVersion = 4

const (
	oldEvents = `
SELECT e.case_id, e.seq, e.at, e.actor_role, COALESCE(e.actor_staff, 0), e.action, e.facts, COALESCE(w.words, '')
FROM events_v1 e LEFT JOIN words_v1 w ON w.case_id = e.case_id AND w.seq = e.seq ORDER BY e.id`
)

func chainLog(ctx context.Context, tx *sql.Tx) error {
	steps := []func(context.Context, *sql.Tx) error{moveEvents, dropOld}
	for _, step := range steps {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// moveEvents copies the log row by row, each with the hash of the one before.
func moveEvents(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, oldEvents)
	if err != nil {
		return fmt.Errorf("reading the old log: %w", err)
	}
	var old []oldEvent
	err = scanAll(rows, func(rows *sql.Rows) error {
		var e oldEvent
		err := rows.Scan(&e.caseID, &e.seq, &e.at, &e.role, &e.staff, &e.action, &e.facts, &e.words)
		old = append(old, e)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the old log: %w", err)
	}
	var head casework.LogPoint
	for _, e := range old {
		if head, err = e.move(ctx, tx, head); err != nil {
			return fmt.Errorf("moving the old log: %w", err)
		}
	}
	return nil
}

// oldEvent is a row of the log before it was chained.
type oldEvent struct {
	logRow
	words string
}

func (e oldEvent) move(ctx context.Context, tx *sql.Tx, head casework.LogPoint) (casework.LogPoint, error) {
	salt := random(saltLengthOfWords)
	if e.words != "" {
		e.digest = digestOf(salt, e.words)
	}
	e.id = head.Length + 1
	sum := e.after(head.Hash)
	_, err := tx.ExecContext(ctx, appendEvent, e.id, e.caseID, e.seq, e.at, e.role, orNull(e.staff), e.action, e.facts, e.digest, sum)
	if err == nil && e.words != "" {
		_, err = tx.ExecContext(ctx, insertWords, e.caseID, e.seq, e.words, salt)
	}
	return casework.LogPoint{Length: e.id, Hash: sum}, err
}

func dropOld(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{"DROP TABLE words_v1", "DROP TABLE events_v1"} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("dropping the old log: %w", err)
		}
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"township.dev/liaison/internal/casework"
)

const insertWords = `INSERT INTO words (case_id, seq, words, salt) VALUES ($1, $2, $3, $4)`

// addEvent writes the log row, and its words apart from it. digest stands for the words where they are kept elsewhere.
func addEvent(t *transaction, caseID int64, e casework.Event, digest []byte) error {
	facts, err := json.Marshal(e.Facts)
	if err != nil {
		return fmt.Errorf("encoding an event: %w", err)
	}
	row := logRow{
		caseID: caseID, seq: int64(e.Seq), at: e.At.UnixMilli(), role: string(e.Actor.Role), staff: e.Actor.Staff,
		action: string(e.Action), facts: string(facts), digest: digest,
	}
	if e.Words == "" {
		return t.append(row)
	}
	salt := random(saltLengthOfWords)
	row.digest = digestOf(salt, e.Words)
	if err := t.append(row); err != nil {
		return err
	}
	_, err = t.exec(insertWords, caseID, e.Seq, e.Words, salt)
	return err
}

const historyByCode = `
SELECT e.seq, e.at, e.actor_role, COALESCE(e.actor_staff, 0), e.action, e.facts, COALESCE(w.words, ''), COALESCE(s.name, '')
FROM events e
JOIN cases c      ON c.id = e.case_id
LEFT JOIN words w ON w.case_id = e.case_id AND w.seq = e.seq
LEFT JOIN staff s ON s.id = e.actor_staff
WHERE c.code = $1
ORDER BY e.seq`

// History implements casework.Cases.
func (s *Store) History(ctx context.Context, code casework.Code) ([]casework.Entry, error) {
	var history []casework.Entry
	err := s.reads.each(ctx, historyByCode, []any{string(code)}, func(rows *sql.Rows) error {
		var (
			e     casework.Entry
			at    instant
			facts []byte
		)
		if err := rows.Scan(&e.Seq, &at, &e.Actor.Role, &e.Actor.Staff, &e.Action, &facts, &e.Words, &e.StaffName); err != nil {
			return err
		}
		e.At = at.Time
		history = append(history, e)
		return json.Unmarshal(facts, &history[len(history)-1].Facts)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the history of a case: %w", err)
	}
	if len(history) == 0 {
		return nil, fmt.Errorf("reading the history of a case: %w", casework.ErrNoCase)
	}
	return history, nil
}

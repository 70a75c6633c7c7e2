package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
)

// What is erased when a case is anonymised. The log stays: with the salts gone, its hashes tell nothing any more.
var erasures = []string{
	`DELETE FROM words WHERE case_id = $1`,
	`DELETE FROM photos WHERE case_id = $1`,
	`DELETE FROM case_search WHERE rowid = $1`,
	`UPDATE cases SET salt = NULL, contact_key_id = NULL, contact = NULL, phone_hash = NULL, request_key = NULL, request_digest = NULL WHERE id = $1`,
}

func erase(t *transaction, caseID int64) error {
	for _, statement := range erasures {
		if _, err := t.exec(statement, caseID); err != nil {
			return fmt.Errorf("erasing what is personal: %w", err)
		}
	}
	return nil
}

// A case that goes on as another is not over while that one waits: whoever raised it has yet to be told.
const endedBefore = `
SELECT c.code FROM cases c LEFT JOIN cases target ON target.id = c.merged_into
WHERE c.ended_at < $1 AND c.ended_on < $2 AND NOT c.anonymised AND (c.merged_into IS NULL OR target.ended_at IS NOT NULL)
ORDER BY c.ended_on, c.id LIMIT $3`

// EndedBefore implements casework.Keeping.
func (s *Store) EndedBefore(ctx context.Context, at time.Time, limit int) ([]casework.Code, error) {
	var codes []casework.Code
	// The day narrows it down by an index; in no time zone is it more than a day ahead.
	day := at.AddDate(0, 0, 2).Format(time.DateOnly)
	err := s.reads.each(ctx, endedBefore, []any{at.UnixMilli(), day, limit}, func(rows *sql.Rows) error {
		var code casework.Code
		err := rows.Scan(&code)
		codes = append(codes, code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding cases that were kept long enough: %w", err)
	}
	return codes, nil
}

package store

import (
	"context"
	"fmt"
)

// What only SQLite's full-text index knows; another database has its own.
const (
	insertTokens = `INSERT INTO case_search (rowid, tokens) VALUES ($1, $2)`
	// foundByText and foundByPhone are conditions with one argument.
	foundByText  = `c.id IN (SELECT rowid FROM case_search WHERE case_search MATCH ?)`
	foundByPhone = `c.id IN (SELECT case_id FROM contacts WHERE phone_hash = ?)`
	nothing      = `FALSE`
)

// addTokens makes the text of a case findable.
func addTokens(t *transaction, caseID int64, tokens string) {
	t.atLast(func(s *statements) error {
		if _, err := s.exec(context.Background(), insertTokens, caseID, tokens); err != nil {
			return fmt.Errorf("making the text findable: %w", err)
		}
		return nil
	})
}

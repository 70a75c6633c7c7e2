package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/privacy"
	"township.dev/liaison/internal/search"
)

// What only SQLite's full-text index knows; another database has its own.
const (
	insertTokens = `INSERT INTO case_search (rowid, tokens, masked) VALUES ($1, $2, $3)`
	// inWhole and inMasked say which of both is searched.
	inWhole  = `tokens : (`
	inMasked = `masked : (`
	// foundByText and foundByPhone are conditions with one argument.
	foundByText  = `c.id IN (SELECT rowid FROM case_search WHERE case_search MATCH ?)`
	foundByPhone = `c.phone_hash = ?`
	nothing      = `FALSE`

	// tallyFindable is the id of the last case whose text is in the index.
	tallyFindable = "findable"
	findableUntil = `SELECT COALESCE((SELECT n FROM tallies WHERE name = '` + tallyFindable + `'), 0)`
	textsToIndex  = `SELECT id, code, text, COALESCE(contact_key_id, ''), contact FROM cases WHERE id > $1 ORDER BY id LIMIT $2`
	setFindable   = `INSERT INTO tallies (name, n) VALUES ('` + tallyFindable + `', $1) ON CONFLICT (name) DO UPDATE SET n = excluded.n`
	indexedAtOnce = 500
)

// MakeFindable implements casework.Keeping. Texts are indexed many at a time and not with the submission that brings them: the index
// writes whole blocks, and whoever submits would wait for them.
func (s *Store) MakeFindable(ctx context.Context) error {
	for {
		var until int64
		if err := s.reads.row(ctx, findableUntil, nil, &until); err != nil {
			return fmt.Errorf("reading how far texts are indexed: %w", err)
		}
		texts, err := textsAfter(ctx, s.reads, until)
		if err != nil || len(texts) == 0 {
			return err
		}
		if err := s.writer.do(ctx, s.indexTexts); err != nil {
			return fmt.Errorf("indexing texts: %w", err)
		}
	}
}

// findable brings the index up to date for who searches. Where nothing can be written, what is in it is found all the same.
func (s *Store) findable(ctx context.Context, f casework.Filter) error {
	if f.Search == "" {
		return nil
	}
	if err := s.MakeFindable(ctx); err != nil && !errors.Is(err, casework.ErrUnavailable) {
		return err
	}
	return nil
}

// text of a case on its way into the index.
type text struct {
	id    int64
	code  casework.Code
	words string
	sealedPrivate
}

func textsAfter(ctx context.Context, on *statements, id int64) ([]text, error) {
	var texts []text
	err := on.each(ctx, textsToIndex, []any{id, indexedAtOnce}, func(rows *sql.Rows) error {
		var next text
		err := rows.Scan(&next.id, &next.code, &next.words, &next.keyID, &next.bytes)
		texts = append(texts, next)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading texts to index: %w", err)
	}
	return texts, nil
}

// indexTexts puts the next texts into the index. Another caller may have been faster; then it finds less to do.
func (s *Store) indexTexts(t *transaction) error {
	var until int64
	if err := t.row(findableUntil, nil, &until); err != nil {
		return err
	}
	texts, err := textsAfter(context.Background(), t.statements, until)
	if err != nil || len(texts) == 0 {
		return err
	}
	for _, next := range texts {
		until = next.id
		if next.words == "" { // anonymised meanwhile
			continue
		}
		if _, err := t.exec(insertTokens, next.id, search.Tokens(next.words), search.Tokens(s.masked(next))); err != nil {
			return err
		}
	}
	_, err = t.exec(setFindable, until)
	return err
}

// masked is the text without whom it names. Where a contact cannot be opened, which Verify tells, only what is found by its form is covered.
func (s *Store) masked(t text) string {
	if t.bytes == nil {
		return privacy.Mask(t.words)
	}
	who, err := s.keys.openPrivate(t.code, t.sealedPrivate)
	if err != nil {
		return privacy.Mask(t.words)
	}
	return privacy.MaskKnown(t.words, who.Name, who.Phone)
}

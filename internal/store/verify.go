package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// ErrLogBroken means that the audit log, or what it tells of, was altered outside of the service.
var ErrLogBroken = errors.New("the log does not hold")

// Verified is what Verify found in order.
type Verified struct {
	Head  casework.LogPoint
	Cases int64
}

const (
	wholeLog = `
SELECT e.id, COALESCE(e.case_id, 0), e.seq, e.at, e.actor_role, COALESCE(e.actor_staff, 0), e.action, e.facts, e.words_digest, e.hash, w.words, w.salt,
       e.case_id IS NULL OR c.id IS NOT NULL, COALESCE(c.anonymised, FALSE)
FROM events e LEFT JOIN words w ON w.case_id = e.case_id AND w.seq = e.seq LEFT JOIN cases c ON c.id = e.case_id
WHERE e.id > $1 ORDER BY e.id LIMIT $2`
	firstEvents = `
SELECT c.id, c.code, c.topic, c.village, c.text, c.salt, c.contact_key_id, c.contact, e.words_digest
FROM cases c JOIN events e ON e.case_id = c.id AND e.seq = 1
WHERE c.id > $1 AND NOT c.anonymised AND (c.salt IS NOT NULL OR e.words_digest IS NOT NULL) ORDER BY c.id LIMIT $2`
	verifyAtOnce  = 1000
	integrityOfDB = `PRAGMA integrity_check(1)`
)

// Verify walks the whole log: each row must hold the hash of the one before, each text that is still there must be the one that was
// hashed, and each case must be where its events have led it. The error matches ErrLogBroken and says where.
func (s *Store) Verify(ctx context.Context) (Verified, error) {
	var v Verified
	steps := []func(context.Context, *Verified) error{s.verifyFile, s.verifyChain, s.verifyCases, s.verifySuggestions}
	for _, step := range steps {
		if err := step(ctx, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (s *Store) verifyFile(ctx context.Context, v *Verified) error {
	var answer string
	if err := s.reads.row(ctx, integrityOfDB, nil, &answer); err != nil {
		return fmt.Errorf("checking the database file: %w", err)
	}
	if answer != "ok" {
		return fmt.Errorf("%w: the database file is damaged (%s); restore a backup", ErrLogBroken, answer)
	}
	if err := s.reads.row(ctx, countCases, nil, &v.Cases); err != nil {
		return fmt.Errorf("counting the cases: %w", err)
	}
	return nil
}

func (s *Store) verifyChain(ctx context.Context, v *Verified) error {
	for {
		n := 0
		err := s.reads.each(ctx, wholeLog, []any{v.Head.Length, verifyAtOnce}, func(rows *sql.Rows) error {
			n++
			return verifyRow(rows, v)
		})
		if err != nil {
			return fmt.Errorf("walking the log: %w", err)
		}
		if n < verifyAtOnce {
			return nil
		}
	}
}

func verifyRow(rows *sql.Rows, v *Verified) error {
	var (
		r     logRow
		sum   []byte
		words sql.NullString
		salt  []byte
		// kept: the case is there, if it is of one.
		kept, anonymised bool
	)
	err := rows.Scan(&r.id, &r.caseID, &r.seq, &r.at, &r.role, &r.staff, &r.action, &r.facts, &r.digest, &sum, &words, &salt, &kept, &anonymised)
	if err != nil {
		return err
	}
	switch {
	case r.id != v.Head.Length+1:
		return fmt.Errorf("%w: row %d is missing", ErrLogBroken, v.Head.Length+1)
	case !bytes.Equal(sum, r.after(v.Head.Hash)):
		return fmt.Errorf("%w: row %d, or the one before it, is not what was written", ErrLogBroken, r.id)
	case words.Valid && !bytes.Equal(r.digest, digestOf(salt, words.String)):
		return fmt.Errorf("%w: the text of row %d is not what was written", ErrLogBroken, r.id)
	case r.digest != nil && !words.Valid && r.seq > 1 && !anonymised: // what the first tells stands in the case itself
		return fmt.Errorf("%w: the text of row %d is gone", ErrLogBroken, r.id)
	case !kept:
		return fmt.Errorf("%w: the case that row %d tells of is gone", ErrLogBroken, r.id)
	}
	v.Head = casework.LogPoint{Length: r.id, Hash: sum}
	return nil
}

// verifySuggestions compares what residents wrote, and who they are, with what was hashed when it came in.
func (s *Store) verifySuggestions(ctx context.Context, _ *Verified) error {
	for last, more := int64(0), true; more; {
		n := 0
		err := s.reads.each(ctx, firstEvents, []any{last, verifyAtOnce}, func(rows *sql.Rows) error {
			n++
			return s.verifySuggestion(rows, &last)
		})
		if err != nil {
			return fmt.Errorf("comparing the suggestions with the log: %w", err)
		}
		more = n == verifyAtOnce
	}
	return nil
}

func (s *Store) verifySuggestion(rows *sql.Rows, last *int64) error {
	var (
		c            casework.Case
		salt, digest []byte
		sealed       sealedPrivate
	)
	if err := rows.Scan(last, &c.Code, &c.Topic, &c.Village, &c.Text, &salt, into(&sealed.keyID), &sealed.bytes, &digest); err != nil {
		return err
	}
	p, err := s.keys.openPrivate(c.Code, sealed)
	if err != nil {
		return fmt.Errorf("%w: who raised case %s: %w", ErrLogBroken, c.Code, err)
	}
	if !bytes.Equal(digest, digestOfSuggestion(salt, c, p.Contact)) {
		return fmt.Errorf("%w: the text of case %s, or who raised it, is not what was received", ErrLogBroken, c.Code)
	}
	return nil
}

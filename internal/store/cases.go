package store

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// Submit implements casework.Cases.
func (s *Store) Submit(ctx context.Context, submission casework.Submission) (casework.Receipt, error) {
	incoming, err := s.prepare(submission)
	if err != nil {
		return casework.Receipt{}, err
	}
	var first *storedCase
	err = s.writer.do(ctx, func(t *transaction) (err error) {
		first, err = incoming.add(t)
		return err
	})
	switch {
	case err != nil:
		return casework.Receipt{}, fmt.Errorf("storing the suggestion: %w", err)
	case first != nil:
		secret, err := s.Secret(ctx, first.Code)
		return casework.Receipt{Case: first.Case, Secret: secret, Replayed: true}, err
	}
	return casework.Receipt{Case: submission.Case, Secret: submission.Secret}, nil
}

// incoming is a submission with all that can be computed before the writer's turn.
type incoming struct {
	casework.Submission
	request    request
	private    sealedPrivate
	secretHash []byte
	salt       []byte
	digest     []byte
}

func (s *Store) prepare(submission casework.Submission) (incoming, error) {
	sealed, err := s.sealPrivate(submission.Case.Code, private{Contact: submission.Contact, Secret: submission.Secret})
	if err != nil {
		return incoming{}, err
	}
	salt := random(saltLengthOfWords)
	return incoming{
		Submission: submission, request: s.suggestionRequest(submission), private: sealed,
		secretHash: hashSecret(submission.Case.Code, submission.Secret),
		salt:       salt, digest: digestOfSuggestion(salt, submission.Case, submission.Contact),
	}, nil
}

// add stores the submission. When its request has already brought a case in, that one is returned and nothing is stored.
func (in incoming) add(t *transaction) (earlier *storedCase, err error) {
	id, err := addCase(t, in)
	if errors.Is(err, errTaken) {
		return in.earlier(t)
	}
	if err != nil {
		return nil, err
	}
	if err := addEvent(t, id, in.Event, in.digest); err != nil {
		return nil, err
	}
	return nil, addPhotos(t, id, in.Photos)
}

// earlier is the case that the request has already brought in. Without one, it was the code that is taken.
func (in incoming) earlier(t *transaction) (*storedCase, error) {
	id, known, err := in.request.find(t, caseByRequest)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, casework.ErrCodeTaken
	}
	stored, err := readCase(t.row, caseByID, id)
	return &stored, err
}

// Case implements casework.Cases.
func (s *Store) Case(ctx context.Context, code casework.Code) (casework.Case, error) {
	c, err := readCase(s.asReader(ctx), caseByCode, string(code))
	if err != nil {
		return casework.Case{}, fmt.Errorf("reading a case: %w", noCase(err))
	}
	return c.Case, nil
}

// Unlock implements casework.Cases.
func (s *Store) Unlock(ctx context.Context, code casework.Code, secret casework.Secret) (casework.Case, error) {
	c, err := readCase(s.asReader(ctx), caseByCode, string(code))
	if err != nil {
		return casework.Case{}, fmt.Errorf("reading a case: %w", noCase(err))
	}
	if c.secretHash != nil && subtle.ConstantTimeCompare(c.secretHash, hashSecret(code, secret)) != 1 {
		return casework.Case{}, fmt.Errorf("opening a case: %w", casework.ErrWrongSecret)
	}
	return c.Case, nil
}

// hashSecret is what is stored of a secret. It needs no key: who has the file has the case's text without the secret.
func hashSecret(code casework.Code, secret casework.Secret) []byte {
	sum := sha256.Sum256([]byte(string(code) + " " + string(secret)))
	return sum[:]
}

// Change implements casework.Cases.
func (s *Store) Change(ctx context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error) {
	var after casework.Case
	err := s.writer.do(ctx, func(t *transaction) error {
		before, err := readCase(t.row, caseByCode, string(code))
		if err != nil {
			return noCase(err)
		}
		moved, event, err := change(before.Case)
		if err != nil {
			return refusedChange{err}
		}
		after = moved
		return store(t, before, moved, event)
	})
	var refused refusedChange
	switch {
	case errors.As(err, &refused):
		return casework.Case{}, refused.error
	case err != nil:
		return casework.Case{}, fmt.Errorf("changing a case: %w", err)
	}
	return after, nil
}

// store writes a moved case with its event and counts what came of it.
func store(t *transaction, before storedCase, after casework.Case, event casework.Event) error {
	if err := changeCase(t, before, after); err != nil {
		return err
	}
	if err := changeRelease(t, before, after); err != nil {
		return err
	}
	if after.Anonymised && !before.Anonymised {
		if err := erase(t, before.id); err != nil {
			return err
		}
	}
	countMove(t, before.Case, after, event)
	return addEvent(t, before.id, event, nil)
}

func countMove(t *transaction, before, after casework.Case, event casework.Event) {
	switch {
	case before.Pending() && after.State == casework.Closed:
		t.count(tallyClosed + string(after.Answer.Result))
		t.count(tallyOfClosing(after))
	case before.Pending() && after.State == casework.Withdrawn:
		t.count(tallyWithdrawn)
	case before.Pending() && after.State == casework.Merged:
		t.count(tallyMerged)
	}
	if after.Reopened > before.Reopened {
		t.count(tallyReopened)
	}
	if event.Facts.Rating != "" {
		t.count(tallyRating + string(event.Facts.Rating))
	}
}

func tallyOfClosing(c casework.Case) string {
	if c.ClosedLate() {
		return tallyLate
	}
	return tallyOnTime
}

// refusedChange carries an error of change to the caller, who gets it back as it is. It comes through the writer's answer
// and not through a shared variable, because the writer may still be at work when the caller's time is up.
type refusedChange struct{ error }

const (
	// Who joined the case goes along.
	moveReporters = `UPDATE cases SET merged_into = $1 WHERE merged_into = $2`
	mergedInto    = `UPDATE cases SET merged_into = $1 WHERE id = $2`
)

// Merge implements casework.Cases.
func (s *Store) Merge(ctx context.Context, code, into casework.Code, change func(c, into casework.Case) (casework.Merging, error)) (casework.Merging, error) {
	var merging casework.Merging
	err := s.writer.do(ctx, func(t *transaction) error {
		from, errFrom := readCase(t.row, caseByCode, string(code))
		target, errInto := readCase(t.row, caseByCode, string(into))
		if err := errors.Join(errFrom, errInto); err != nil {
			return noCase(err)
		}
		m, err := change(from.Case, target.Case)
		if err != nil {
			return refusedChange{err}
		}
		merging = m
		if err := store(t, from, m.From, m.FromEvent); err != nil {
			return err
		}
		if _, err := t.exec(moveReporters, target.id, from.id); err != nil {
			return err
		}
		if _, err := t.exec(mergedInto, target.id, from.id); err != nil {
			return err
		}
		return store(t, target, m.Into, m.IntoEvent)
	})
	var refused refusedChange
	switch {
	case errors.As(err, &refused):
		return casework.Merging{}, refused.error
	case err != nil:
		return casework.Merging{}, fmt.Errorf("merging two cases: %w", err)
	}
	return merging, nil
}

// Reporters implements casework.Cases.
func (s *Store) Reporters(ctx context.Context, code casework.Code) ([]casework.Case, error) {
	var reporters []casework.Case
	err := s.reads.each(ctx, reportersOf, []any{string(code)}, func(rows *sql.Rows) error {
		c, err := scanCase(rows.Scan)
		reporters = append(reporters, c.Case)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the cases that joined: %w", err)
	}
	return reporters, nil
}

// asReader runs queries on the readers' connections.
func (s *Store) asReader(ctx context.Context) querier {
	return func(query string, args []any, into ...any) error { return s.reads.row(ctx, query, args, into...) }
}

func noCase(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return casework.ErrNoCase
	}
	return err
}

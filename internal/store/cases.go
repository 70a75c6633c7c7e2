package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// Submit implements casework.Cases.
func (s *Store) Submit(ctx context.Context, submission casework.Submission) (casework.Case, bool, error) {
	sealed, err := s.sealContact(submission.Case.Code, submission.Contact)
	if err != nil {
		return casework.Case{}, false, err
	}
	request := s.suggestionRequest(submission)
	var first *casework.Case
	err = s.writer.do(ctx, func(t *transaction) error {
		earlier, known, err := request.find(t)
		if err != nil {
			return err
		}
		if known {
			stored, err := readCase(t.row, caseByID, earlier)
			first = &stored.Case
			return err
		}
		return add(t, submission, sealed, request)
	})
	switch {
	case err != nil:
		return casework.Case{}, false, fmt.Errorf("storing the suggestion: %w", err)
	case first != nil:
		return *first, true, nil
	}
	return submission.Case, false, nil
}

func add(t *transaction, submission casework.Submission, sealed *sealedContact, request request) error {
	id, err := addCase(t, submission.Case)
	if isTaken(err) {
		return casework.ErrCodeTaken
	}
	if err != nil {
		return err
	}
	if err := addEvent(t, id, submission.Event); err != nil {
		return err
	}
	if err := sealed.add(t, id); err != nil {
		return err
	}
	t.count(tallyReceived)
	return request.add(t, id)
}

// Case implements casework.Cases.
func (s *Store) Case(ctx context.Context, code casework.Code) (casework.Case, error) {
	c, err := readCase(s.asReader(ctx), caseByCode, string(code))
	if err != nil {
		return casework.Case{}, fmt.Errorf("reading a case: %w", noCase(err))
	}
	return c.Case, nil
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
		if err := changeCase(t, before.id, before.Seq, after); err != nil {
			return err
		}
		if before.Pending() && !after.Pending() {
			t.count(tallyClosed + string(after.Answer.Result))
		}
		return addEvent(t, before.id, event)
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

// refusedChange carries an error of change to the caller, who gets it back as it is. It comes through the writer's answer
// and not through a shared variable, because the writer may still be at work when the caller's time is up.
type refusedChange struct{ error }

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

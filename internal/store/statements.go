package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// preparer is a pool or a single connection.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// statements are prepared on first use and kept: there are few, and preparing costs more than running.
type statements struct {
	on   preparer
	mu   sync.RWMutex
	kept map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, kept: map[string]*sql.Stmt{}}
}

func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt := s.kept[query]
	s.mu.RUnlock()
	if stmt != nil {
		return stmt, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.kept[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.on.PrepareContext(ctx, query)
	if err != nil {
		return nil, fault(err)
	}
	s.kept[query] = stmt
	return stmt, nil
}

func (s *statements) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args...)
	return result, fault(err)
}

// row runs a query of one row and scans it; sql.ErrNoRows when there is none.
func (s *statements) row(ctx context.Context, query string, args []any, into ...any) error {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return err
	}
	return fault(stmt.QueryRowContext(ctx, args...).Scan(into...))
}

// each runs a query and calls scan for every row.
func (s *statements) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return fault(err)
	}
	return scanAll(rows, scan)
}

// ask is each for a query that was put together for one question: kept, there would be too many.
func (s *statements) ask(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := s.on.QueryContext(ctx, query, args...)
	if err != nil {
		return fault(err)
	}
	return scanAll(rows, scan)
}

func scanAll(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fault(err)
		}
	}
	return fault(rows.Err())
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.kept {
		errs = append(errs, stmt.Close())
	}
	clear(s.kept)
	return errors.Join(errs...)
}

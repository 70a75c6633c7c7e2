package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// storedAccount is an account with what proves its owner.
type storedAccount struct {
	casework.Account
	passwordHash  string
	firstPassword []byte
	declared      bool
}

const selectStaff = `SELECT id, username, name, role, password_hash, first_password, declared FROM staff `

func (a *storedAccount) columns() []any {
	return []any{&a.ID, &a.Username, &a.Name, &a.Role, &a.passwordHash, &a.firstPassword, &a.declared}
}

// staffChange is what a declaration asks of one account. password is empty when it stays as it is.
type staffChange struct {
	declared casework.FirstPassword
	first    []byte
	password string
}

// DeclareStaff implements casework.Staff.
func (s *Store) DeclareStaff(ctx context.Context, declared []casework.FirstPassword) error {
	s.declaring.Lock()
	defer s.declaring.Unlock()
	known, err := s.accounts(ctx)
	if err != nil {
		return fmt.Errorf("reading the staff accounts: %w", err)
	}
	// Hashing takes long, so it happens before the write begins.
	var changes []staffChange
	named := map[string]bool{}
	for _, d := range declared {
		named[d.Username] = true
		change, needed, err := s.staffChange(ctx, d, known)
		if err != nil {
			return fmt.Errorf("preparing the account of %s: %w", d.Username, err)
		}
		if needed {
			changes = append(changes, change)
		}
	}
	var gone []storedAccount
	for _, a := range known {
		if a.declared && !named[a.Username] {
			gone = append(gone, a)
		}
	}
	if len(changes) == 0 && len(gone) == 0 {
		return nil
	}
	if err := s.writer.do(ctx, func(t *transaction) error { return changeStaff(t, changes, gone) }); err != nil {
		return fmt.Errorf("storing the staff accounts: %w", err)
	}
	return nil
}

// staffChange compares a declaration with the account there is.
func (s *Store) staffChange(ctx context.Context, d casework.FirstPassword, known map[string]storedAccount) (_ staffChange, needed bool, err error) {
	account, exists := known[d.Username]
	change := staffChange{declared: d, first: account.firstPassword}
	if d.Password == "" {
		return change, exists && (!account.declared || account.Name != d.Name || account.Role != d.Role), nil
	}
	change.first = keyedHash(s.keys.staff, d.Username, d.Password)
	if exists && hmac.Equal(change.first, account.firstPassword) {
		return change, !account.declared || account.Name != d.Name || account.Role != d.Role, nil
	}
	change.password, err = s.hasher.hash(ctx, d.Password)
	return change, true, err
}

const (
	addStaff = `
INSERT INTO staff (username, name, role, password_hash, first_password, declared) VALUES ($1, $2, $3, $4, $5, TRUE)
ON CONFLICT (username) DO UPDATE SET name = excluded.name, role = excluded.role,
    password_hash = excluded.password_hash, first_password = excluded.first_password, declared = TRUE`
	renameStaff   = `UPDATE staff SET name = $1, role = $2, declared = TRUE WHERE username = $3`
	removeStaff   = `UPDATE staff SET declared = FALSE WHERE username = $1`
	endSessionsOf = `DELETE FROM sessions WHERE staff_id = (SELECT id FROM staff WHERE username = $1)`
	staffByName   = selectStaff + `WHERE username = $1 AND declared`
	allStaff      = selectStaff + `ORDER BY id`
)

func changeStaff(t *transaction, changes []staffChange, gone []storedAccount) error {
	for _, c := range changes {
		d := c.declared
		if c.password == "" {
			if _, err := t.exec(renameStaff, d.Name, string(d.Role), d.Username); err != nil {
				return err
			}
			continue
		}
		if _, err := t.exec(addStaff, d.Username, d.Name, string(d.Role), c.password, c.first); err != nil {
			return err
		}
		if _, err := t.exec(endSessionsOf, d.Username); err != nil {
			return err
		}
	}
	for _, a := range gone {
		if _, err := t.exec(removeStaff, a.Username); err != nil {
			return err
		}
		if _, err := t.exec(endSessionsOf, a.Username); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) accounts(ctx context.Context) (map[string]storedAccount, error) {
	known := map[string]storedAccount{}
	err := s.reads.each(ctx, allStaff, nil, func(rows *sql.Rows) error {
		var a storedAccount
		if err := rows.Scan(a.columns()...); err != nil {
			return err
		}
		known[a.Username] = a
		return nil
	})
	return known, err
}

// authenticate returns the account whose password it is, or casework.ErrWrongCredentials.
func (s *Store) authenticate(ctx context.Context, username, password string) (storedAccount, error) {
	var a storedAccount
	err := s.reads.row(ctx, staffByName, []any{username}, a.columns()...)
	unknown := errors.Is(err, sql.ErrNoRows)
	if unknown {
		a.passwordHash = s.hasher.decoy
	} else if err != nil {
		return storedAccount{}, err
	}
	matches, err := s.hasher.matches(ctx, password, a.passwordHash)
	if err != nil {
		return storedAccount{}, err
	}
	if unknown || !matches {
		return storedAccount{}, casework.ErrWrongCredentials
	}
	return a, nil
}

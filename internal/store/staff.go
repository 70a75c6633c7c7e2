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
	// passwordHash is empty where no password opens the account.
	passwordHash  string
	firstPassword []byte
	declared      bool
	factor        storedFactor
}

const selectStaff = `
SELECT id, username, name, role, deputy, password_hash, first_password, first_in_use, declared, factor_key_id, factor_sealed, factor_step FROM staff `

func (a *storedAccount) columns() []any {
	return []any{
		&a.ID, &a.Username, &a.Name, &a.Role, &a.Deputy, &a.passwordHash, &a.firstPassword, &a.FirstPassword, &a.declared,
		into(&a.factor.keyID), &a.factor.sealed, &a.factor.step,
	}
}

func scanAccount(scan func(into ...any) error) (storedAccount, error) {
	var a storedAccount
	err := scan(a.columns()...)
	a.SecondFactor = a.factor.sealed != nil
	return a, err
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
	differs := !exists || !account.declared || account.Name != d.Name || account.Role != d.Role || account.Deputy != d.Deputy
	change := staffChange{declared: d, first: account.firstPassword}
	if d.Password == "" {
		return change, differs, nil
	}
	change.first = s.keys.hashFirst(d)
	switch {
	case exists && hmac.Equal(change.first, account.firstPassword):
		return change, differs, nil
	case exists && s.previous != nil && hmac.Equal(s.previous.hashFirst(d), account.firstPassword):
		// The same first password, noted under the data key before this one.
		return change, true, nil
	}
	change.password, err = s.hasher.hash(ctx, d.Password)
	return change, true, err
}

// hashFirst is by which a first password is known again.
func (k *keyring) hashFirst(d casework.FirstPassword) []byte {
	return keyedHash(k.staff, d.Username, d.Password)
}

const (
	keepStaff = `
INSERT INTO staff (username, name, role, deputy, password_hash, first_password, declared) VALUES ($1, $2, $3, $4, '', $5, TRUE)
ON CONFLICT (username) DO UPDATE SET name = excluded.name, role = excluded.role, deputy = excluded.deputy,
    first_password = excluded.first_password, declared = TRUE`
	newPassword   = `UPDATE staff SET password_hash = $1, first_in_use = TRUE WHERE username = $2`
	removeStaff   = `UPDATE staff SET declared = FALSE WHERE username = $1`
	dropFactor    = `UPDATE staff SET factor_key_id = NULL, factor_sealed = NULL, factor_step = 0 WHERE username = $1`
	endSessionsOf = `DELETE FROM sessions WHERE staff_id = (SELECT id FROM staff WHERE username = $1)`
	staffByName   = selectStaff + `WHERE username = $1 AND declared`
	staffByID     = selectStaff + `WHERE id = $1 AND declared`
	allStaff      = selectStaff + `ORDER BY id`
)

func changeStaff(t *transaction, changes []staffChange, gone []storedAccount) error {
	for _, c := range changes {
		if err := changeAccount(t, c); err != nil {
			return err
		}
	}
	for _, a := range gone {
		if err := t.execAll(a.Username, removeStaff, endSessionsOf); err != nil {
			return err
		}
	}
	return nil
}

func changeAccount(t *transaction, c staffChange) error {
	d, first := c.declared, c.first
	if first == nil {
		first = []byte{}
	}
	if _, err := t.exec(keepStaff, d.Username, d.Name, string(d.Role), d.Deputy, first); err != nil {
		return err
	}
	if c.password == "" {
		return nil
	}
	if _, err := t.exec(newPassword, c.password, d.Username); err != nil {
		return err
	}
	// Who gets a new first password has lost the old one, and perhaps the phone too.
	return t.execAll(d.Username, dropFactor, endSessionsOf)
}

// execAll runs statements with the same argument.
func (t *transaction) execAll(argument any, statements ...string) error {
	for _, statement := range statements {
		if _, err := t.exec(statement, argument); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) accounts(ctx context.Context) (map[string]storedAccount, error) {
	known := map[string]storedAccount{}
	err := s.reads.each(ctx, allStaff, nil, func(rows *sql.Rows) error {
		a, err := scanAccount(rows.Scan)
		known[a.Username] = a
		return err
	})
	return known, err
}

// authenticate returns the account whose password it is, or casework.ErrWrongCredentials.
func (s *Store) authenticate(ctx context.Context, username, password string) (storedAccount, error) {
	a, err := scanAccount(func(into ...any) error { return s.reads.row(ctx, staffByName, []any{username}, into...) })
	unknown := errors.Is(err, sql.ErrNoRows)
	if err != nil && !unknown {
		return storedAccount{}, err
	}
	if a.passwordHash == "" {
		unknown, a.passwordHash = true, s.hasher.decoy
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

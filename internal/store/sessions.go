package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
)

// tokenLength in bytes: too many to guess, so that a plain hash of them is enough at rest.
const tokenLength = 32

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

const (
	// The account may have been withdrawn while its password was being checked.
	addSession = `
INSERT INTO sessions (token_hash, staff_id, device, created_at, expires_at)
SELECT $1, id, $2, $3, $4 FROM staff WHERE id = $5 AND declared AND password_hash = $6 RETURNING id`
	endExpired    = `DELETE FROM sessions WHERE staff_id = $1 AND expires_at <= $2`
	endSession    = `DELETE FROM sessions WHERE token_hash = $1`
	endByID       = `DELETE FROM sessions WHERE staff_id = $1 AND id = $2`
	endOthers     = `DELETE FROM sessions WHERE staff_id = $1 AND id <> $2`
	selectSession = `
SELECT s.id, s.device, s.created_at, s.expires_at, a.id, a.username, a.name, a.role, a.deputy, a.first_in_use, a.factor_sealed IS NOT NULL
FROM sessions s JOIN staff a ON a.id = s.staff_id `
	findSession = selectSession + `WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.declared`
	sessionsOf  = selectSession + `WHERE a.id = $1 AND s.expires_at > $2 AND a.declared ORDER BY s.id DESC`
)

func scanSession(scan func(into ...any) error) (casework.Session, error) {
	var s casework.Session
	a := &s.Account
	err := scan(&s.ID, &s.Device, into(&s.CreatedAt), into(&s.ExpiresAt),
		&a.ID, &a.Username, &a.Name, &a.Role, &a.Deputy, &a.FirstPassword, &a.SecondFactor)
	return s, err
}

// SignIn implements casework.Staff.
func (s *Store) SignIn(ctx context.Context, c casework.Credentials, in casework.SigningIn) (casework.Session, error) {
	account, err := s.authenticate(ctx, c.Username, c.Password)
	if err != nil {
		return casework.Session{}, fmt.Errorf("signing in: %w", err)
	}
	return s.begin(ctx, account, in, func(t *transaction) error { return s.useFactor(t, account.ID, c, in.Now) })
}

// SignInAs implements casework.Staff.
func (s *Store) SignInAs(ctx context.Context, username string, in casework.SigningIn) (casework.Session, error) {
	account, err := scanAccount(func(into ...any) error { return s.reads.row(ctx, staffByName, []any{username}, into...) })
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return casework.Session{}, fmt.Errorf("signing in: %w", casework.ErrNoAccount)
	case err != nil:
		return casework.Session{}, fmt.Errorf("signing in: %w", err)
	}
	return s.begin(ctx, account, in, func(*transaction) error { return nil })
}

// begin opens a session if permit, the last check, agrees.
func (s *Store) begin(ctx context.Context, a storedAccount, in casework.SigningIn, permit func(*transaction) error) (casework.Session, error) {
	session := casework.Session{
		Token: base64.RawURLEncoding.EncodeToString(random(tokenLength)), Account: a.Account, Device: in.Device,
		CreatedAt: time.UnixMilli(in.Now.UnixMilli()).UTC(), ExpiresAt: time.UnixMilli(in.Now.Add(in.Lifetime).UnixMilli()).UTC(),
	}
	err := s.writer.do(ctx, func(t *transaction) error {
		if err := permit(t); err != nil {
			return err
		}
		if _, err := t.exec(endExpired, a.ID, in.Now.UnixMilli()); err != nil {
			return err
		}
		t.wrote = true
		err := t.row(addSession, []any{
			hashToken(session.Token), in.Device, session.CreatedAt.UnixMilli(), session.ExpiresAt.UnixMilli(), a.ID, a.passwordHash,
		}, &session.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return casework.ErrWrongCredentials
		}
		if err != nil {
			return err
		}
		return t.note(noteBy(a.Account, casework.NoteSignedIn, in.Now))
	})
	if err != nil {
		return casework.Session{}, fmt.Errorf("signing in: %w", err)
	}
	return session, nil
}

// SignedIn implements casework.Staff.
func (s *Store) SignedIn(ctx context.Context, token string, now time.Time) (casework.Session, error) {
	session, err := scanSession(func(into ...any) error {
		return s.reads.row(ctx, findSession, []any{hashToken(token), now.UnixMilli()}, into...)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return casework.Session{}, casework.ErrNoSession
	case err != nil:
		return casework.Session{}, fmt.Errorf("finding a session: %w", err)
	}
	session.Token = token
	return session, nil
}

// SignOut implements casework.Staff.
func (s *Store) SignOut(ctx context.Context, token string) error {
	return s.endSession(ctx, endSession, hashToken(token))
}

// Sessions implements casework.Staff.
func (s *Store) Sessions(ctx context.Context, account int64, now time.Time) ([]casework.Session, error) {
	var all []casework.Session
	err := s.reads.each(ctx, sessionsOf, []any{account, now.UnixMilli()}, func(rows *sql.Rows) error {
		session, err := scanSession(rows.Scan)
		all = append(all, session)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing the sessions: %w", err)
	}
	return all, nil
}

// EndSession implements casework.Staff.
func (s *Store) EndSession(ctx context.Context, account, session int64) error {
	return s.endSession(ctx, endByID, account, session)
}

func (s *Store) endSession(ctx context.Context, statement string, args ...any) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

const choosePassword = `UPDATE staff SET password_hash = $1, first_in_use = FALSE WHERE id = $2 AND declared AND password_hash = $3`

// ChangePassword implements casework.Staff.
func (s *Store) ChangePassword(ctx context.Context, session casework.Session, old, replacement string, now time.Time) error {
	account, err := s.authenticate(ctx, session.Account.Username, old)
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	hashed, err := s.hasher.hash(ctx, replacement)
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	err = s.writer.do(ctx, func(t *transaction) error {
		result, err := t.exec(choosePassword, hashed, account.ID, account.passwordHash)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed != 1 {
			return errors.Join(err, casework.ErrWrongCredentials)
		}
		if _, err := t.exec(endOthers, account.ID, session.ID); err != nil {
			return err
		}
		return t.note(noteBy(account.Account, casework.NotePasswordChanged, now))
	})
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	return nil
}

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
INSERT INTO sessions (token_hash, staff_id, created_at, expires_at)
SELECT $1, id, $2, $3 FROM staff WHERE id = $4 AND declared AND password_hash = $5`
	endExpired  = `DELETE FROM sessions WHERE staff_id = $1 AND expires_at <= $2`
	endSession  = `DELETE FROM sessions WHERE token_hash = $1`
	findSession = `
SELECT s.expires_at, a.id, a.username, a.name, a.role FROM sessions s JOIN staff a ON a.id = s.staff_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.declared`
)

// SignIn implements casework.Staff.
func (s *Store) SignIn(ctx context.Context, username, password string, now time.Time, lifetime time.Duration) (casework.Session, error) {
	account, err := s.authenticate(ctx, username, password)
	if err != nil {
		return casework.Session{}, fmt.Errorf("signing in: %w", err)
	}
	session := casework.Session{
		Token:     base64.RawURLEncoding.EncodeToString(random(tokenLength)),
		Account:   account.Account,
		ExpiresAt: time.UnixMilli(now.Add(lifetime).UnixMilli()).UTC(),
	}
	err = s.writer.do(ctx, func(t *transaction) error {
		if _, err := t.exec(endExpired, account.ID, now.UnixMilli()); err != nil {
			return err
		}
		result, err := t.exec(addSession, hashToken(session.Token), now.UnixMilli(), session.ExpiresAt.UnixMilli(), account.ID, account.passwordHash)
		if err != nil {
			return err
		}
		if added, err := result.RowsAffected(); err != nil || added != 1 {
			return errors.Join(err, casework.ErrWrongCredentials)
		}
		return nil
	})
	if err != nil {
		return casework.Session{}, fmt.Errorf("signing in: %w", err)
	}
	return session, nil
}

// SignedIn implements casework.Staff.
func (s *Store) SignedIn(ctx context.Context, token string, now time.Time) (casework.Session, error) {
	session := casework.Session{Token: token}
	var expires instant
	a := &session.Account
	err := s.reads.row(ctx, findSession, []any{hashToken(token), now.UnixMilli()}, &expires, &a.ID, &a.Username, &a.Name, &a.Role)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return casework.Session{}, casework.ErrNoSession
	case err != nil:
		return casework.Session{}, fmt.Errorf("finding a session: %w", err)
	}
	session.ExpiresAt = expires.Time
	return session, nil
}

// SignOut implements casework.Staff.
func (s *Store) SignOut(ctx context.Context, token string) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(endSession, hashToken(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("signing out: %w", err)
	}
	return nil
}

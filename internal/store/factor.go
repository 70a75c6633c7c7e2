package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
)

// storedFactor is what an account's one-time codes are made from; sealed is nil where it wants none.
type storedFactor struct {
	keyID  string
	sealed []byte
	// step is the last one a code was used at.
	step int64
}

func (k *keyring) sealFactor(account int64, secret string) []byte {
	return k.factors.Seal(nil, nil, []byte(secret), factorOf(account, k.id))
}

func (k *keyring) openFactor(account int64, sealed []byte) (string, error) {
	secret, err := k.factors.Open(nil, nil, sealed, factorOf(account, k.id))
	if err != nil {
		return "", fmt.Errorf("the one-time codes of an account do not decrypt; the database was altered outside of this service: %w", err)
	}
	return string(secret), nil
}

// factorOf binds a sealed secret to its account and key: moved to another row, it does not open.
func factorOf(account int64, keyID string) []byte {
	return []byte("one-time codes of " + strconv.FormatInt(account, 10) + " under " + keyID)
}

const (
	useStep     = `UPDATE staff SET factor_step = $1 WHERE id = $2`
	useRecovery = `DELETE FROM recovery_codes WHERE staff_id = $1 AND code_hash = $2`
	setFactor   = `UPDATE staff SET factor_key_id = $1, factor_sealed = $2, factor_step = $3 WHERE id = $4 AND declared AND password_hash = $5`
	dropCodes   = `DELETE FROM recovery_codes WHERE staff_id = $1`
	addCode     = `INSERT INTO recovery_codes (staff_id, code_hash) VALUES ($1, $2)`
)

// useFactor uses up the code that was typed, if the account wants one: within the transaction, so that no code counts twice.
func (s *Store) useFactor(t *transaction, account int64, c casework.Credentials, now time.Time) error {
	a, err := scanAccount(func(into ...any) error { return t.row(staffByID, []any{account}, into...) })
	switch {
	case err != nil:
		return err
	case a.factor.sealed == nil:
		return nil
	case c.Code == "":
		return casework.ErrSecondFactor
	}
	secret, err := s.keys.openFactor(account, a.factor.sealed)
	if err != nil {
		return err
	}
	if step, ok := c.Verify(secret, c.Code, now, a.factor.step); ok {
		_, err := t.exec(useStep, step, account)
		return err
	}
	result, err := t.exec(useRecovery, account, hashRecovery(c.Code))
	if err != nil {
		return err
	}
	if used, err := result.RowsAffected(); err != nil || used != 1 {
		return errors.Join(err, casework.ErrSecondFactor)
	}
	return nil
}

// hashRecovery folds how people type a recovery code. Its many random bits need no slow hash.
func hashRecovery(code string) []byte {
	folded := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
	sum := sha256.Sum256([]byte(folded))
	return sum[:]
}

// SetSecondFactor implements casework.Staff.
func (s *Store) SetSecondFactor(ctx context.Context, session casework.Session, password string, factor casework.SecondFactor, now time.Time) error {
	account, err := s.authenticate(ctx, session.Account.Username, password)
	if err != nil {
		return fmt.Errorf("changing the one-time codes: %w", err)
	}
	var keyID, sealed any
	if !factor.None() {
		keyID, sealed = s.keys.id, s.keys.sealFactor(account.ID, factor.Secret)
	}
	err = s.writer.do(ctx, func(t *transaction) error {
		result, err := t.exec(setFactor, keyID, sealed, factor.Step, account.ID, account.passwordHash)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed != 1 {
			return errors.Join(err, casework.ErrWrongCredentials)
		}
		if _, err := t.exec(dropCodes, account.ID); err != nil {
			return err
		}
		for _, code := range factor.Recovery {
			if _, err := t.exec(addCode, account.ID, hashRecovery(code)); err != nil {
				return err
			}
		}
		return t.note(noteBy(account.Account, casework.NoteSecondFactorChanged, now))
	})
	if err != nil {
		return fmt.Errorf("changing the one-time codes: %w", err)
	}
	return nil
}

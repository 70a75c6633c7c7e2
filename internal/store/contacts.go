package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"township.dev/liaison/internal/casework"
)

// private is what is encrypted of a case: who raised it, and the query secret, which a receipt shows again.
type private struct {
	casework.Contact
	casework.Secret
}

// sealedPrivate is a private as it is stored.
type sealedPrivate struct {
	keyID string
	bytes []byte
	// phoneHash is nil where there is no phone.
	phoneHash []byte
}

// plainPrivate is the form in which it is encrypted; what is stored must stay readable whatever casework calls its fields.
type plainPrivate struct {
	Name   string `json:"name,omitempty"`
	Phone  string `json:"phone,omitempty"`
	Secret string `json:"secret,omitempty"`
}

func (s *Store) sealPrivate(code casework.Code, p private) (sealedPrivate, error) {
	plain, err := json.Marshal(plainPrivate{p.Name, p.Phone, string(p.Secret)})
	if err != nil {
		return sealedPrivate{}, fmt.Errorf("encrypting a contact: %w", err)
	}
	return sealedPrivate{
		keyID: s.keys.id, bytes: s.keys.contacts.Seal(nil, nil, plain, contactOf(code, s.keys.id)), phoneHash: s.keys.hashPhone(p.Phone),
	}, nil
}

// contactOf binds a sealed contact to its case and key: moved to another row, it does not open.
func contactOf(code casework.Code, keyID string) []byte {
	return []byte("contact of " + string(code) + " under " + keyID)
}

// hashPhone is what a phone is found by; nil for none. People write one number in many ways.
func (k *keyring) hashPhone(phone string) []byte {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, norm.NFKC.String(phone))
	digits = strings.TrimPrefix(digits, "00")
	if len(digits) > mainlandLength {
		digits = strings.TrimPrefix(digits, "86")
	}
	if digits == "" {
		return nil
	}
	return keyedHash(k.phones, digits)
}

// mainlandLength is that of a mobile number in digits; what is longer begins with the country's code.
const mainlandLength = 11

const privateByCode = `SELECT COALESCE(contact_key_id, ''), contact FROM cases WHERE code = $1`

// Contact implements casework.Cases.
func (s *Store) Contact(ctx context.Context, code casework.Code) (casework.Contact, error) {
	p, err := s.private(ctx, code)
	if err != nil {
		return casework.Contact{}, fmt.Errorf("reading a contact: %w", err)
	}
	return p.Contact, nil
}

// Secret implements casework.Cases.
func (s *Store) Secret(ctx context.Context, code casework.Code) (casework.Secret, error) {
	p, err := s.private(ctx, code)
	if err != nil {
		return "", fmt.Errorf("reading a query secret: %w", err)
	}
	return p.Secret, nil
}

func (s *Store) private(ctx context.Context, code casework.Code) (private, error) {
	var sealed sealedPrivate
	if err := s.reads.row(ctx, privateByCode, []any{string(code)}, &sealed.keyID, &sealed.bytes); err != nil {
		return private{}, noCase(err)
	}
	if sealed.bytes == nil {
		return private{}, nil
	}
	return s.keys.openPrivate(code, sealed)
}

// errDamagedContact: what is stored is not what was sealed for this case.
var errDamagedContact = errors.New("a contact does not decrypt; the database was altered outside of this service")

func (k *keyring) openPrivate(code casework.Code, sealed sealedPrivate) (private, error) {
	if sealed.keyID != k.id {
		return private{}, fmt.Errorf("%w: a contact was encrypted under the key %s", ErrWrongDataKey, sealed.keyID)
	}
	plain, err := k.contacts.Open(nil, nil, sealed.bytes, contactOf(code, sealed.keyID))
	if err != nil {
		return private{}, fmt.Errorf("%w: %w", errDamagedContact, err)
	}
	var p plainPrivate
	if err := json.Unmarshal(plain, &p); err != nil {
		return private{}, fmt.Errorf("%w: %w", errDamagedContact, err)
	}
	return private{casework.Contact{Name: p.Name, Phone: p.Phone}, casework.Secret(p.Secret)}, nil
}

const (
	contactsUnhashed = `SELECT id, code, contact_key_id, contact FROM cases WHERE phone_hash = $1 LIMIT $2`
	setPhoneHash     = `UPDATE cases SET phone_hash = $1 WHERE id = $2`
	hashedAtOnce     = 1000
)

// hashPhones makes the phones findable that were stored before phones could be found.
func (s *Store) hashPhones(ctx context.Context) error {
	for {
		var unhashed []contactRow
		err := s.reads.each(ctx, contactsUnhashed, []any{[]byte{}, hashedAtOnce}, scanContacts(&unhashed))
		if err != nil || len(unhashed) == 0 {
			return err
		}
		err = s.writer.do(ctx, func(t *transaction) error {
			for _, row := range unhashed {
				p, err := s.keys.openPrivate(row.code, row.sealedPrivate)
				if err != nil {
					return err
				}
				if _, err := t.exec(setPhoneHash, s.keys.hashPhone(p.Phone), row.id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("making phones findable: %w", err)
		}
	}
}

// contactRow is a sealed contact with its case.
type contactRow struct {
	id   int64
	code casework.Code
	sealedPrivate
}

func scanContacts(all *[]contactRow) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var c contactRow
		err := rows.Scan(&c.id, &c.code, &c.keyID, &c.bytes)
		*all = append(*all, c)
		return err
	}
}

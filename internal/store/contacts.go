package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

// sealedContact is a contact as it is stored; nil is an empty one, which is not stored.
type sealedContact struct {
	keyID string
	bytes []byte
}

// plainContact is the form in which contacts are encrypted; what is stored must stay readable whatever casework calls its fields.
type plainContact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func (s *Store) sealContact(code casework.Code, c casework.Contact) (*sealedContact, error) {
	if c.Empty() {
		return nil, nil
	}
	plain, err := json.Marshal(plainContact(c))
	if err != nil {
		return nil, fmt.Errorf("encrypting a contact: %w", err)
	}
	return &sealedContact{keyID: s.keys.id, bytes: s.keys.contacts.Seal(nil, nil, plain, contactOf(code, s.keys.id))}, nil
}

// contactOf binds a sealed contact to its case and key: moved to another row, it does not open.
func contactOf(code casework.Code, keyID string) []byte {
	return []byte("contact of " + string(code) + " under " + keyID)
}

const addContact = `INSERT INTO contacts (case_id, key_id, sealed) VALUES ($1, $2, $3)`

func (c *sealedContact) add(t *transaction, caseID int64) error {
	if c == nil {
		return nil
	}
	_, err := t.exec(addContact, caseID, c.keyID, c.bytes)
	return err
}

const contactByCode = `
SELECT COALESCE(k.key_id, ''), k.sealed FROM cases c LEFT JOIN contacts k ON k.case_id = c.id WHERE c.code = $1`

// Contact implements casework.Cases.
func (s *Store) Contact(ctx context.Context, code casework.Code) (casework.Contact, error) {
	var sealed sealedContact
	if err := s.reads.row(ctx, contactByCode, []any{string(code)}, &sealed.keyID, &sealed.bytes); err != nil {
		return casework.Contact{}, fmt.Errorf("reading a contact: %w", noCase(err))
	}
	if sealed.bytes == nil {
		return casework.Contact{}, nil
	}
	return s.openContact(code, sealed)
}

// errDamagedContact: what is stored is not what was sealed for this case.
var errDamagedContact = errors.New("a contact does not decrypt; the database was altered outside of this service")

func (s *Store) openContact(code casework.Code, sealed sealedContact) (casework.Contact, error) {
	var c casework.Contact
	if sealed.keyID != s.keys.id {
		return c, fmt.Errorf("%w: a contact was encrypted under the key %s", ErrWrongDataKey, sealed.keyID)
	}
	plain, err := s.keys.contacts.Open(nil, nil, sealed.bytes, contactOf(code, sealed.keyID))
	if err != nil {
		return c, fmt.Errorf("%w: %w", errDamagedContact, err)
	}
	if err := json.Unmarshal(plain, (*plainContact)(&c)); err != nil {
		return c, fmt.Errorf("%w: %w", errDamagedContact, err)
	}
	return c, nil
}

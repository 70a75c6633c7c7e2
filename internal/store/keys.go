package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// DataKeyLength is the number of bytes of a data key.
const DataKeyLength = 32

// Errors of Open about the data key. Without the right one, contacts cannot be read, and new ones would be lost to the old.
var (
	ErrNoDataKey    = errors.New("the data key is missing or not of 32 bytes")
	ErrWrongDataKey = errors.New("the data key is not the one of this database")
)

// keyring holds what is derived from the data key: a key for every purpose, so that none can be used for another.
type keyring struct {
	// id tells keys apart without telling anything of them; it stands beside all that was encrypted or hashed.
	id       string
	proof    []byte
	contacts cipher.AEAD
	tokens   cipher.AEAD
	requests []byte
	staff    []byte
}

func newKeyring(dataKey []byte) (*keyring, error) {
	if len(dataKey) != DataKeyLength {
		return nil, fmt.Errorf("%w (it has %d); mount the station's Secret with its entry data-key", ErrNoDataKey, len(dataKey))
	}
	derive := func(purpose string) []byte {
		// Fails for lengths far beyond this one only.
		key, err := hkdf.Key(sha256.New, dataKey, nil, "liaison "+purpose, sha256.Size)
		if err != nil {
			panic(err)
		}
		return key
	}
	contacts, err := sealer(derive("contacts"))
	if err != nil {
		return nil, err
	}
	tokens, err := sealer(derive("calendar tokens"))
	if err != nil {
		return nil, err
	}
	return &keyring{
		id: hex.EncodeToString(derive("key id")[:8]), proof: derive("proof"),
		contacts: contacts, tokens: tokens, requests: derive("requests"), staff: derive("first passwords"),
	}, nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("preparing the data key: %w", err)
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("preparing the data key: %w", err)
	}
	return sealing, nil
}

// keyedHash of the parts; none can be moved into its neighbour.
func keyedHash(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(part), part) // a hash takes everything
	}
	return mac.Sum(nil)
}

const (
	dataKeyProof = `SELECT proof FROM data_keys WHERE id = $1`
	dataKeyIDs   = `SELECT id FROM data_keys ORDER BY since, id`
	addDataKey   = `INSERT INTO data_keys (id, proof, since) VALUES ($1, $2, $3)`
)

// checkDataKey adopts the key in a new database and refuses any but that one ever after.
func (s *Store) checkDataKey(ctx context.Context, now time.Time) error {
	var proof []byte
	err := s.reads.row(ctx, dataKeyProof, []any{s.keys.id}, &proof)
	switch {
	case err == nil && hmac.Equal(proof, s.keys.proof):
		return nil
	case err == nil:
		return s.wrongDataKey([]string{s.keys.id})
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("checking the data key: %w", err)
	}
	var known []string
	err = s.reads.each(ctx, dataKeyIDs, nil, func(rows *sql.Rows) error {
		var id string
		known = append(known, id)
		return rows.Scan(&known[len(known)-1])
	})
	if err != nil {
		return fmt.Errorf("checking the data key: %w", err)
	}
	if len(known) > 0 {
		return s.wrongDataKey(known)
	}
	err = s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(addDataKey, s.keys.id, s.keys.proof, now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("noting the data key in the new database: %w", err)
	}
	return nil
}

func (s *Store) wrongDataKey(known []string) error {
	return fmt.Errorf("%w: it was created with the key %s and was given %s; restore the station's data Secret, or the database that belongs to this one",
		ErrWrongDataKey, known[0], s.keys.id)
}

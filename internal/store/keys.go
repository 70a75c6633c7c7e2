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
	factors  cipher.AEAD
	requests []byte
	staff    []byte
	phones   []byte
}

// newKeyrings returns the keys in use and those they replaced, nil where none were.
func newKeyrings(dataKey, previousKey []byte) (keys, previous *keyring, err error) {
	if keys, err = newKeyring(dataKey); err != nil || previousKey == nil {
		return keys, nil, err
	}
	if previous, err = newKeyring(previousKey); err != nil {
		return nil, nil, fmt.Errorf("the previous data key: %w", err)
	}
	if previous.id == keys.id {
		return keys, nil, nil
	}
	return keys, previous, nil
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
	k := &keyring{
		id: hex.EncodeToString(derive("key id")[:8]), proof: derive("proof"),
		requests: derive("requests"), staff: derive("first passwords"), phones: derive("phones"),
	}
	for purpose, seal := range map[string]*cipher.AEAD{"contacts": &k.contacts, "calendar tokens": &k.tokens, "one-time codes": &k.factors} {
		var err error
		if *seal, err = sealer(derive(purpose)); err != nil {
			return nil, err
		}
	}
	return k, nil
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
	dataKeys   = `SELECT id, proof, since FROM data_keys ORDER BY since, id`
	addDataKey = `
INSERT INTO data_keys (id, proof, since) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET since = excluded.since`
)

// checkDataKey adopts the key in a new database. In any other it must be the one in use, or the one in use must be at hand as the
// previous one: then everything moves over to the new key first.
func (s *Store) checkDataKey(ctx context.Context, now time.Time) error {
	known, err := s.knownKeys(ctx)
	if err != nil {
		return fmt.Errorf("checking the data key: %w", err)
	}
	if len(known) == 0 {
		return s.adopt(ctx, now)
	}
	inUse := known[len(known)-1]
	switch {
	case inUse.proves(s.keys):
		return nil
	case s.previous != nil && inUse.proves(s.previous):
		return s.rekey(ctx, later(now, inUse.since.Add(time.Millisecond)))
	}
	return s.wrongDataKey(inUse.id)
}

// knownKey is a data key that has been in use.
type knownKey struct {
	id    string
	proof []byte
	since instant
}

func (k knownKey) proves(ring *keyring) bool {
	return k.id == ring.id && hmac.Equal(k.proof, ring.proof)
}

// knownKeys returns every data key that has been in use, the present one last.
func (s *Store) knownKeys(ctx context.Context) ([]knownKey, error) {
	var known []knownKey
	err := s.reads.each(ctx, dataKeys, nil, func(rows *sql.Rows) error {
		var k knownKey
		err := rows.Scan(&k.id, &k.proof, &k.since)
		known = append(known, k)
		return err
	})
	return known, err
}

func (s *Store) adopt(ctx context.Context, now time.Time) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		_, err := t.exec(addDataKey, s.keys.id, s.keys.proof, now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("noting the data key in the new database: %w", err)
	}
	return nil
}

func (s *Store) wrongDataKey(inUse string) error {
	return fmt.Errorf("%w: the database uses the key %s and was given %s; restore the station's data Secret (to replace a key, give the old one as previous-data-key beside it), or the database that belongs to this key",
		ErrWrongDataKey, inUse, s.keys.id)
}

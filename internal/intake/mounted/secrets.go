package mounted

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// Names of the files in the Secret <station>-intake-data.
const (
	DataKeyFile       = "data-key"
	InternalTokenFile = "internal-token"
)

// dataKeySize is that of AES-256, in bytes.
const dataKeySize = 32

// ReadDataKey reads the key that encrypts what residents tell about themselves.
func ReadDataKey(dir string) ([]byte, error) {
	key, err := os.ReadFile(filepath.Join(dir, DataKeyFile))
	if err != nil {
		return nil, fmt.Errorf("reading the data key: %w", err)
	}
	if len(key) != dataKeySize {
		return nil, fmt.Errorf("the data key in %s has %d bytes and must have %d", DataKeyFile, len(key), dataKeySize)
	}
	return key, nil
}

// Token is the operator's bearer token. It is safe for concurrent use.
type Token struct{ current atomic.Pointer[string] }

var errShortToken = errors.New("the internal token is shorter than 16 characters, so it would be easy to guess")

// Reload reads the token again; the one in force stays when that fails.
func (t *Token) Reload(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, InternalTokenFile))
	if err != nil {
		return fmt.Errorf("reading the internal token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if len(token) < 16 {
		return errShortToken
	}
	t.current.Store(&token)
	return nil
}

// Matches compares in constant time.
func (t *Token) Matches(given string) bool {
	current := t.current.Load()
	return current != nil && subtle.ConstantTimeCompare([]byte(*current), []byte(given)) == 1
}

// FirstPassword of an administrator; empty when none is mounted (yet).
func FirstPassword(dir, username string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, filepath.Base(username)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading the first password of an administrator: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

package mounted

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"township.dev/liaison/internal/stationconf"
)

// Names of the files in the Secret <station>-intake-data.
const (
	DataKeyFile       = "data-key"
	InternalTokenFile = "internal-token"
	// PreviousKeyFile holds the data key before this one, while a key is replaced.
	PreviousKeyFile = "previous-data-key"
)

// dataKeySize is that of AES-256, in bytes.
const dataKeySize = 32

// ReadDataKey reads the key that encrypts what residents tell about themselves.
func ReadDataKey(dir string) ([]byte, error) {
	key, err := os.ReadFile(filepath.Join(dir, DataKeyFile))
	if err != nil {
		return nil, fmt.Errorf("reading the data key: %w", err)
	}
	return key, checkKey(DataKeyFile, key)
}

// ReadPreviousKey reads the data key before this one; nil where none is being replaced.
func ReadPreviousKey(dir string) ([]byte, error) {
	key, err := os.ReadFile(filepath.Join(dir, PreviousKeyFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the previous data key: %w", err)
	}
	return key, checkKey(PreviousKeyFile, key)
}

func checkKey(file string, key []byte) error {
	if len(key) != dataKeySize {
		return fmt.Errorf("the data key in %s has %d bytes and must have %d", file, len(key), dataKeySize)
	}
	return nil
}

// errNoClientSecret is told without the folder, which an identity provider's answer must not be mixed up with.
var errNoClientSecret = errors.New("the identity provider's client secret is not mounted")

// ClientSecret of the identity provider.
func ClientSecret(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, stationconf.OIDCSecretFile))
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoClientSecret, err)
	}
	return strings.TrimSpace(string(data)), nil
}

// Keys are the values of all files in the folder, none when it is missing.
func Keys(dir string) []string {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var keys []string
	for _, file := range files {
		// A kubelet keeps what is mounted behind names that begin with dots.
		if strings.HasPrefix(file.Name(), ".") {
			continue
		}
		if data, err := os.ReadFile(filepath.Join(dir, file.Name())); err == nil {
			keys = append(keys, strings.TrimSpace(string(data)))
		}
	}
	return keys
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

// FirstPassword of a member of staff; empty when none is mounted (yet).
func FirstPassword(dir, username string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, filepath.Base(username)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading the first password of a member of staff: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// sealSize is that of AES-256, in bytes.
const sealSize = 32

// sealer closes what a browser keeps for a while, so that nobody reads or changes it there.
type sealer struct{ aead cipher.AEAD }

// newSealer derives a key of its own from the secret, which also has other uses.
func newSealer(secret []byte) (sealer, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "liaison: staff signing in", sealSize)
	if err != nil {
		return sealer{}, fmt.Errorf("deriving the key for what browsers keep of a sign-in: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("preparing the key for what browsers keep of a sign-in: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

// content is what stands under the seal.
type content[T any] struct {
	Expires time.Time `json:"e"`
	Value   T         `json:"v"`
}

// seal closes a value for one purpose: under another it does not open.
func seal[T any](s sealer, purpose string, value T, expires time.Time) string {
	text, _ := json.Marshal(content[T]{expires, value}) // strings and a time always fit
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, text, []byte(purpose)))
}

// unseal opens what seal closed; ok is false for anything else, and for what has expired.
func unseal[T any](s sealer, purpose, sealed string, now time.Time) (value T, ok bool) {
	var c content[T]
	closed, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return value, false
	}
	text, err := s.aead.Open(nil, nil, closed, []byte(purpose))
	if err != nil || json.Unmarshal(text, &c) != nil || !now.Before(c.Expires) {
		return value, false
	}
	return c.Value, true
}

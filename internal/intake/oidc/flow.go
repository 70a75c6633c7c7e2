package oidc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"township.dev/liaison/internal/intake/web"
)

const (
	cookieName = "desk-sign-in"
	// flowLife is how long somebody may take at the provider, who can have to find a phone there.
	flowLife = 10 * time.Minute
	// sealSize is that of AES-256, in bytes.
	sealSize = 32
)

// flow is one sign-in between Begin and Finish. It travels in the browser, sealed.
type flow struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Expires  time.Time `json:"e"`
}

func newFlow(now time.Time) flow {
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Expires: now.Add(flowLife)}
}

// newSeal derives a key of its own from the secret, which also has other uses.
func newSeal(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "liaison: sign-in at the identity provider", sealSize)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of the sign-in's cookies: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("preparing the key of the sign-in's cookies: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal binds the flow to the provider it was begun for, so that none is finished at another.
func (f flow) seal(with cipher.AEAD, config Config) string {
	text, _ := json.Marshal(f) // strings and a time always fit
	return base64.RawURLEncoding.EncodeToString(with.Seal(nil, nil, text, boundTo(config)))
}

// openFlow reads the request's cookie. The error is ErrFlow.
func openFlow(with cipher.AEAD, config Config, r *http.Request, now time.Time) (flow, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return flow{}, because(ErrFlow, "there is no cookie")
	}
	var f flow
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return flow{}, because(ErrFlow, "the cookie is not ours")
	}
	text, err := with.Open(nil, nil, sealed, boundTo(config))
	if err != nil || json.Unmarshal(text, &f) != nil {
		return flow{}, because(ErrFlow, "the cookie is not ours")
	}
	if !now.Before(f.Expires) {
		return flow{}, because(ErrFlow, "it took too long")
	}
	return f, nil
}

// boundTo cannot be the same for two providers: an issuer holds no line break.
func boundTo(config Config) []byte { return []byte(config.Issuer + "\n" + config.ClientID) }

// flowCookie comes along when the provider sends the browser back, which Strict would prevent.
func flowCookie(r *http.Request, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/desk", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.ByTLS(r),
	}
}

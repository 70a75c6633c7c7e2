// Package oidctest is an OpenID Connect provider on this machine, for tests: a complete one (github.com/zitadel/oidc) with a sign-in
// page, which can be told to go wrong in the ways that providers do and that forgers would like.
package oidctest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The one client that the provider knows.
const (
	ClientID     = "liaison-station"
	ClientSecret = "what the county gave the station"
)

// User can sign in at the provider. The username is its preferred_username, and its sub is derived from it.
type User struct {
	Username, Name, Password string
}

// Provider is running until the test ends. It is safe for concurrent use.
type Provider struct {
	// Issuer is its address.
	Issuer string

	t         testing.TB
	server    *httptest.Server
	storage   *storage
	endpoints *op.Provider
	intercept atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	reissue   atomic.Pointer[func(map[string]any) string]
}

// Start runs a provider that knows the users.
func Start(t testing.TB, users ...User) *Provider {
	t.Helper()
	p := &Provider{t: t, storage: newStorage(users)}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.Issuer = "http://" + p.server.Listener.Addr().String()
	config := &op.Config{CodeMethodS256: true}
	_, _ = rand.Read(config.CryptoKey[:])
	endpoints, err := op.NewProvider(config, p.storage, op.StaticIssuer(p.Issuer), op.WithAllowInsecure())
	if err != nil {
		t.Fatalf("starting an identity provider: %v", err)
	}
	p.endpoints = endpoints
	p.server.Start()
	t.Cleanup(p.Stop)
	return p
}

// Stop ends it, as if it had never been there.
func (p *Provider) Stop() { p.server.Close() }

// Allow registers an address that browsers may be sent back to.
func (p *Provider) Allow(redirectURL string) { p.storage.allow(redirectURL) }

// RotateKeys makes a new key. Tokens that were signed with an older one are valid no more.
func (p *Provider) RotateKeys() { p.storage.rotate() }

// Intercept has every request shown to answer first, which reports whether it answered it. nil ends that.
func (p *Provider) Intercept(answer func(http.ResponseWriter, *http.Request) bool) {
	if answer == nil {
		p.intercept.Store(nil)
		return
	}
	p.intercept.Store(&answer)
}

// Reissue has every ID token replaced by what replace makes of its claims, see Sign.
func (p *Provider) Reissue(replace func(claims map[string]any) string) { p.reissue.Store(&replace) }

// Sign returns an ID token with the claims, signed with the provider's own key.
func (p *Provider) Sign(claims map[string]any) string {
	signer, err := op.SignerFromKey(p.storage.currentKey())
	if err != nil {
		p.t.Errorf("preparing a key: %v", err)
		return ""
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Errorf("writing claims: %v", err)
		return ""
	}
	return p.compact(signer.Sign(payload))
}

func (p *Provider) compact(token *jose.JSONWebSignature, err error) string {
	if err != nil {
		p.t.Errorf("signing: %v", err)
		return ""
	}
	text, err := token.CompactSerialize()
	if err != nil {
		p.t.Errorf("writing a token: %v", err)
	}
	return text
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	if intercept := p.intercept.Load(); intercept != nil && (*intercept)(w, r) {
		return
	}
	replace := p.reissue.Load()
	switch {
	case r.URL.Path == loginPath && r.Method == http.MethodPost:
		p.login(w, r)
	case r.URL.Path == loginPath:
		showLogin(w, r)
	case replace != nil && r.URL.Path == p.endpoints.TokenEndpoint().Relative():
		p.serveToken(w, r, *replace)
	default:
		p.endpoints.ServeHTTP(w, r)
	}
}

// serveToken answers as the provider does, with another ID token.
func (p *Provider) serveToken(w http.ResponseWriter, r *http.Request, replace func(map[string]any) string) {
	recorder := httptest.NewRecorder()
	p.endpoints.ServeHTTP(recorder, r)
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		p.t.Errorf("the token endpoint answers %q: %v", recorder.Body, err)
	}
	if issued, ok := answer["id_token"].(string); ok {
		answer["id_token"] = replace(p.claimsOf(issued))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(recorder.Code)
	_ = json.NewEncoder(w).Encode(answer)
}

func (p *Provider) claimsOf(token string) map[string]any {
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		p.t.Errorf("reading the provider's own token: %v", err)
	}
	return claims
}

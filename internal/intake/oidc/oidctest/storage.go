package oidctest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var (
	errUnknown     = errors.New("there is no such thing here")
	errUnsupported = errors.New("this provider does not do that")
)

// faraway is when access tokens expire: what is tested of them is not that.
var faraway = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)

// storage keeps everything in memory.
type storage struct {
	users map[string]User

	mutex     sync.Mutex
	redirects []string
	key       signingKey
	requests  map[string]*request
	codes     map[string]string // of requests, by code
	subjects  map[string]string // by access token
}

func newStorage(users []User) *storage {
	s := &storage{users: map[string]User{}, requests: map[string]*request{}, codes: map[string]string{}, subjects: map[string]string{}}
	for _, u := range users {
		s.users[u.Username] = u
	}
	s.rotate()
	return s
}

func (s *storage) allow(redirectURL string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.redirects = append(s.redirects, redirectURL)
}

func (s *storage) rotate() {
	// Fails only for a curve that is none.
	private, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.key = signingKey{id: rand.Text(), private: private}
}

func (s *storage) currentKey() signingKey {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.key
}

// signIn marks the request as the user's if the password is.
func (s *storage) signIn(id, username, password string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	user, known := s.users[username]
	if !known || subtle.ConstantTimeCompare([]byte(user.Password), []byte(password)) != 1 {
		return false
	}
	s.requests[id].subject = subjectOf(username)
	return true
}

func subjectOf(username string) string { return "subject-of-" + username }

// signingKey is the key of the provider, in the form that signs.
type signingKey struct {
	id      string
	private *ecdsa.PrivateKey
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k signingKey) Key() any                                    { return k.private }

// publicKey is its form that everybody may see.
type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k publicKey) Use() string                        { return oidc.KeyUseSignature }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

// request is one sign-in at the provider.
type request struct {
	*oidc.AuthRequest
	id string
	// subject is empty until somebody has signed in.
	subject string
}

func (r *request) GetID() string                      { return r.id }
func (r *request) GetACR() string                     { return "" }
func (r *request) GetAMR() []string                   { return nil }
func (r *request) GetAudience() []string              { return []string{r.ClientID} }
func (r *request) GetAuthTime() time.Time             { return time.Time{} }
func (r *request) GetClientID() string                { return r.ClientID }
func (r *request) GetNonce() string                   { return r.Nonce }
func (r *request) GetScopes() []string                { return r.Scopes }
func (r *request) GetSubject() string                 { return r.subject }
func (r *request) GetRedirectURI() string             { return r.RedirectURI }
func (r *request) GetState() string                   { return r.State }
func (r *request) Done() bool                         { return r.subject != "" }
func (r *request) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// CreateAuthRequest begins a sign-in. One without PKCE by S256 is refused.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is needed")
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	r := &request{AuthRequest: asked, id: rand.Text()}
	s.requests[r.id] = r
	return r, nil
}

// AuthRequestByID finds a sign-in.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if r, there := s.requests[id]; there {
		return r, nil
	}
	return nil, errUnknown
}

// AuthRequestByCode finds the sign-in that the code was given for. A code is found once.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mutex.Lock()
	id := s.codes[code]
	delete(s.codes, code)
	s.mutex.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode remembers what the code was given for.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest ends a sign-in.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.requests, id)
	return nil
}

// CreateAccessToken names a new token.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	id := rand.Text()
	s.subjects[id] = r.GetSubject()
	return id, faraway, nil
}

// SigningKey signs new tokens.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.currentKey(), nil }

// SignatureAlgorithms of the keys.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// KeySet is what everybody may see.
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{s.currentKey()}}, nil
}

// GetClientByClientID finds the one client.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return client{slices.Clone(s.redirects)}, nil
}

// AuthorizeClientIDSecret holds the secret against the client's.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(ClientSecret)) != 1 {
		return errUnknown
	}
	return nil
}

// SetUserinfoFromScopes leaves all to SetUserinfoFromRequest.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	return s.describe(info, r.GetSubject())
}

// SetUserinfoFromToken answers at the userinfo endpoint.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, token, _, _ string) error {
	s.mutex.Lock()
	subject := s.subjects[token]
	s.mutex.Unlock()
	return s.describe(info, subject)
}

func (s *storage) describe(info *oidc.UserInfo, subject string) error {
	for username, user := range s.users {
		if subjectOf(username) == subject {
			info.Subject, info.PreferredUsername, info.Name = subject, user.Username, user.Name
			return nil
		}
	}
	return errUnknown
}

// Health is always good.
func (s *storage) Health(context.Context) error { return nil }

// What follows belongs to flows that the provider does not offer.

// CreateAccessAndRefreshTokens is not offered.
func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (access, refresh string, until time.Time, err error) {
	return "", "", time.Time{}, errUnsupported
}

// TokenRequestByRefreshToken is not offered.
func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errUnsupported
}

// TerminateSession is not offered.
func (s *storage) TerminateSession(context.Context, string, string) error { return errUnsupported }

// RevokeToken is not offered.
func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return oidc.ErrServerError()
}

// GetRefreshTokenInfo is not offered.
func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (userID, tokenID string, err error) {
	return "", "", op.ErrInvalidRefreshToken
}

// SetIntrospectionFromToken is not offered.
func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnsupported
}

// GetPrivateClaimsFromScopes has none to give.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}

// GetKeyByIDAndClientID is not offered.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

// ValidateJWTProfileScopes is not offered.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}

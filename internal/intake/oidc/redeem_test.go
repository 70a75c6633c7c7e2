package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/oidc/oidctest"
)

// claims of an ID token, as a test changes them.
type claims = map[string]any

func TestATokenThatProvesNothing(t *testing.T) {
	for name, forge := range map[string]func(p *oidctest.Provider, c claims) string{
		"for another sign-in":             edit(func(c claims) { c["nonce"] = "another" }),
		"for no sign-in":                  edit(func(c claims) { delete(c, "nonce") }),
		"for another client":              edit(func(c claims) { c["aud"], c["azp"] = "another", "another" }),
		"for nobody":                      edit(func(c claims) { delete(c, "aud") }),
		"issued to another client":        edit(func(c claims) { c["aud"], c["azp"] = []string{oidctest.ClientID, "another"}, "another" }),
		"issued to it is not said whom":   edit(func(c claims) { c["aud"] = []string{oidctest.ClientID, "another"}; delete(c, "azp") }),
		"issued to something odd":         edit(func(c claims) { c["azp"] = 7 }),
		"of another issuer":               edit(func(c claims) { c["iss"] = "https://elsewhere.test" }),
		"that has expired":                edit(func(c claims) { c["exp"] = time.Now().Add(-time.Minute).Unix() }),
		"that never expires":              edit(func(c claims) { delete(c, "exp") }),
		"of the future":                   edit(func(c claims) { c["nbf"] = time.Now().Add(time.Hour).Unix() }),
		"about nobody":                    edit(func(c claims) { delete(c, "sub") }),
		"about another than the userinfo": edit(func(c claims) { c["sub"] = "another"; delete(c, "preferred_username") }),
		"that is missing":                 func(*oidctest.Provider, claims) string { return "" },
		"that is no token":                func(*oidctest.Provider, claims) string { return "eyJ.eyJ.eyJ" },
		"without a signature":             func(_ *oidctest.Provider, c claims) string { return unsigned(c) },
		"signed with the client's secret": signed(jose.HS256, []byte(oidctest.ClientSecret)),
		"signed with a key of the forger": signed(jose.ES256, foreignKey()),
		"whose claims were changed after": func(p *oidctest.Provider, c claims) string { return changedAfter(p.Sign(c)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.provider.Reissue(func(c map[string]any) string { return forge(s.provider, c) })
			identity, err := s.signIn(zhang)
			must(t, err, oidc.ErrToken)
			if identity != (oidc.Identity{}) {
				t.Errorf("somebody is signed in: %+v", identity)
			}
		})
	}
}

// edit changes the claims and signs them as the provider does.
func edit(change func(claims)) func(*oidctest.Provider, claims) string {
	return func(p *oidctest.Provider, c claims) string {
		change(c)
		return p.Sign(c)
	}
}

func encode(v any) string {
	text, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(text)
}

func unsigned(c claims) string {
	return encode(claims{"alg": "none", "typ": "JWT"}) + "." + encode(c) + "."
}

func signed(algorithm jose.SignatureAlgorithm, key any) func(*oidctest.Provider, claims) string {
	return func(_ *oidctest.Provider, c claims) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, nil)
		if err != nil {
			return err.Error()
		}
		text, _ := json.Marshal(c)
		token, err := signer.Sign(text)
		if err != nil {
			return err.Error()
		}
		compact, _ := token.CompactSerialize()
		return compact
	}
}

func foreignKey() *ecdsa.PrivateKey {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return key
}

// changedAfter keeps head and signature of a good token.
func changedAfter(token string) string {
	parts := strings.Split(token, ".")
	var c claims
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	_ = json.Unmarshal(text, &c)
	c["preferred_username"] = li.Username
	return parts[0] + "." + encode(c) + "." + parts[2]
}

// A client of the county's may be one of several that a token is for.
func TestATokenForSeveralThatWasIssuedToUs(t *testing.T) {
	s := newStation(t)
	s.provider.Reissue(func(c map[string]any) string {
		c["aud"], c["azp"] = []string{"another", oidctest.ClientID}, oidctest.ClientID
		return s.provider.Sign(c)
	})
	if _, err := s.signIn(zhang); err != nil {
		t.Error(err)
	}
}

func TestTheUsername(t *testing.T) {
	for name, c := range map[string]struct {
		claim any
		want  string
		err   error
	}{
		"as declared":             {"zhang-san", "zhang-san", nil},
		"with capitals":           {"Zhang-San", "zhang-san", nil},
		"an address stays whole":  {"zhang-san@county.example", "zhang-san@county.example", nil},
		"a look-alike stays one":  {"\u212Aun", "\u212Aun", nil}, // the sign for kelvin, whose small form is k
		"spaces do not disappear": {" zhang-san", " zhang-san", nil},
		"empty":                   {"", "", oidc.ErrClaim},
		"a number":                {7, "", oidc.ErrClaim},
		"a list":                  {[]string{"zhang-san"}, "", oidc.ErrClaim},
		"null":                    {nil, "", oidc.ErrClaim},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.provider.Reissue(func(claims map[string]any) string {
				claims["preferred_username"] = c.claim
				return s.provider.Sign(claims)
			})
			identity, err := s.signIn(zhang)
			if c.err != nil {
				must(t, err, c.err)
			} else if err != nil || identity.Username != c.want {
				t.Errorf("the username is %q, %v", identity.Username, err)
			}
		})
	}
}

// By the standard the provider need not put the claims of a profile into the ID token.
func TestTheUsernameCanStandInTheUserinfoAlone(t *testing.T) {
	s := newStation(t)
	s.provider.Reissue(func(c map[string]any) string {
		delete(c, "preferred_username")
		delete(c, "name")
		return s.provider.Sign(c)
	})
	identity, err := s.signIn(zhang)
	if want := (oidc.Identity{Username: zhang.Username, Subject: "subject-of-zhang-san", Name: zhang.Name}); err != nil || identity != want {
		t.Errorf("signed in as %+v, %v", identity, err)
	}
}

func TestAClaimThatTheProviderDoesNotKnow(t *testing.T) {
	s := newStation(t)
	s.config.UsernameClaim = "staff_number"
	_, err := s.signIn(zhang)
	must(t, err, oidc.ErrClaim)
}

func TestKeysAreRotated(t *testing.T) {
	s := newStation(t)
	for range 3 {
		if _, err := s.signIn(zhang); err != nil {
			t.Fatal(err)
		}
		s.provider.RotateKeys()
	}
}

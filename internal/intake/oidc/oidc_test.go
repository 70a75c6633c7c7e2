package oidc_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/oidc/oidctest"
	"township.dev/liaison/internal/intake/web"
)

func TestStaffSignInThroughTheProvider(t *testing.T) {
	s := newStation(t)
	for _, user := range []oidctest.User{zhang, li} {
		identity, err := s.signIn(user)
		want := oidc.Identity{Username: user.Username, Subject: "subject-of-" + user.Username, Name: user.Name}
		if err != nil || identity != want {
			t.Errorf("%s signs in as %+v, %v", user.Username, identity, err)
		}
	}
}

func TestWhatTheProviderIsAsked(t *testing.T) {
	s := newStation(t)
	first, _ := s.begin()
	second, _ := s.begin()
	a, b := query(t, first), query(t, second)
	for name, want := range map[string]string{
		"response_type": "code", "client_id": oidctest.ClientID, "redirect_uri": site + callback,
		"scope": "openid profile", "code_challenge_method": "S256",
	} {
		if a.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, a.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(a.Get(name)) < 26 || a.Get(name) == b.Get(name) {
			t.Errorf("%s is %q and then %q, and must be new and long each time", name, a.Get(name), b.Get(name))
		}
	}
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestTheCookieOfASignIn(t *testing.T) {
	s := newStation(t)
	plain := httptest.NewRequest(http.MethodGet, site, nil)
	behindTLS := httptest.NewRequest(http.MethodGet, site, nil)
	behindTLS.TLS = &tls.ConnectionState{}
	for name, c := range map[string]struct {
		request *http.Request
		secure  bool
	}{"without TLS": {plain, false}, "by TLS": {behindTLS, true}} {
		address, cookie, err := s.tryBegin(c.request)
		if err != nil {
			t.Fatal(err)
		}
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/desk" || cookie.MaxAge != 600 || cookie.Secure != c.secure {
			t.Errorf("%s the cookie is %s", name, cookie)
		}
		if strings.Contains(cookie.Value, query(t, address).Get("state")) {
			t.Errorf("%s the cookie can be read: %s", name, cookie.Value)
		}
	}
}

// What Begin left is used up by whatever the provider says, once.
func TestTheCookieIsTakenBack(t *testing.T) {
	s := newStation(t)
	address, cookie := s.begin()
	for name, back := range map[string]string{"signed in": s.provider.SignIn(address, zhang), "cancelled": site + callback + "?error=access_denied&state=" + query(t, address).Get("state")} {
		_, set, _ := s.finish(back, cookie)
		if len(set) != 1 || set[0].Name != cookie.Name || set[0].Path != cookie.Path || set[0].MaxAge >= 0 || set[0].Value != "" {
			t.Errorf("%s: the station sets %v", name, set)
		}
	}
}

// Otherwise another site could break off every sign-in with a link to Finish.
func TestAStrangersRequestTakesNoCookie(t *testing.T) {
	s := newStation(t)
	address, cookie := s.begin()
	_, set, err := s.finish(site+callback+"?code=forged&state=forged", cookie)
	must(t, err, oidc.ErrFlow)
	if len(set) > 0 {
		t.Errorf("the station sets %v", set)
	}
	if identity, _, err := s.finish(s.provider.SignIn(address, zhang), cookie); err != nil || identity.Username != zhang.Username {
		t.Errorf("after that the sign-in ends with %+v, %v", identity, err)
	}
}

func TestASignInThatWasNotBegunHere(t *testing.T) {
	for name, finish := range map[string]func(s *station) error{
		"without a cookie": func(s *station) error {
			address, _ := s.begin()
			_, _, err := s.finish(s.provider.SignIn(address, zhang), nil)
			return err
		},
		"with an altered cookie": func(s *station) error {
			address, cookie := s.begin()
			cookie.Value = "A" + cookie.Value[:len(cookie.Value)-1]
			_, _, err := s.finish(s.provider.SignIn(address, zhang), cookie)
			return err
		},
		"with the cookie of another sign-in": func(s *station) error {
			address, _ := s.begin()
			_, other := s.begin()
			_, _, err := s.finish(s.provider.SignIn(address, zhang), other)
			return err
		},
		"with the cookie of another key": func(s *station) error {
			address, cookie := s.begin()
			s.client = s.newClient(func(o *oidc.Options) { o.Key = bytes.Repeat([]byte{8}, 32) })
			_, _, err := s.finish(s.provider.SignIn(address, zhang), cookie)
			return err
		},
		"with the cookie of another provider": func(s *station) error {
			address, cookie := s.begin()
			back := s.provider.SignIn(address, zhang)
			s.config.Issuer = "https://elsewhere.test"
			_, _, err := s.finish(back, cookie)
			return err
		},
		"without a state": func(s *station) error {
			_, cookie := s.begin()
			_, _, err := s.finish(site+callback+"?code=any", cookie)
			return err
		},
		"without a code": func(s *station) error {
			address, cookie := s.begin()
			_, _, err := s.finish(site+callback+"?state="+query(s.t, address).Get("state"), cookie)
			return err
		},
		"with a code that was used": func(s *station) error {
			address, cookie := s.begin()
			back := s.provider.SignIn(address, zhang)
			if _, _, err := s.finish(back, cookie); err != nil {
				s.t.Fatal(err)
			}
			_, _, err := s.finish(back, cookie)
			return err
		},
		"with a code of somebody else's sign-in": func(s *station) error {
			theirs, _ := s.begin()
			code := query(s.t, s.provider.SignIn(theirs, li)).Get("code")
			ours, cookie := s.begin()
			_, _, err := s.finish(site+callback+"?code="+url.QueryEscape(code)+"&state="+query(s.t, ours).Get("state"), cookie)
			return err
		},
		"after too long": func(s *station) error {
			address, cookie := s.begin()
			back := s.provider.SignIn(address, zhang)
			s.now = s.now.Add(10 * time.Minute)
			_, _, err := s.finish(back, cookie)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { must(t, finish(newStation(t)), oidc.ErrFlow) })
	}
}

func TestSomebodyWhoTakesTheWholeTimeSignsIn(t *testing.T) {
	s := newStation(t)
	address, cookie := s.begin()
	back := s.provider.SignIn(address, zhang)
	s.now = s.now.Add(10*time.Minute - time.Second)
	if _, _, err := s.finish(back, cookie); err != nil {
		t.Error(err)
	}
}

func TestSomebodyWhoCancelsIsNotSignedIn(t *testing.T) {
	s := newStation(t)
	address, cookie := s.begin()
	_, _, err := s.finish(s.provider.Cancel(address), cookie)
	must(t, err, oidc.ErrDenied)
}

func TestWhatTheProviderSaysInsteadOfACode(t *testing.T) {
	s := newStation(t)
	for why, want := range map[string]error{
		"access_denied": oidc.ErrDenied, "consent_required": oidc.ErrDenied,
		"temporarily_unavailable": oidc.ErrProvider, "unauthorized_client": oidc.ErrProvider, "eyJ zhang-san": oidc.ErrProvider,
	} {
		address, cookie := s.begin()
		answer := url.Values{"error": {why}, "error_description": {"zhang-san 张三"}, "code": {"any"}, "state": {query(t, address).Get("state")}}
		_, _, err := s.finish(site+callback+"?"+answer.Encode(), cookie)
		must(t, err, want)
	}
}

// Another provider, or none, counts at once and needs no restart.
func TestTheConfigInForceCounts(t *testing.T) {
	s := newStation(t)
	other := oidctest.Start(t, li)
	other.Allow(site + callback)
	first := s.config
	for _, c := range []struct {
		config   oidc.Config
		provider *oidctest.Provider
	}{{first, s.provider}, {oidc.Config{Issuer: other.Issuer, ClientID: oidctest.ClientID, UsernameClaim: "name"}, other}, {first, s.provider}} {
		s.config, s.provider = c.config, c.provider
		address, cookie := s.begin()
		identity, _, err := s.finish(c.provider.SignIn(address, li), cookie)
		if err != nil || !strings.HasPrefix(address, c.config.Issuer) || identity.Username != map[string]string{"name": li.Name, "preferred_username": li.Username}[c.config.UsernameClaim] {
			t.Errorf("at %s: %+v, %v", address, identity, err)
		}
	}
	address, cookie := s.begin()
	s.config = oidc.Config{}
	_, _, err := s.finish(s.provider.SignIn(address, li), cookie)
	must(t, err, oidc.ErrOff)
	_, _, err = s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
	must(t, err, oidc.ErrOff)
}

func TestAShortKeyIsRefused(t *testing.T) {
	if _, err := oidc.New(oidc.Options{Key: make([]byte, 15)}); err == nil {
		t.Error("a key of 15 bytes is taken")
	}
}

// Every error that a sign-in can end in has a page of its own.
func TestWhatErrorsMeanOverHTTP(t *testing.T) {
	for err, want := range map[error]web.Problem{
		oidc.ErrOff: oidc.ProviderOff, oidc.ErrProvider: oidc.ProviderDown, oidc.ErrFlow: oidc.ProviderFlowOver,
		oidc.ErrDenied: oidc.ProviderDenied, oidc.ErrToken: oidc.ProviderUntrusted, oidc.ErrClaim: oidc.ProviderNoName,
	} {
		p, known := oidc.Refusal(fmt.Errorf("signing in: %w", err))
		if !known || p.Code != want.Code || p.Status != want.Status || p.Unwrap() == nil {
			t.Errorf("%v becomes %d %s, known %t", err, p.Status, p.Code, known)
		}
	}
	if p, known := oidc.Refusal(http.ErrNoCookie); known {
		t.Errorf("a fault of ours becomes %v", p)
	}
}

// Nothing that comes from outside signs anybody in, and each request is told apart from a fault of ours.
func FuzzFinish(f *testing.F) {
	client, err := oidc.New(oidc.Options{
		Config: func() oidc.Config {
			return oidc.Config{Issuer: "https://elsewhere.test", ClientID: "station", UsernameClaim: "preferred_username"}
		},
		Key: make([]byte, 32), Now: func() time.Time { return time.Unix(1_790_000_000, 0) },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", "")
	f.Add(strings.Repeat("A", 300), "code=a&state=b")
	f.Add("%", "error=access_denied")
	f.Fuzz(func(t *testing.T, cookie, query string) {
		r := httptest.NewRequest(http.MethodGet, site+callback, nil)
		r.URL.RawQuery = query
		r.AddCookie(&http.Cookie{Name: "desk-sign-in", Value: cookie})
		identity, err := client.Finish(httptest.NewRecorder(), r)
		if identity != (oidc.Identity{}) {
			t.Errorf("somebody is signed in: %+v", identity)
		}
		must(t, err, oidc.ErrFlow)
	})
}

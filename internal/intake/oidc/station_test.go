package oidc_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/oidc/oidctest"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

var (
	zhang = oidctest.User{Username: "zhang-san", Name: "张三", Password: "the password of zhang"}
	li    = oidctest.User{Username: "li-si", Name: "李四", Password: "the password of li"}
)

const (
	site     = "http://zhongduo.test"
	callback = "/desk/sign-in/provider"
)

// station is a station that uses the provider. Tests change its fields between requests.
type station struct {
	t        *testing.T
	provider *oidctest.Provider
	client   *oidc.Client

	config oidc.Config
	secret func() (string, error)
	now    time.Time
}

func newStation(t *testing.T, changes ...func(*oidc.Options)) *station {
	t.Helper()
	provider := oidctest.Start(t, zhang, li)
	provider.Allow(site + callback)
	s := &station{
		t: t, provider: provider, now: time.Now(),
		config: oidc.Config(stationconf.OIDC{Issuer: provider.Issuer, ClientID: oidctest.ClientID, UsernameClaim: "preferred_username"}),
		secret: func() (string, error) { return oidctest.ClientSecret, nil },
	}
	s.client = s.newClient(changes...)
	return s
}

func (s *station) newClient(changes ...func(*oidc.Options)) *oidc.Client {
	s.t.Helper()
	options := oidc.Options{
		Config:      func() oidc.Config { return s.config },
		Secret:      func() (string, error) { return s.secret() },
		RedirectURL: func(r *http.Request) string { return web.Origin(r) + callback },
		Key:         bytes.Repeat([]byte{7}, 32),
		Now:         func() time.Time { return s.now },
	}
	for _, change := range changes {
		change(&options)
	}
	client, err := oidc.New(options)
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

// begin returns where the browser is sent and the cookie it is given.
func (s *station) begin() (string, *http.Cookie) {
	s.t.Helper()
	address, cookie, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site+"/desk/sign-in/begin", nil))
	if err != nil {
		s.t.Fatalf("beginning: %v", err)
	}
	return address, cookie
}

func (s *station) tryBegin(r *http.Request) (string, *http.Cookie, error) {
	s.t.Helper()
	answer := httptest.NewRecorder()
	address, err := s.client.Begin(answer, r)
	cookies := answer.Result().Cookies()
	if err != nil {
		if len(cookies) > 0 {
			s.t.Errorf("a sign-in that did not begin leaves %v", cookies)
		}
		return "", nil, err
	}
	if len(cookies) != 1 {
		s.t.Fatalf("beginning leaves the cookies %v", cookies)
	}
	return address, cookies[0], nil
}

// finish sends the browser back with its cookie. It reports the cookies that the station sets.
func (s *station) finish(back string, cookie *http.Cookie) (oidc.Identity, []*http.Cookie, error) {
	r := httptest.NewRequest(http.MethodGet, back, nil)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	identity, err := s.client.Finish(answer, r)
	return identity, answer.Result().Cookies(), err
}

// signIn goes the whole way.
func (s *station) signIn(user oidctest.User) (oidc.Identity, error) {
	s.t.Helper()
	address, cookie := s.begin()
	identity, _, err := s.finish(s.provider.SignIn(address, user), cookie)
	return identity, err
}

// must fails the test unless the error is the one wanted, and its text one that may stand in a log.
func must(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
		return
	}
	for _, private := range []string{oidctest.ClientSecret, url.QueryEscape(oidctest.ClientSecret), zhang.Username, zhang.Name, li.Username, li.Name, "eyJ", "state=", "code="} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the error holds %q: %v", private, err)
		}
	}
}

// drop breaks the connection.
func drop(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }

// at has the answer given at one path alone.
func at(path string, answer func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		answer(w, r)
		return true
	}
}

// Paths of the provider.
const (
	discovery = "/.well-known/openid-configuration"
	tokenPath = "/oauth/token"
	keysPath  = "/keys"
	userinfo  = "/userinfo"
)

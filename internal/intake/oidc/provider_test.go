package oidc_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/oidc/oidctest"
)

// The station comes up, its own accounts work, and the first sign-in after the provider came back succeeds.
func TestAProviderThatIsDownHoldsNothingUp(t *testing.T) {
	s := newStation(t)
	s.provider.Intercept(drop)
	for range 2 {
		_, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
		must(t, err, oidc.ErrProvider)
	}
	s.provider.Intercept(nil)
	if _, err := s.signIn(zhang); err != nil {
		t.Error(err)
	}
}

func TestAProviderThatIsGone(t *testing.T) {
	s := newStation(t)
	s.provider.Stop()
	_, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
	must(t, err, oidc.ErrProvider)
	if !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the log does not tell why: %v", err)
	}
}

func TestAProviderThatGoesDownWhileSomebodySignsIn(t *testing.T) {
	s := newStation(t)
	s.begin()
	s.now = s.now.Add(55 * time.Minute) // what it said of itself is soon too old
	address, cookie := s.begin()
	back := s.provider.SignIn(address, zhang)
	s.provider.Intercept(drop)
	s.now = s.now.Add(6 * time.Minute)
	_, _, err := s.finish(back, cookie)
	must(t, err, oidc.ErrProvider)
}

// Whatever breaks on the way, and whenever, is told as the provider's fault, with the reason and without what it answered.
func TestAProviderThatBreaksOnTheWay(t *testing.T) {
	gossip := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`zhang-san 张三 eyJhbGciOiJub25lIn0 code=x`))
		}
	}
	for name, c := range map[string]struct {
		path   string
		answer func(http.ResponseWriter, *http.Request)
		reason string
	}{
		"the token endpoint breaks":           {tokenPath, func(w http.ResponseWriter, r *http.Request) { drop(w, r) }, "redeeming the code: EOF"},
		"the token endpoint has a fault":      {tokenPath, gossip(500), "redeeming the code: status 500"},
		"the token endpoint talks":            {tokenPath, gossip(200), "redeeming the code: the answer cannot be read"},
		"the token endpoint is elsewhere":     {tokenPath, redirect, "redeeming the code: status 307"},
		"the token endpoint knows us not":     {tokenPath, oauthError(401, "invalid_client"), "it refuses this client: invalid_client"},
		"the token endpoint invents an error": {tokenPath, oauthError(400, "zhang-san"), "redeeming the code: status 400"},
		"the keys break":                      {keysPath, func(w http.ResponseWriter, r *http.Request) { drop(w, r) }, "asking for its keys: EOF"},
		"the keys are missing":                {keysPath, gossip(404), "asking for its keys: status 404"},
		"the userinfo breaks":                 {userinfo, func(w http.ResponseWriter, r *http.Request) { drop(w, r) }, "asking who it is: EOF"},
		"the userinfo is forbidden":           {userinfo, gossip(403), "asking who it is: status 403"},
		"the userinfo talks":                  {userinfo, gossip(200), "asking who it is: the answer cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.config.UsernameClaim = "staff_number" // which only the userinfo could tell
			s.provider.Intercept(at(c.path, c.answer))
			_, err := s.signIn(zhang)
			must(t, err, oidc.ErrProvider)
			if !strings.HasSuffix(err.Error(), ": "+c.reason) {
				t.Errorf("the log reads %v, want %s", err, c.reason)
			}
		})
	}
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
}

func oauthError(status int, code string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "zhang-san 张三"})
	}
}

// A redirect would carry the client's secret and the code to wherever it points.
func TestTheSecretGoesNowhereElse(t *testing.T) {
	s := newStation(t)
	var elsewhere atomic.Int32
	s.provider.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/elsewhere" {
			elsewhere.Add(1)
		}
		return at(tokenPath, redirect)(w, r)
	})
	_, err := s.signIn(zhang)
	must(t, err, oidc.ErrProvider)
	if elsewhere.Load() != 0 {
		t.Error("the redirect was followed")
	}
}

func TestAProviderThatSaysOddThingsOfItself(t *testing.T) {
	for name, c := range map[string]struct {
		change func(said map[string]any)
		reason string
	}{
		"another name":                {func(said map[string]any) { said["issuer"] = "https://elsewhere.test" }, `it calls itself "https://elsewhere.test"`},
		"an open token endpoint":      {func(said map[string]any) { said["token_endpoint"] = "http://elsewhere.test/token" }, "not by TLS"},
		"an open sign-in page":        {func(said map[string]any) { said["authorization_endpoint"] = "http://elsewhere.test/" }, "not by TLS"},
		"a sign-in page that is code": {func(said map[string]any) { said["authorization_endpoint"] = "javascript:alert(1)" }, "not by TLS"},
		"open keys":                   {func(said map[string]any) { said["jwks_uri"] = "http://elsewhere.test/keys" }, "not by TLS"},
		"no keys":                     {func(said map[string]any) { delete(said, "jwks_uri") }, "is missing"},
		"methods of another kind":     {func(said map[string]any) { said["token_endpoint_auth_methods_supported"] = 7 }, "what it says of itself cannot be read"},
		"keys of another kind":        {func(said map[string]any) { said["jwks_uri"] = 7 }, "the answer cannot be read"},
		"no end of words":             {func(said map[string]any) { said["x"] = strings.Repeat("x", 1<<20) }, "the answer cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.provider.Intercept(at(discovery, s.saying(c.change)))
			_, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
			must(t, err, oidc.ErrProvider)
			if !strings.Contains(err.Error(), c.reason) {
				t.Errorf("the log reads %v, want %s", err, c.reason)
			}
		})
	}
}

func TestAnOpenUserinfoEndpointIsNotAsked(t *testing.T) {
	s := newStation(t)
	s.config.UsernameClaim = "staff_number"
	s.provider.Intercept(at(discovery, s.saying(func(said map[string]any) { said["userinfo_endpoint"] = "http://elsewhere.test/me" })))
	_, err := s.signIn(zhang)
	must(t, err, oidc.ErrProvider)
	if err != nil && !strings.HasSuffix(err.Error(), "its userinfo endpoint is not by TLS") {
		t.Errorf("the log reads %v", err)
	}
}

// saying answers with what the provider says of itself, changed.
func (s *station) saying(change func(map[string]any)) func(http.ResponseWriter, *http.Request) {
	s.t.Helper()
	response, err := http.Get(s.provider.Issuer + discovery)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var said map[string]any
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		s.t.Fatal(err)
	}
	change(said)
	return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(said) }
}

func TestAnAddressThatAnybodyCouldListenAt(t *testing.T) {
	s := newStation(t)
	for _, issuer := range []string{"http://county.test", "county.test", "ftp://county.test", "https://", "http://127.0.0.1.county.test", ":"} {
		s.config.Issuer = issuer
		_, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
		must(t, err, oidc.ErrProvider)
		if err != nil && !strings.Contains(err.Error(), "https://") {
			t.Errorf("for %q the log reads %v", issuer, err)
		}
	}
}

func TestAProviderThatNeverAnswers(t *testing.T) {
	s := newStation(t)
	s.client = s.newClient(func(o *oidc.Options) { o.Patience = 50 * time.Millisecond })
	s.provider.Intercept(at(discovery, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	_, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
	must(t, err, oidc.ErrProvider)
}

func TestTheSecret(t *testing.T) {
	s := newStation(t)
	s.secret = func() (string, error) { return "an old one", nil }
	_, err := s.signIn(zhang)
	must(t, err, oidc.ErrProvider)

	unreadable := errors.New("the file is not there")
	s.secret = func() (string, error) { return "", unreadable }
	_, err = s.signIn(zhang)
	must(t, err, oidc.ErrProvider)
	must(t, err, unreadable)

	s.secret = func() (string, error) { return oidctest.ClientSecret, nil }
	if _, err := s.signIn(zhang); err != nil {
		t.Errorf("a new secret does not count at once: %v", err)
	}
}

// The secret goes the way the provider wants it, and the code is spent on one attempt.
func TestHowTheSecretIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		methods any
		basic   bool
	}{
		"not said":      {nil, true},
		"either way":    {[]string{"client_secret_post", "client_secret_basic"}, true},
		"in the form":   {[]string{"client_secret_post"}, false},
		"other methods": {[]string{"private_key_jwt"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			said := s.saying(func(said map[string]any) { said["token_endpoint_auth_methods_supported"] = c.methods })
			var asked atomic.Int32
			s.provider.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == tokenPath {
					asked.Add(1)
					if _, _, basic := r.BasicAuth(); basic != c.basic {
						t.Errorf("sent as basic: %t", basic)
					}
				}
				return at(discovery, said)(w, r)
			})
			if _, err := s.signIn(zhang); err != nil {
				t.Error(err)
			}
			if asked.Load() != 1 {
				t.Errorf("the code was sent %d times", asked.Load())
			}
		})
	}
}

// counting counts the questions at the path.
func (s *station) counting(path string) *atomic.Int32 {
	var asked atomic.Int32
	s.provider.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			asked.Add(1)
		}
		return false
	})
	return &asked
}

func TestTheProviderIsAskedOnceAnHourWhatItOffers(t *testing.T) {
	s := newStation(t)
	asked := s.counting(discovery)
	for _, after := range []struct {
		wait time.Duration
		want int32
	}{{0, 1}, {time.Hour - time.Second, 1}, {time.Second, 2}, {0, 2}} {
		s.now = s.now.Add(after.wait)
		s.begin()
		if asked.Load() != after.want {
			t.Errorf("%s later it was asked %d times, want %d", after.wait, asked.Load(), after.want)
		}
	}
}

// When an office opens, all sign in at once; while the provider is slow, that is one question and not a hundred.
func TestManyWhoSignInAtOnceAskOneQuestion(t *testing.T) {
	const people = 8
	s := newStation(t)
	var asked, waiting atomic.Int32
	release := make(chan struct{})
	s.client = s.newClient(func(o *oidc.Options) {
		config := o.Config
		o.Config = func() oidc.Config {
			if waiting.Add(1) == people {
				close(release)
			}
			return config()
		}
	})
	s.provider.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == discovery {
			asked.Add(1)
			<-release
		}
		return false
	})
	var everybody sync.WaitGroup
	for range people {
		everybody.Go(func() {
			if _, err := s.client.Begin(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, site, nil)); err != nil {
				t.Error(err)
			}
		})
	}
	everybody.Wait()
	if got := asked.Load(); got != 1 {
		t.Errorf("%d people asked %d questions", people, got)
	}
}

package signin_test

import (
	"testing"
	"time"

	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/oidc/oidctest"
	"township.dev/liaison/internal/intake/signin"
)

var (
	zhao     = oidctest.User{Username: "zhao", Name: "赵某", Password: "what zhao has at the county"}
	stranger = oidctest.User{Username: "sun", Name: "孙某", Password: "what sun has at the county"}
)

// withProvider is a station of a county that has an identity provider.
func withProvider(t *testing.T) (*station, *oidctest.Provider) {
	t.Helper()
	provider := oidctest.Start(t, zhao, stranger)
	s := newStation(t, func(o *signin.Options) {
		o.Provider = signin.Provider{
			Config: func() oidc.Config {
				return oidc.Config{Issuer: provider.Issuer, ClientID: oidctest.ClientID, UsernameClaim: "preferred_username"}
			},
			Secret: func() (string, error) { return oidctest.ClientSecret, nil },
		}
	})
	s.now = time.Now() // the provider's clock is the machine's
	provider.Allow(s.server.URL + "/desk/sign-in/callback")
	return s, provider
}

// toProvider follows the link on the sign-in page and returns the address it leads to.
func (b *browser) toProvider() string {
	b.t.Helper()
	link := b.visit("/desk/sign-in").wellMade().page.Find("#provider a").AttrOr("href", "")
	if link == "" {
		b.t.Fatal("no link leads to the identity provider")
	}
	b.visit(link)
	return b.away
}

func TestWhoComesFromTheProviderIsNotAskedForAPasswordTheyNeverHad(t *testing.T) {
	s, provider := withProvider(t)
	b := s.browser()
	b.visit(provider.SignIn(b.toProvider(), zhao)).arrives(200, "/desk").sees("nav", "赵管理员")
	b.visit("/desk/account").wellMade().sees("#who", "统一身份认证").sees("#sessions", "统一身份认证")
	b.visit("/desk/password").wellMade().sees(".note", "统一身份认证")
	b.visit("/desk/account/codes").wellMade().sees(".note", "统一身份认证")
	b.post("/desk/visits").arrives(200, "/desk/visits")
	// With the password that was handed out it is another matter.
	s.of("zhao").arrives(200, "/desk/password")
}

func TestASignInAtTheProviderThatComesToNothing(t *testing.T) {
	s, provider := withProvider(t)
	b := s.browser()
	b.visit(provider.SignIn(b.toProvider(), stranger)).arrives(403, "/desk/sign-in/callback").sees("h1", "不是本站的工作人员").wellMade()
	b.visit(provider.Cancel(b.toProvider())).arrives(403, "/desk/sign-in/callback").sees("h1", "没有同意登录").wellMade()
	back := provider.SignIn(b.toProvider(), zhao)
	s.browser().visit(back).arrives(400, "/desk/sign-in/callback").sees("h1", "这次登录已经失效").wellMade()
	if link := b.visit("/desk/sign-in/callback").arrives(400, "/desk/sign-in/callback").page.Find("main a").AttrOr("href", ""); link != "/desk/sign-in" {
		t.Errorf("the page leads to %q", link)
	}
	if len(s.staff.sessions) > 0 {
		t.Error("a session was opened")
	}
}

func TestAProviderThatIsDownHindersNobodyElse(t *testing.T) {
	s, provider := withProvider(t)
	provider.Stop()
	s.browser().visit("/desk/sign-in/provider").arrives(503, "/desk/sign-in/provider").sees("h1", "暂时不能用").wellMade()
	s.of("wang").arrives(200, "/desk")
}

func TestAStationWithoutAProviderOffersNone(t *testing.T) {
	s := newStation(t)
	b := s.browser().visit("/desk/sign-in")
	if b.page.Find("#provider").Length() > 0 {
		t.Error("the page offers an identity provider")
	}
	b.visit("/desk/sign-in/provider").arrives(404, "/desk/sign-in/provider").sees("h1", "没有接入统一身份认证")
	b.visit("/desk/sign-in/callback?code=x&state=y").arrives(404, "/desk/sign-in/callback")
}

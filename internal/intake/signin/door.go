// Package signin is the door to the staff desk: who may come in, and what people do about their own account.
//
// Nothing is half open on the server: what somebody has proved between two pages of a sign-in, or has been given between two of
// an enrolment, travels sealed in the browser.
package signin

import (
	"crypto/rand"
	"embed"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

//go:embed templates/*.html
var templates embed.FS

// Options of New; those that say nothing of it are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Staff      casework.Staff
	// Location is where the station's clock stands.
	Location func() *time.Location
	// Sender is what counts as one sender of requests; nil takes the address of the connection.
	Sender func(*http.Request) netip.Prefix
	// Provider of identities; the zero value is none.
	Provider Provider
	// Key is the secret from which the keys for what travels in browsers are derived, 16 bytes or more. nil draws one, and with the
	// process all of it is void then.
	Key []byte
	Now func() time.Time
}

// Provider is how the station uses the county's identity provider.
type Provider struct {
	// Config in force now; the zero Config where the township has none.
	Config func() oidc.Config
	// Secret is the client's; see oidc.Options.
	Secret func() (string, error)
	// Authorities are those that may vouch for it; nil means the public ones.
	Authorities *authorities.Authorities
}

// Door answers where staff sign in, and guards what is for them alone.
type Door struct {
	area           *web.Area
	staff          casework.Staff
	location       func() *time.Location
	sender         func(*http.Request) netip.Prefix
	providerConfig func() oidc.Config
	provider       *oidc.Client
	sealer         sealer
	throttle       *guard.Throttle[subject, source]
	now            func() time.Time
}

// New registers the door's routes in the router.
func New(o Options) (*Door, error) {
	fillIn(&o)
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the pages of the sign-in: %w", err)
	}
	sealer, err := newSealer(o.Key)
	if err != nil {
		return nil, err
	}
	provider, err := oidc.New(oidc.Options{
		Config: o.Provider.Config, Secret: o.Provider.Secret, RedirectURL: callbackURL, Key: o.Key,
		Authorities: o.Provider.Authorities, Now: o.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the sign-in at an identity provider: %w", err)
	}
	d := &Door{
		area: web.NewArea(o.Router, pages, o.Sign), staff: o.Staff, location: o.Location, sender: o.Sender,
		providerConfig: o.Provider.Config, provider: provider, sealer: sealer,
		throttle: guard.NewThrottle[subject, source](guard.DefaultThrottle()), now: o.Now,
	}
	d.area.Visitor, d.area.Role = Visitor, Role
	d.area.Translate = translate
	d.serveSignIn()
	d.serveAccount()
	return d, nil
}

// fillIn puts the defaults in place of what is not set.
func fillIn(o *Options) {
	if o.Sender == nil {
		o.Sender = func(r *http.Request) netip.Prefix { return guard.Sender(guard.Proxies(nil).Visitor(r)) }
	}
	if o.Provider.Config == nil {
		o.Provider.Config = func() oidc.Config { return oidc.Config{} }
	}
	if o.Key == nil {
		o.Key = []byte(rand.Text())
	}
}

func (d *Door) serveSignIn() {
	d.area.Page("GET /desk/sign-in", d.showSignIn)
	d.area.Page("POST /desk/sign-in", d.signIn)
	d.area.Page("GET "+codePath, d.showSecondStep)
	d.area.Page("POST "+codePath, d.secondStep)
	d.area.Page("GET /desk/sign-in/provider", d.toProvider)
	d.area.Page("GET "+callbackPath, d.fromProvider)
	d.area.Page("POST /desk/sign-out", d.signOut)
}

func (d *Door) serveAccount() {
	d.area.Page("GET "+passwordPath, d.signedIn(d.showPassword))
	d.area.Page("POST "+passwordPath, d.signedIn(d.changePassword))
	d.area.Page("GET "+accountPath, d.Only(d.showAccount))
	d.area.Page("POST /desk/account/sessions/{id}/end", d.Only(d.endSession))
	d.area.Page("POST /desk/account/sessions/end-others", d.Only(d.endOtherSessions))
	d.area.Page("GET /desk/account/codes", d.Only(d.showEnrolment))
	d.area.Page("POST /desk/account/codes", d.Only(d.enrol))
	d.area.Page("GET /desk/account/codes/off", d.Only(d.showCodesOff))
	d.area.Page("POST /desk/account/codes/off", d.Only(d.turnCodesOff))
}

// Visitor is the name of who is signed in, for the head of a page.
func Visitor(r *http.Request) string { return SessionOf(r).Account.Name }

// Role of who is signed in, for what a page offers.
func Role(r *http.Request) string { return string(SessionOf(r).Account.Role) }

func translate(err error) (web.Problem, bool) {
	if p, known := oidc.Refusal(err); known {
		return p, true
	}
	return refusal.Of(err)
}

// Problems of the sign-in and of accounts.
var (
	signInFailed      = web.Problem{Status: http.StatusUnauthorized, Code: "sign_in_failed"}
	signInOver        = web.Problem{Status: http.StatusUnauthorized, Code: "sign_in_over"}
	wrongCode         = web.Problem{Status: http.StatusUnauthorized, Code: "wrong_one_time_code", Field: fieldCode}
	tooManyAttempts   = web.Problem{Status: http.StatusTooManyRequests, Code: "too_many_attempts"}
	sessionEnded      = web.Problem{Status: http.StatusUnauthorized, Code: "session_ended"}
	passwordNotChosen = web.Problem{Status: http.StatusForbidden, Code: "password_not_chosen"}
	notForDeputies    = web.Problem{Status: http.StatusForbidden, Code: "not_for_deputies"}
	notForRole        = web.Problem{Status: http.StatusForbidden, Code: "not_for_role"}

	wrongPassword    = web.Problem{Status: http.StatusUnprocessableEntity, Code: "wrong_password"}
	notTheSame       = web.Problem{Status: http.StatusUnprocessableEntity, Code: "not_the_same", Field: fieldNewPasswordAgain}
	passwordTooShort = web.Problem{Status: http.StatusUnprocessableEntity, Code: "password_too_short", Field: casework.FieldNewPassword}
	codeNotConfirmed = web.Problem{Status: http.StatusUnprocessableEntity, Code: "code_not_confirmed", Field: fieldCode}
	enrolmentOver    = web.Problem{Status: http.StatusUnprocessableEntity, Code: "enrolment_over"}
)

// Package oidc signs staff in through the county's identity provider: OpenID Connect's authorization code flow with PKCE, state and
// nonce. It says who somebody is at the provider; whether that is an account of this station is for the desk to say, which compares
// the username with the declared ones.
//
// A provider that is down holds nothing up but its own sign-ins: it is first asked when somebody wants to sign in. Signing out ends
// the session at the station and leaves the one at the provider, which the county's other systems share.
package oidc

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"township.dev/liaison/internal/intake/authorities"
)

// Config says which provider a township has; its fields are those of stationconf.OIDC.
type Config struct {
	// Issuer is the provider's address, by TLS except on this machine.
	Issuer   string
	ClientID string
	// UsernameClaim of the ID token, or of the answer of the provider's userinfo endpoint, holds the username of an account. The
	// county must see to it that people cannot change it themselves.
	UsernameClaim string
}

// Options of New; all are needed but Patience.
type Options struct {
	// Config in force now; the zero Config where the township has no provider.
	Config func() Config
	// Secret is the client's. It is asked for at each sign-in, so that a new one counts at once; its error must not hold it.
	Secret func() (string, error)
	// RedirectURL is the address that leads the browser of this request back to Finish. It must be registered at the provider.
	RedirectURL func(*http.Request) string
	// Key is the secret from which the key of the cookies is derived, 16 bytes or more.
	Key []byte
	// Patience is how long one question to the provider may take; 0 is 10 seconds.
	Patience time.Duration
	// Authorities are those that may vouch for the provider; nil means the public ones.
	Authorities *authorities.Authorities
	Now         func() time.Time
}

// Client is this station at the provider. It is safe for concurrent use.
type Client struct {
	config      func() Config
	secret      func() (string, error)
	redirectURL func(*http.Request) string
	seal        cipher.AEAD
	http        *http.Client
	now         func() time.Time

	known  atomic.Pointer[provider]
	asking singleflight.Group
}

// Identity is somebody as the provider knows them.
type Identity struct {
	// Username with its capitals from A to Z made small, never empty. One such as li@county.example stays whole: whoever has the
	// part before the @ at another domain is somebody else.
	Username string
	// Subject is the provider's own name for the person, which never changes and is never given to another.
	Subject string
	// Name to show; may be empty.
	Name string
}

// Errors of Begin and Finish. What wraps them says more for the log, and holds neither tokens nor anything of a person.
var (
	// ErrOff tells that the township has no provider.
	ErrOff = errors.New("there is no identity provider")
	// ErrProvider tells that the provider cannot be reached, or does not serve us. The station's own accounts work meanwhile.
	ErrProvider = errors.New("the identity provider cannot be used")
	// ErrFlow tells that the browser did not begin this sign-in, or too long ago. Beginning again helps.
	ErrFlow = errors.New("the sign-in is not one that was begun here, or is over")
	// ErrDenied tells that the person, or the provider, said no.
	ErrDenied = errors.New("the sign-in was refused at the identity provider")
	// ErrToken tells that what the provider says of the person does not prove it.
	ErrToken = errors.New("the identity provider's answer cannot be trusted")
	// ErrClaim tells that the provider does not name the person's username.
	ErrClaim = errors.New("the identity provider names no username")
)

var errShortKey = errors.New("the key of the sign-in's cookies is shorter than 16 bytes, so it would be easy to guess")

// New returns the client. It asks nothing of the provider.
func New(o Options) (*Client, error) {
	if len(o.Key) < 16 {
		return nil, errShortKey
	}
	seal, err := newSeal(o.Key)
	if err != nil {
		return nil, err
	}
	return &Client{
		config: o.Config, secret: o.Secret, redirectURL: o.RedirectURL,
		seal: seal, http: newHTTPClient(o.Patience, o.Authorities), now: o.Now,
	}, nil
}

// Begin leaves a cookie that Finish reads, and returns the provider's address to send the browser to. The way there must be a link
// or a redirect from one: a form's would be stopped by the page's form-action. Errors are ErrOff and ErrProvider.
func (c *Client) Begin(w http.ResponseWriter, r *http.Request) (string, error) {
	p, err := c.provider(r.Context())
	if err != nil {
		return "", err
	}
	f := newFlow(c.now())
	http.SetCookie(w, flowCookie(r, f.seal(c.seal, p.config), flowLife))
	return p.oauth(c.redirectURL(r), "").AuthCodeURL(f.State, goidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// Finish reads what the browser brings back from the provider and says who it is. It uses up what Begin left, whatever comes of it;
// only a request that does not belong to it leaves it, so that another site cannot break off a sign-in.
func (c *Client) Finish(w http.ResponseWriter, r *http.Request) (Identity, error) {
	config := c.config()
	if config == (Config{}) {
		return Identity{}, ErrOff
	}
	f, err := openFlow(c.seal, config, r, c.now())
	if err != nil {
		return Identity{}, err
	}
	answer := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(f.State)) != 1 {
		return Identity{}, because(ErrFlow, "its state is another")
	}
	http.SetCookie(w, flowCookie(r, "", -time.Second))
	if err := refusal(answer); err != nil {
		return Identity{}, err
	}
	p, err := c.provider(r.Context())
	if err != nil {
		return Identity{}, err
	}
	return c.redeem(r, p, f, answer.Get("code"))
}

// refusal is what the provider says instead of giving a code (RFC 6749, 4.1.2.1, and OpenID Connect Core, 3.1.2.6); nil when it gave
// one. What it tells a person of it can name them, and is not repeated.
func refusal(answer url.Values) error {
	why := answer.Get("error")
	switch {
	case why == "" && answer.Get("code") == "":
		return because(ErrFlow, "it brings no code")
	case why == "":
		return nil
	case slices.Contains([]string{"access_denied", "login_required", "interaction_required", "account_selection_required", "consent_required"}, why):
		return because(ErrDenied, why)
	case slices.Contains([]string{"invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable"}, why):
		return because(ErrProvider, "it refuses the request: "+why)
	default:
		return because(ErrProvider, "it refuses the request")
	}
}

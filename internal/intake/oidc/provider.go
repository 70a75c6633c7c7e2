package oidc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// metadataLife is how long what a provider says of itself is believed. It may move its endpoints; a service that runs for months must see it.
const metadataLife = time.Hour

// algorithms are those that sign with one key and verify with another. What the provider lists is not asked: with any other, its
// public key or our own client secret would do to sign.
var algorithms = []string{
	goidc.RS256, goidc.RS384, goidc.RS512, goidc.PS256, goidc.PS384, goidc.PS512, goidc.ES256, goidc.ES384, goidc.ES512, goidc.EdDSA,
}

// provider is what the provider said of itself.
type provider struct {
	config  Config
	fetched time.Time
	said    *goidc.Provider
	// keys are fetched when one is needed that is not among them, so that the provider can change them.
	keys *goidc.RemoteKeySet
	// style is how it wants the client's secret.
	style oauth2.AuthStyle
}

// provider returns the one of the Config in force. It is asked when it is not known, or not any more; a failure is not remembered.
func (c *Client) provider(ctx context.Context) (*provider, error) {
	config := c.config()
	if config == (Config{}) {
		return nil, ErrOff
	}
	if p := c.fresh(config); p != nil {
		return p, nil
	}
	// One question, however many sign in just now. It goes on when the first of them leaves.
	found, err, _ := c.asking.Do(string(boundTo(config)), func() (any, error) {
		if p := c.fresh(config); p != nil { // whoever asked before was a moment quicker
			return p, nil
		}
		p, err := c.discover(context.WithoutCancel(ctx), config)
		if err == nil {
			c.known.Store(p)
		}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	return found.(*provider), nil
}

// fresh returns the provider that is known, nil when it must be asked.
func (c *Client) fresh(config Config) *provider {
	if p := c.known.Load(); p != nil && p.config == config && c.now().Sub(p.fetched) < metadataLife {
		return p
	}
	return nil
}

func (c *Client) discover(ctx context.Context, config Config) (*provider, error) {
	if !confidential(config.Issuer) {
		return nil, because(ErrProvider, "its address must begin with https://")
	}
	ctx = goidc.ClientContext(ctx, c.http)
	said, err := goidc.NewProvider(ctx, config.Issuer)
	var mismatch *goidc.IssuerMismatchError
	switch {
	case errors.As(err, &mismatch):
		return nil, because(ErrProvider, fmt.Sprintf("it calls itself %q and not %q; spec.staff.oidc.issuer must be the same to the letter", mismatch.Discovered, mismatch.Provided))
	case err != nil:
		return nil, fault(ErrProvider, "asking what it offers", err)
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := said.Claims(&more); err != nil {
		return nil, because(ErrProvider, "what it says of itself cannot be read")
	}
	for _, address := range []string{said.Endpoint().AuthURL, said.Endpoint().TokenURL, more.Keys} {
		if !confidential(address) {
			return nil, because(ErrProvider, "one of its endpoints is missing or not by TLS")
		}
	}
	return &provider{
		config: config, fetched: c.now(), said: said,
		keys: goidc.NewRemoteKeySet(ctx, more.Keys), style: styleOf(more.Methods),
	}, nil
}

// styleOf chooses how the secret is sent. Basic is what a provider offers that does not say (OpenID Connect Discovery, 3). Trying
// both, as oauth2 would, spends the code.
func styleOf(methods []string) oauth2.AuthStyle {
	if slices.Contains(methods, "client_secret_post") && !slices.Contains(methods, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// confidential reports whether nobody on the way can read what goes to the address.
func confidential(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

func (p *provider) oauth(redirectURL, secret string) *oauth2.Config {
	endpoint := p.said.Endpoint()
	endpoint.AuthStyle = p.style
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: secret, Endpoint: endpoint,
		RedirectURL: redirectURL, Scopes: []string{goidc.ScopeOpenID, goidc.ScopeProfile},
	}
}

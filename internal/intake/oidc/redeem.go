package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// redeem turns the code into the identity behind it.
func (c *Client) redeem(r *http.Request, p *provider, f flow, code string) (Identity, error) {
	secret, err := c.secret()
	if err != nil {
		return Identity{}, fmt.Errorf("%w: reading the client's secret: %w", ErrProvider, err)
	}
	ctx := goidc.ClientContext(r.Context(), c.http)
	tokens, err := p.oauth(c.redirectURL(r), secret).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, notExchanged(err)
	}
	token, err := c.verify(ctx, p, tokens, f.Nonce)
	if err != nil {
		return Identity{}, err
	}
	return p.identify(ctx, token, tokens)
}

// notExchanged says why the provider gave no tokens (RFC 6749, 5.2).
func notExchanged(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refused):
		return fault(ErrProvider, "redeeming the code", err)
	case refused.ErrorCode == "invalid_grant":
		return because(ErrFlow, "the provider knows no such code, or no more")
	case slices.Contains([]string{"invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}, refused.ErrorCode):
		return because(ErrProvider, "it refuses this client: "+refused.ErrorCode)
	default:
		return because(ErrProvider, fmt.Sprintf("redeeming the code: status %d", refused.Response.StatusCode))
	}
}

// verify holds the ID token against OpenID Connect Core, 3.1.3.7.
func (c *Client) verify(ctx context.Context, p *provider, tokens *oauth2.Token, nonce string) (*goidc.IDToken, error) {
	raw, _ := tokens.Extra("id_token").(string)
	keys := &remembering{KeySet: p.keys}
	token, err := goidc.NewVerifier(p.config.Issuer, keys, &goidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: algorithms, Now: c.now,
	}).Verify(ctx, raw)
	var (
		network *url.Error
		expired *goidc.TokenExpiredError
	)
	switch {
	case errors.As(keys.err, &network):
		return nil, fault(ErrProvider, "asking for its keys", keys.err)
	case errors.As(err, &expired):
		return nil, because(ErrToken, "it has expired")
	case err != nil && keys.verified:
		return nil, because(ErrToken, "it is from another issuer, for another client or not valid yet")
	case err != nil:
		return nil, because(ErrToken, "there is none that is signed with one of the provider's keys")
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return nil, because(ErrToken, "it was issued for another sign-in")
	}
	return token, checkParty(token, p.config.ClientID)
}

// checkParty refuses a token that was issued to another client and only names us among those who may read it.
func checkParty(token *goidc.IDToken, clientID string) error {
	var claims struct {
		Party string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return because(ErrToken, "its claims cannot be read")
	}
	if claims.Party == clientID || claims.Party == "" && len(token.Audience) == 1 {
		return nil
	}
	return because(ErrToken, "it was issued to another client")
}

// remembering keeps what became of the signature, which the verifier's own error tells only in words.
type remembering struct {
	goidc.KeySet
	verified bool
	err      error
}

// VerifySignature passes the question on.
func (k *remembering) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	k.verified, k.err = err == nil, err
	return payload, err
}

// identify reads who the token is about. By the standard the claims of a profile stand at the userinfo endpoint, and many providers
// put them into the token as well.
func (p *provider) identify(ctx context.Context, token *goidc.IDToken, tokens *oauth2.Token) (Identity, error) {
	if token.Subject == "" {
		return Identity{}, because(ErrToken, "it is about nobody")
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return Identity{}, because(ErrToken, "its claims cannot be read")
	}
	if _, there := claims[p.config.UsernameClaim]; !there && p.said.UserInfoEndpoint() != "" {
		var err error
		if claims, err = p.userInfo(ctx, token.Subject, tokens); err != nil {
			return Identity{}, err
		}
	}
	username, _ := claims[p.config.UsernameClaim].(string)
	if username == "" {
		return Identity{}, because(ErrClaim, fmt.Sprintf("the claim %q is missing or no text", p.config.UsernameClaim))
	}
	name, _ := claims["name"].(string)
	return Identity{Username: lower(username), Subject: token.Subject, Name: name}, nil
}

// userInfo asks for the claims that the token does not hold.
func (p *provider) userInfo(ctx context.Context, subject string, tokens *oauth2.Token) (map[string]any, error) {
	if !confidential(p.said.UserInfoEndpoint()) {
		return nil, because(ErrProvider, "its userinfo endpoint is not by TLS")
	}
	info, err := p.said.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, fault(ErrProvider, "asking who it is", err)
	}
	// It can be about somebody else, when the access token was swapped (OpenID Connect Core, 5.3.2).
	if info.Subject != subject {
		return nil, because(ErrToken, "it is about one person and the userinfo about another")
	}
	var claims map[string]any
	if err := info.Claims(&claims); err != nil {
		return nil, because(ErrToken, "the userinfo cannot be read")
	}
	return claims, nil
}

// lower makes the capitals of ASCII small and leaves all others: Unicode's rules would turn the sign for kelvin into a k, and with it
// one account of the provider into another's name.
func lower(username string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, username)
}

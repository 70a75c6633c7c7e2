package signin

import (
	"errors"
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/web"
)

// callbackPath is where the identity provider sends the browser back to; it must be registered there.
const callbackPath = "/desk/sign-in/callback"

// callbackURL names the host the browser used. A host that somebody made up is none the provider knows, so it leads nowhere.
func callbackURL(r *http.Request) string { return web.Origin(r) + callbackPath }

func (d *Door) toProvider(w http.ResponseWriter, r *http.Request) error {
	address, err := d.provider.Begin(w, r)
	if err != nil {
		return fmt.Errorf("beginning a sign-in at the identity provider: %w", err)
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

func (d *Door) fromProvider(w http.ResponseWriter, r *http.Request) error {
	identity, err := d.provider.Finish(w, r)
	if err != nil {
		return fmt.Errorf("finishing a sign-in at the identity provider: %w", err)
	}
	session, err := d.staff.SignInAs(r.Context(), identity.Username, d.signingIn(r, true))
	switch {
	case errors.Is(err, casework.ErrNoAccount):
		return oidc.UnknownAccount
	case err != nil:
		return fmt.Errorf("opening a session for who signed in at the identity provider: %w", err)
	}
	return d.enter(w, r, session)
}

package signin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// sessionLife is a long working day: an office phone left on a desk overnight is signed out.
const sessionLife = 12 * time.Hour

type sessionKey struct{}

// SessionOf the member of staff whose request it is; the zero value where nobody is signed in.
func SessionOf(r *http.Request) casework.Session {
	s, _ := web.Kept(r, sessionKey{}).(casework.Session)
	return s
}

// Only lets only staff reach the handler, and of these nobody who still has the password that was handed out: others know it.
// A visitor is led to the sign-in; a form sent after the session ended is told so, because silently showing another page
// would look as if it had been saved.
func (d *Door) Only(h web.Handler) web.Handler {
	return d.signedIn(func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case !mustChoosePassword(SessionOf(r)):
			return h(w, r)
		case r.Method == http.MethodPost:
			return passwordNotChosen
		}
		http.Redirect(w, r, passwordPath, http.StatusSeeOther)
		return nil
	})
}

// OnlyRoles lets only staff with one of the roles reach the handler. Others are told why not.
func (d *Door) OnlyRoles(h web.Handler, roles ...casework.Role) web.Handler {
	return d.Only(func(w http.ResponseWriter, r *http.Request) error {
		role := SessionOf(r).Account.Role
		switch {
		case slices.Contains(roles, role):
			return h(w, r)
		case role == casework.Deputy:
			return notForDeputies
		default:
			return notForRole
		}
	})
}

// signedIn is Only for what also those reach who have to choose a password.
func (d *Door) signedIn(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		session, err := d.session(r)
		switch {
		case errors.Is(err, casework.ErrNoSession) && r.Method != http.MethodPost:
			http.Redirect(w, r, signInPath, http.StatusSeeOther)
			return nil
		case errors.Is(err, casework.ErrNoSession):
			return sessionEnded
		case err != nil:
			return fmt.Errorf("looking up the session: %w", err)
		}
		web.Keep(r, sessionKey{}, session)
		return h(w, r)
	}
}

// mustChoosePassword reports whether the session was opened with the password that was handed out. Who comes from the identity
// provider has not used it and may never do so.
func mustChoosePassword(s casework.Session) bool {
	return s.Account.FirstPassword && !readDevice(s.Device).provider
}

func (d *Door) session(r *http.Request) (casework.Session, error) {
	cookie, err := r.Cookie(sessionCookieName(r))
	if err != nil || cookie.Value == "" {
		return casework.Session{}, casework.ErrNoSession
	}
	return d.staff.SignedIn(r.Context(), cookie.Value, d.now())
}

// enter begins the session in the browser.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, s casework.Session) error {
	http.SetCookie(w, sessionCookie(r, s.Token, sessionLife))
	d.recognise(w, r, s.Account.Username)
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
	return nil
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(sessionCookieName(r)); err == nil {
		if err := d.staff.SignOut(r.Context(), cookie.Value); err != nil {
			return fmt.Errorf("signing out: %w", err)
		}
	}
	http.SetCookie(w, sessionCookie(r, "", -time.Second))
	http.Redirect(w, r, signInPath, http.StatusSeeOther)
	return nil
}

// sessionCookieName has the prefix by which browsers take the cookie only by TLS, where there is TLS: then nobody on the way can
// plant one by plain HTTP. The prefix __Host- would send it to the residents' pages too.
func sessionCookieName(r *http.Request) string {
	if web.ByTLS(r) {
		return "__Secure-desk"
	}
	return "desk"
}

// sessionCookie is Lax: Strict would keep it back when the identity provider, or a link in a message, leads to the desk.
func sessionCookie(r *http.Request, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookieName(r), Value: value, Path: "/desk", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.ByTLS(r),
	}
}

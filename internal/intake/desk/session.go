package desk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

const (
	sessionCookie = "desk"
	// sessionLife is a long working day: an office phone left on a desk overnight is signed out.
	sessionLife = 12 * time.Hour

	usernameLimit = 32
	passwordLimit = 200
)

type sessionKey struct{}

func sessionOf(r *http.Request) casework.Session {
	s, _ := r.Context().Value(sessionKey{}).(casework.Session)
	return s
}

// staffOnly lets only who is signed in reach the handler. A visitor is led to the sign-in; a form sent after the session
// ended is told so, because silently showing another page would look as if it had been saved.
func (d *Desk) staffOnly(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		session, err := d.session(r)
		switch {
		case errors.Is(err, casework.ErrNoSession) && r.Method != http.MethodPost:
			http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
			return nil
		case errors.Is(err, casework.ErrNoSession):
			return sessionEnded
		case err != nil:
			return fmt.Errorf("looking up the session: %w", err)
		}
		return h(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, session)))
	}
}

func (d *Desk) session(r *http.Request) (casework.Session, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return casework.Session{}, casework.ErrNoSession
	}
	return d.repository.SignedIn(r.Context(), cookie.Value, d.now())
}

type signInView struct{ Form *web.Form }

func (d *Desk) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.session(r); err == nil {
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return nil
	}
	return d.renderSignIn(w, r, web.NewForm())
}

func (d *Desk) renderSignIn(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	form.Set("password", "") // a password never goes back to the page
	return d.area.RenderForm(w, r, "sign-in", form, signInView{form})
}

func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	// Usernames have no capitals, but keyboards of phones begin with one.
	username, password := strings.ToLower(strings.TrimSpace(form.Value("username"))), form.Value("password")
	form.Require("username", username)
	form.Require("password", password)
	if len(username) > usernameLimit || len(password) > passwordLimit {
		form.Refuse(signInFailed)
	}
	if !form.OK() {
		return d.renderSignIn(w, r, form)
	}
	try := attempt{username, addressOf(r)}
	if wait := d.throttle.begin(try, d.now()); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(begun(wait, time.Second)))
		form.Refuse(tooManyAttempts.With("minutes", begun(wait, time.Minute)))
		return d.renderSignIn(w, r, form)
	}
	session, err := d.repository.SignIn(r.Context(), username, password, d.now(), sessionLife)
	if errors.Is(err, casework.ErrWrongCredentials) {
		form.Refuse(signInFailed)
		return d.renderSignIn(w, r, form)
	}
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	d.throttle.succeeded(try)
	http.SetCookie(w, deskCookie(r, session.Token, int(sessionLife.Seconds())))
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
	return nil
}

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		if err := d.repository.SignOut(r.Context(), cookie.Value); err != nil {
			return fmt.Errorf("signing out: %w", err)
		}
	}
	http.SetCookie(w, deskCookie(r, "", -1))
	http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
	return nil
}

func deskCookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/desk", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.ByTLS(r),
	}
}

// addressOf is the address the connection came from. What a proxy says of the visitor behind it is not believed, as anybody can say it.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

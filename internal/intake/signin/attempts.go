package signin

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/web"
)

// subject is what somebody can guess at. Passwords and one-time codes are counted apart: who knows the password must not be able to
// wipe out the guesses at codes with it, and who is asked for a code must not wait because the password alone did not do.
type subject struct {
	username string
	proof    proof
}

type proof string

const (
	byPassword proof = "password"
	byCode     proof = "code"
)

// source is where guesses come from: a browser in which the owner of the account has signed in before, else an address. Without the
// mark of the browser, a guesser behind the same proxy or in the same office could keep the owner waiting.
type source struct {
	sender  netip.Prefix
	browser string
}

const (
	markCookie  = "desk-browser"
	markPurpose = "browser of the owner"
	markLife    = 180 * 24 * time.Hour
)

// mark is what a browser keeps of a sign-in, long after the session: a name for itself that counts for one account.
type mark struct {
	Username string `json:"u"`
	Browser  string `json:"b"`
}

// guess runs the check, unless too many have failed: then it returns the problem that says how long to wait.
func (d *Door) guess(w http.ResponseWriter, r *http.Request, s subject, check func() error) error {
	from := d.sourceOf(r, s.username)
	if wait := d.throttle.Begin(s, from, d.now()); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(guard.Begun(wait, time.Second)))
		return tooManyAttempts.With("minutes", guard.Begun(wait, time.Minute))
	}
	err := check()
	if err == nil {
		d.throttle.Succeeded(s, from, d.now())
	}
	return err
}

// blame notes in the form what the person can do something about: to have guessed too often, or wrong, which has the given name
// in this form. Any other error comes back; nil is none.
func blame(form *web.Form, err error, wrong web.Problem) error {
	var p web.Problem
	switch {
	case errors.As(err, &p):
		form.Refuse(p)
	case errors.Is(err, casework.ErrWrongCredentials), errors.Is(err, casework.ErrSecondFactor):
		form.Refuse(wrong)
	default:
		return err
	}
	return nil
}

func (d *Door) sourceOf(r *http.Request, username string) source {
	if m, ok := d.markOf(r, username); ok {
		return source{browser: m.Browser}
	}
	return source{sender: d.sender(r)}
}

// markOf the request's browser, if it is one for the account.
func (d *Door) markOf(r *http.Request, username string) (mark, bool) {
	cookie, err := r.Cookie(markCookie)
	if err != nil {
		return mark{}, false
	}
	m, ok := unseal[mark](d.sealer, markPurpose, cookie.Value, d.now())
	return m, ok && m.Username == username
}

// recognise has the browser known again as one of the account's owner. It keeps the name it has, or failures would not add up.
func (d *Door) recognise(w http.ResponseWriter, r *http.Request, username string) {
	m, ok := d.markOf(r, username)
	if !ok {
		m = mark{Username: username, Browser: rand.Text()}
	}
	http.SetCookie(w, &http.Cookie{
		Name: markCookie, Value: seal(d.sealer, markPurpose, m, d.now().Add(markLife)), Path: "/desk", MaxAge: int(markLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: web.ByTLS(r),
	})
}

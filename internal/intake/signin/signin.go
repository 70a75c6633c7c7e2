package signin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/totp"
	"township.dev/liaison/internal/intake/web"
)

const (
	signInPath = "/desk/sign-in"
	codePath   = "/desk/sign-in/code"

	fieldUsername = "username"
	fieldPassword = "password"
	fieldCode     = "one_time_code"

	usernameLimit = 32
	// codeLimit is far above what people type with gaps between.
	codeLimit = 40
)

type signInView struct {
	Form *web.Form
	// Provider is true where the station has an identity provider.
	Provider bool
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.session(r); err == nil {
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return nil
	}
	return d.renderSignIn(w, r, web.NewForm())
}

func (d *Door) renderSignIn(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	form.Set(fieldPassword, "") // a password never goes back to the page
	return d.area.RenderForm(w, r, "sign-in", form, signInView{form, d.providerConfig() != oidc.Config{}})
}

func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	known := readPassword(form)
	if !form.OK() {
		return d.renderSignIn(w, r, form)
	}
	var (
		session  casework.Session
		twoSteps bool
	)
	err = d.guess(w, r, subject{known.Username, byPassword}, func() (err error) {
		session, err = d.open(r, known, "")
		if twoSteps = errors.Is(err, casework.ErrSecondFactor); twoSteps {
			return nil // the password is right
		}
		return err
	})
	switch {
	case twoSteps:
		d.beginSecondStep(w, r, known)
		return nil
	case err == nil:
		return d.enter(w, r, session)
	}
	if err := blame(form, err, signInFailed); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return d.renderSignIn(w, r, form)
}

// firstStep is what somebody has typed into the first page of a sign-in.
type firstStep struct {
	Username string `json:"u"`
	Password string `json:"p"`
}

// readPassword reads the first page's form, and notes in it what cannot be right.
func readPassword(form *web.Form) firstStep {
	// Usernames have no capitals, but keyboards of phones begin with one.
	known := firstStep{strings.ToLower(strings.TrimSpace(form.Value(fieldUsername))), form.Value(fieldPassword)}
	form.Require(fieldUsername, known.Username)
	form.Require(fieldPassword, known.Password)
	if len(known.Username) > usernameLimit || tooLong(known.Password) {
		form.Refuse(signInFailed)
	}
	return known
}

// tooLong reports whether it cannot be a password, so that none but sensible ones are hashed.
func tooLong(password string) bool { return utf8.RuneCountInString(password) > casework.MostPassword }

// open opens a session for who proves to be the owner of the account.
func (d *Door) open(r *http.Request, known firstStep, code string) (casework.Session, error) {
	c := casework.Credentials{Username: known.Username, Password: known.Password, Code: code, Verify: totp.Verify}
	return d.staff.SignIn(r.Context(), c, d.signingIn(r, false))
}

// signingIn says how the session begins.
func (d *Door) signingIn(r *http.Request, provider bool) casework.SigningIn {
	device := recogniseDevice(r.UserAgent())
	device.provider = provider
	return casework.SigningIn{Now: d.now(), Lifetime: sessionLife, Device: device.String()}
}

const (
	stepCookie  = "desk-step"
	stepPurpose = "second step of a sign-in"
	// stepLife leaves time to find the phone, or the sheet with the recovery codes.
	stepLife = 10 * time.Minute
)

// beginSecondStep asks for the one-time code. What was typed so far stays in the browser, sealed and out of the page.
func (d *Door) beginSecondStep(w http.ResponseWriter, r *http.Request, known firstStep) {
	http.SetCookie(w, secondStepCookie(r, seal(d.sealer, stepPurpose, known, d.now().Add(stepLife)), stepLife))
	http.Redirect(w, r, codePath, http.StatusSeeOther)
}

func secondStepCookie(r *http.Request, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: stepCookie, Value: value, Path: signInPath, MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: web.ByTLS(r),
	}
}

// firstStepOf the request; ok is false when there was none, or too long ago.
func (d *Door) firstStepOf(r *http.Request) (known firstStep, ok bool) {
	cookie, err := r.Cookie(stepCookie)
	if err != nil {
		return firstStep{}, false
	}
	return unseal[firstStep](d.sealer, stepPurpose, cookie.Value, d.now())
}

func (d *Door) showSecondStep(w http.ResponseWriter, r *http.Request) error {
	if _, ok := d.firstStepOf(r); !ok {
		http.Redirect(w, r, signInPath, http.StatusSeeOther)
		return nil
	}
	return d.renderSecondStep(w, r, web.NewForm())
}

func (d *Door) renderSecondStep(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	form.Set(fieldCode, "")
	return d.area.RenderForm(w, r, "second-step", form, form)
}

func (d *Door) secondStep(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	known, ok := d.firstStepOf(r)
	if !ok {
		return d.beginAgain(w, r, signInOver)
	}
	code := readCode(form)
	if !form.OK() {
		return d.renderSecondStep(w, r, form)
	}
	var session casework.Session
	err = d.guess(w, r, subject{known.Username, byCode}, func() (err error) {
		session, err = d.open(r, known, code)
		return err
	})
	switch {
	case err == nil:
		http.SetCookie(w, secondStepCookie(r, "", -time.Second))
		return d.enter(w, r, session)
	case errors.Is(err, casework.ErrWrongCredentials): // the password was changed in between
		return d.beginAgain(w, r, signInFailed)
	}
	if err := blame(form, err, wrongCode); err != nil {
		return fmt.Errorf("signing in with a one-time code: %w", err)
	}
	return d.renderSecondStep(w, r, form)
}

// beginAgain shows the first page of the sign-in, and why.
func (d *Door) beginAgain(w http.ResponseWriter, r *http.Request, why web.Problem) error {
	http.SetCookie(w, secondStepCookie(r, "", -time.Second))
	form := web.NewForm()
	form.Refuse(why)
	return d.renderSignIn(w, r, form)
}

// readCode reads a one-time code or a recovery code, which has one form however it was typed.
func readCode(form *web.Form) string {
	typed := strings.TrimSpace(form.Value(fieldCode))
	form.Require(fieldCode, typed)
	if len(typed) > codeLimit {
		form.Refuse(wrongCode)
	}
	if recovery, ok := totp.ParseRecoveryCode(typed); ok {
		return recovery
	}
	return typed
}

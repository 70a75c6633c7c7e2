package signin

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/totp"
	"township.dev/liaison/internal/intake/web"
)

// enrolmentLife leaves time to get an app first.
const enrolmentLife = time.Hour

const fieldEnrolment = "enrolment"

// enrolment is one-time codes about to be turned on. It comes back with the form, sealed, so that a form sent twice turns on the
// same secret and shows the same recovery codes.
type enrolment struct {
	Secret   string   `json:"s"`
	Recovery []string `json:"r"`
}

func newEnrolment() enrolment { return enrolment{totp.NewSecret(), totp.NewRecoveryCodes()} }

// enrolmentPurpose binds an enrolment to the account it was begun for.
func enrolmentPurpose(a casework.Account) string {
	return "one-time codes of account " + strconv.FormatInt(a.ID, 10)
}

type enrolmentView struct {
	Form *web.Form
	// Enrolment is the sealed one.
	Enrolment string
	Secret    string
	Code      web.QR
	// Link opens the app on the phone that shows the page, which cannot scan itself.
	Link     template.URL
	Username string
	Provider bool
}

func (d *Door) showEnrolment(w http.ResponseWriter, r *http.Request) error {
	if SessionOf(r).Account.SecondFactor {
		http.Redirect(w, r, accountPath, http.StatusSeeOther)
		return nil
	}
	return d.renderEnrolment(w, r, web.NewForm(), newEnrolment())
}

func (d *Door) renderEnrolment(w http.ResponseWriter, r *http.Request, form *web.Form, e enrolment) error {
	form.Set(fieldPassword, "")
	session := SessionOf(r)
	uri := totp.URI(d.area.Sign().Station, session.Account.Username, e.Secret)
	code, err := web.NewQR(uri)
	if err != nil {
		return fmt.Errorf("showing the secret of one-time codes: %w", err)
	}
	return d.area.RenderForm(w, r, "codes", form, enrolmentView{
		Form: form, Enrolment: seal(d.sealer, enrolmentPurpose(session.Account), e, d.now().Add(enrolmentLife)),
		Secret: e.Secret, Code: code, Username: session.Account.Username, Provider: readDevice(session.Device).provider,
		Link: template.URL(uri), //nolint:gosec // totp escapes what it puts together
	})
}

// enrol turns one-time codes on once the app has shown a right one, so that nobody locks themselves out.
func (d *Door) enrol(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	session := SessionOf(r)
	e, ok := unseal[enrolment](d.sealer, enrolmentPurpose(session.Account), form.Value(fieldEnrolment), d.now())
	if !ok {
		form.Refuse(enrolmentOver)
		return d.renderEnrolment(w, r, form, newEnrolment())
	}
	code := form.Value(fieldCode)
	form.Require(fieldCode, code)
	step, right := totp.Verify(e.Secret, code, d.now(), 0)
	if !right {
		form.Refuse(codeNotConfirmed)
	}
	if err := d.setSecondFactor(w, r, form, casework.SecondFactor{Secret: e.Secret, Recovery: e.Recovery, Step: step}); err != nil {
		return err
	}
	if !form.OK() {
		return d.renderEnrolment(w, r, form, e)
	}
	return d.area.Render(w, r, http.StatusOK, "codes-on", e)
}

// setSecondFactor turns one-time codes on or off, if nothing is wrong with the form so far and the password in it is right.
func (d *Door) setSecondFactor(w http.ResponseWriter, r *http.Request, form *web.Form, factor casework.SecondFactor) error {
	session, password := SessionOf(r), form.Value(fieldPassword)
	form.Require(fieldPassword, password)
	if tooLong(password) {
		form.Refuse(wrongPassword.At(fieldPassword))
	}
	if !form.OK() {
		return nil
	}
	err := d.guess(w, r, subject{session.Account.Username, byPassword}, func() error {
		return d.staff.SetSecondFactor(r.Context(), session, password, factor, d.now())
	})
	if err := blame(form, err, wrongPassword.At(fieldPassword)); err != nil {
		return fmt.Errorf("changing the one-time codes of an account: %w", err)
	}
	return nil
}

type codesOffView struct {
	Form     *web.Form
	Username string
}

func (d *Door) showCodesOff(w http.ResponseWriter, r *http.Request) error {
	if !SessionOf(r).Account.SecondFactor {
		http.Redirect(w, r, accountPath, http.StatusSeeOther)
		return nil
	}
	return d.renderCodesOff(w, r, web.NewForm())
}

func (d *Door) renderCodesOff(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	form.Set(fieldPassword, "")
	return d.area.RenderForm(w, r, "codes-off", form, codesOffView{form, SessionOf(r).Account.Username})
}

func (d *Door) turnCodesOff(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.setSecondFactor(w, r, form, casework.SecondFactor{}); err != nil {
		return err
	}
	if !form.OK() {
		return d.renderCodesOff(w, r, form)
	}
	showDone(w, r, doneCodesOff)
	return nil
}

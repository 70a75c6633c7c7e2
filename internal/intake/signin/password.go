package signin

import (
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

const (
	passwordPath          = "/desk/password"
	fieldNewPasswordAgain = "new_password_again"
)

type passwordView struct {
	Form *web.Form
	// Username is for the browser's password manager, which otherwise does not know whose password it keeps.
	Username    string
	Least, Most int
	Provider    bool
}

func (d *Door) showPassword(w http.ResponseWriter, r *http.Request) error {
	return d.renderPassword(w, r, web.NewForm())
}

func (d *Door) renderPassword(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	for _, field := range []string{casework.FieldOldPassword, casework.FieldNewPassword, fieldNewPasswordAgain} {
		form.Set(field, "")
	}
	session, page := SessionOf(r), "password"
	if mustChoosePassword(session) {
		page = "first-password"
	}
	return d.area.RenderForm(w, r, page, form, passwordView{
		Form: form, Username: session.Account.Username, Least: casework.LeastPassword, Most: casework.MostPassword,
		Provider: readDevice(session.Device).provider,
	})
}

func (d *Door) changePassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	session := SessionOf(r)
	old, replacement := readNewPassword(form)
	if form.OK() {
		err := d.guess(w, r, subject{session.Account.Username, byPassword}, func() error {
			return d.staff.ChangePassword(r.Context(), session, old, replacement, d.now())
		})
		if err := blame(form, err, wrongPassword.At(casework.FieldOldPassword)); err != nil {
			return fmt.Errorf("changing a password: %w", err)
		}
	}
	switch {
	case !form.OK():
		return d.renderPassword(w, r, form)
	case mustChoosePassword(session): // until now
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
	default:
		showDone(w, r, donePassword)
	}
	return nil
}

// readNewPassword reads the form, and notes in it what is wrong.
func readNewPassword(form *web.Form) (old, replacement string) {
	old, replacement = form.Value(casework.FieldOldPassword), form.Value(casework.FieldNewPassword)
	form.Require(casework.FieldOldPassword, old)
	if tooLong(old) {
		form.Refuse(wrongPassword.At(casework.FieldOldPassword))
	}
	for _, p := range refusal.Fields(casework.CheckPassword(old, replacement)) {
		if p.Code == casework.CodeTooShort {
			p = passwordTooShort.With(p.Args...) // the words for texts ask to be more specific
		}
		form.Refuse(p)
	}
	if form.Problem(casework.FieldNewPassword) == nil && form.Value(fieldNewPasswordAgain) != replacement {
		form.Refuse(notTheSame)
	}
	return old, replacement
}

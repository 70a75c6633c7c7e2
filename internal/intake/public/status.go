package public

import (
	"errors"
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// statusView is the look-up, or the case's progress once it is opened.
type statusView struct {
	// Form holds code and secret, and the resident's rating.
	Form     *web.Form
	Progress *progressView
	// Done names what the resident has just done; empty when nothing.
	Done string
}

// What a resident has just done, as the address of the progress page says.
const (
	doneField     = "done"
	doneRated     = "rated"
	doneReopened  = "reopened"
	doneWithdrawn = "withdrawn"
)

func (p *Public) status(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	typed := passIn(query)
	if typed == (pass{}) {
		return p.area.Render(w, r, http.StatusOK, "status", statusView{Form: web.NewForm()})
	}
	o, err := p.unlock(w, r, typed)
	if err != nil {
		return p.lookUpAgain(w, r, typed, err)
	}
	view := statusView{Form: web.NewForm()}
	switch done := query.Get(doneField); done {
	case doneRated, doneReopened, doneWithdrawn:
		view.Done = done
	}
	return p.renderProgress(w, r, o, view)
}

// lookUpAgain shows the look-up with what was typed and what is wrong with it.
func (p *Public) lookUpAgain(w http.ResponseWriter, r *http.Request, typed pass, err error) error {
	problem, known := refusedPass(err)
	if !known {
		return fmt.Errorf("opening a case: %w", err)
	}
	form := typed.form()
	form.Refuse(problem)
	return p.area.RenderForm(w, r, "status", form, statusView{Form: form})
}

func (p *Public) renderProgress(w http.ResponseWriter, r *http.Request, o opened, view statusView) (err error) {
	if view.Progress, err = p.progress(r, o); err != nil {
		return err
	}
	return p.area.RenderForm(w, r, "status", view.Form, view)
}

// fieldWords are what a resident says with a rating. The form has another field called text nowhere near.
const fieldWords = "words"

// rate takes the resident's word on how the case was handled; the first "not satisfied" takes it up again.
func (p *Public) rate(w http.ResponseWriter, r *http.Request) error {
	return p.move(w, r, "status", doneRated, func(form *web.Form, c casework.Case) casework.Move {
		value := casework.Satisfaction(form.Value(casework.FieldRating))
		return p.documents().Rules.Rating(c, value, form.Value(fieldWords))
	})
}

// withdrawView asks once more before a case is withdrawn.
type withdrawView struct {
	opened
	Form *web.Form
	Back string
	Most int
}

func (p *Public) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	typed := passIn(r.URL.Query())
	o, err := p.unlock(w, r, typed)
	if err != nil {
		return p.lookUpAgain(w, r, typed, err)
	}
	return p.renderWithdraw(w, r, o, web.NewForm())
}

func (p *Public) renderWithdraw(w http.ResponseWriter, r *http.Request, o opened, form *web.Form) error {
	return p.area.RenderForm(w, r, "withdraw", form, withdrawView{opened: o, Form: form, Back: o.address("/status"), Most: casework.MostReason})
}

func (p *Public) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.move(w, r, "withdraw", doneWithdrawn, func(form *web.Form, _ casework.Case) casework.Move {
		return casework.Withdraw{Reason: form.Value(casework.FieldReason)}
	})
}

// move lets the resident move the case whose code and secret the form holds, and shows its progress then. The page is the one
// that comes back with what is wrong.
func (p *Public) move(w http.ResponseWriter, r *http.Request, page, done string, what func(*web.Form, casework.Case) casework.Move) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	o, err := p.unlock(w, r, passOf(form))
	if err != nil {
		return p.lookUpAgain(w, r, passOf(form), err)
	}
	now := p.now()
	moved, err := p.cases.Change(r.Context(), o.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
		return p.documents().Rules.Apply(c, what(form, c), casework.Actor{Role: casework.Resident}, now)
	})
	if err != nil {
		return p.moveRefused(w, r, page, o, form, err)
	}
	if moved.Reopened > o.Reopened {
		done = doneReopened
	}
	http.Redirect(w, r, o.address("/status", doneField, done), http.StatusSeeOther)
	return nil
}

func (p *Public) moveRefused(w http.ResponseWriter, r *http.Request, page string, o opened, form *web.Form, err error) error {
	form.Refuse(refusal.Fields(err)...)
	if problem, known := refusal.Of(err); known && errors.Is(err, casework.ErrNotAllowed) {
		form.Refuse(problem)
	}
	if form.OK() {
		return fmt.Errorf("moving a case for its resident: %w", err)
	}
	for i := range form.Problems {
		if form.Problems[i].Field == casework.FieldText {
			form.Problems[i].Field = fieldWords
		}
	}
	if page == "withdraw" {
		return p.renderWithdraw(w, r, o, form)
	}
	return p.renderProgress(w, r, o, statusView{Form: form})
}

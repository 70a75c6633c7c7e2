package desk

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// moves are the forms of the case page: the action whose name stands in the address, and what its fields mean.
var moves = []moveForm{
	{casework.ActionClassify, func(f *web.Form) casework.Move {
		return casework.Classify{Route: casework.Route(f.Value(casework.FieldRoute)), Reason: f.Value(casework.FieldReason)}
	}},
	{casework.ActionAnswer, func(f *web.Form) casework.Move {
		return casework.GiveAnswer{Result: casework.Result(f.Value(casework.FieldResult)), Text: f.Value(casework.FieldText)}
	}},
	{casework.ActionFeedback, func(f *web.Form) casework.Move {
		return casework.RecordFeedback{Channel: casework.Channel(f.Value(casework.FieldChannel)), Text: f.Value(casework.FieldText)}
	}},
	{casework.ActionClose, func(*web.Form) casework.Move { return casework.Close{} }},
}

type moveForm struct {
	action casework.Action
	read   func(*web.Form) casework.Move
}

// move handles the form of one move. What the rules refuse comes back as the case page, with what was typed.
func (d *Desk) move(m moveForm) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		code, err := casework.ParseCode(r.PathValue("code"))
		if err != nil {
			return refusal.UnknownCode
		}
		form, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		err = d.apply(r, code, form.Value(fieldSeq), m.read(form))
		if err == nil {
			http.Redirect(w, r, "/desk/cases/"+code.String(), http.StatusSeeOther)
			return nil
		}
		form.Refuse(refusal.Fields(err)...)
		switch {
		case errors.Is(err, casework.ErrNotAllowed):
			form.Refuse(refusal.MoveNotAllowed)
		case errors.Is(err, errMovedMeanwhile):
			form.Refuse(caseMoved)
		}
		if form.OK() {
			return fmt.Errorf("moving a case: %w", err)
		}
		return d.renderCase(w, r, code, m.action, form)
	}
}

// fieldSeq is the hidden field with the number of the last event that the page showed.
const fieldSeq = "seq"

var errMovedMeanwhile = errors.New("the case was moved since the page was opened")

// apply moves the case. seen is what stood in fieldSeq: a move the rules still allow is refused when the case is no longer
// the one on the page, or a feedback would be recorded for an answer that a colleague has just replaced. Empty, it is not compared.
func (d *Desk) apply(r *http.Request, code casework.Code, seen string, move casework.Move) error {
	rules, by, now := d.documents().Rules, sessionOf(r).Account.Actor(), d.now()
	_, err := d.repository.Change(r.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
		moved, event, err := rules.Apply(c, move, by, now)
		if err == nil && seen != "" && seen != strconv.Itoa(c.Seq) {
			err = errMovedMeanwhile
		}
		return moved, event, err
	})
	return err
}

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"

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
		err = d.apply(r.Context(), code, m.read(form), sessionOf(r).Account.Actor())
		if err == nil {
			http.Redirect(w, r, "/desk/cases/"+code.String(), http.StatusSeeOther)
			return nil
		}
		form.Refuse(refusal.Fields(err)...)
		if errors.Is(err, casework.ErrNotAllowed) {
			form.Refuse(refusal.MoveNotAllowed)
		}
		if form.OK() {
			return fmt.Errorf("moving a case: %w", err)
		}
		return d.renderCase(w, r, code, m.action, form)
	}
}

func (d *Desk) apply(ctx context.Context, code casework.Code, move casework.Move, by casework.Actor) error {
	rules, now := d.documents().Rules, d.now()
	_, err := d.repository.Change(ctx, code, func(c casework.Case) (casework.Case, casework.Event, error) {
		return rules.Apply(c, move, by, now)
	})
	return err
}

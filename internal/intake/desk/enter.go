package desk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

const (
	// fieldVisit asks to count a visit too.
	fieldVisit = "visit"
	// fieldSeenSimilar says that the similar cases were shown and the suggestion is another one all the same.
	fieldSeenSimilar = "seen_similar"
	// fieldEntered marks the page of a case that was just entered.
	fieldEntered = "entered"

	// mostDraws of a receipt code: that two in a row are taken is less likely than that something is broken.
	mostDraws = 3
)

// enterView is the form with which staff write down what a resident told.
type enterView struct {
	Form    *web.Form
	Sources []web.Option
	Topics  []web.Option
	// Villages are empty where the station has none.
	Villages []web.Option
	// Similar are cases that may be the same matter; the form was not stored because of them.
	Similar []similarView
	// Most characters of the fields.
	MostText, MostName, MostPhone int
}

func (d *Desk) showEnter(w http.ResponseWriter, r *http.Request) error {
	return d.renderEnter(w, r, web.NewForm(casework.FieldKey, rand.Text(), fieldVisit, yes), nil)
}

func (d *Desk) renderEnter(w http.ResponseWriter, r *http.Request, form *web.Form, similar []similarView) error {
	documents := d.documents()
	words := func(key string, args ...any) string { return d.area.Text(r, key, args...) }
	view := enterView{
		Form: form, Similar: similar, MostText: casework.MostText, MostName: casework.MostName, MostPhone: casework.MostPhone,
		Sources: worded(words, "source", casework.Sources()), Topics: choices(words("form.choose"), documents.Station.Topics),
	}
	if len(documents.Villages) > 0 {
		view.Villages = choices(words("enter.no_village"), documents.Villages)
	}
	return d.area.RenderForm(w, r, "enter", form, view)
}

// choices offers none first, then the names.
func choices(none string, names []string) []web.Option {
	options := []web.Option{{Label: none}}
	for _, name := range names {
		options = append(options, web.Option{Value: name, Label: name})
	}
	return options
}

// enter stores a suggestion for a resident. Where similar cases came lately, they are shown first.
func (d *Desk) enter(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	suggestion, source, err := d.checkEntered(form)
	if err != nil {
		return d.refuseEntered(w, r, form, err)
	}
	if form.Value(fieldSeenSimilar) != yes {
		similar, err := d.similarTo(r.Context(), casework.Case{Topic: suggestion.Topic, Village: suggestion.Village, Text: suggestion.Text, ReceivedAt: d.now()})
		if err != nil {
			return err
		}
		if len(similar) > 0 {
			return d.renderEnter(w, r, form, similar)
		}
	}
	receipt, err := d.storeEntered(r, suggestion, source, form.Value(casework.FieldKey))
	if err != nil {
		return d.refuseEntered(w, r, form, err)
	}
	if source == casework.FromVisit && form.Value(fieldVisit) == yes {
		if err := d.countVisit(r, form.Value(casework.FieldKey)); err != nil {
			return err
		}
	}
	http.Redirect(w, r, addressOf(receipt.Case.Code)+"?"+fieldEntered+"="+yes, http.StatusSeeOther)
	return nil
}

// checkEntered returns all that is wrong with the form at once, as FieldErrors.
func (d *Desk) checkEntered(form *web.Form) (casework.Suggestion, casework.Source, error) {
	documents := d.documents()
	source := casework.Source(form.Value(casefilter.FieldSource))
	var problems casework.FieldErrors
	switch {
	case source == "":
		problems = append(problems, casework.FieldError{Field: casefilter.FieldSource, Code: casework.CodeRequired})
	case !source.Valid():
		problems = append(problems, casework.FieldError{Field: casefilter.FieldSource, Code: casework.CodeUnknownChoice})
	}
	suggestion, err := casework.Suggestion{
		Topic: form.Value(casework.FieldTopic), Village: form.Value(casework.FieldVillage), Text: form.Value(casework.FieldText),
		Name: form.Value(casework.FieldName), Phone: form.Value(casework.FieldPhone),
	}.Check(documents.Station.Topics, documents.Villages)
	problems = append(problems, casework.AsFieldErrors(err)...)
	problems = append(problems, casework.AsFieldErrors(casework.CheckKey(form.Value(casework.FieldKey)))...)
	if len(problems) > 0 {
		return casework.Suggestion{}, "", problems
	}
	return suggestion, source, nil
}

func (d *Desk) storeEntered(r *http.Request, s casework.Suggestion, source casework.Source, key string) (receipt casework.Receipt, err error) {
	for range mostDraws {
		how := casework.Entering{Code: casework.NewCode(), Secret: casework.NewSecret(), Key: key, Source: source, By: accountOf(r).Actor()}
		receipt, err = d.repository.Submit(r.Context(), d.documents().Rules.Enter(s, how, d.now()))
		if !errors.Is(err, casework.ErrCodeTaken) {
			break
		}
	}
	if err != nil {
		return casework.Receipt{}, fmt.Errorf("storing a suggestion for a resident: %w", err)
	}
	return receipt, nil
}

// countVisit counts who came with the suggestion. Sent twice, the same key counts once.
func (d *Desk) countVisit(r *http.Request, key string) error {
	visit, err := d.documents().Rules.Visit(1, "", d.now())
	if err != nil {
		return fmt.Errorf("counting a visit: %w", err)
	}
	_, err = d.repository.RecordVisit(r.Context(), visit, accountOf(r).Actor(), key)
	// The suggestion came in before, and the visit was counted with it on another day: it is the same visit.
	if err != nil && !errors.Is(err, casework.ErrIdempotencyConflict) {
		return fmt.Errorf("counting a visit: %w", err)
	}
	return nil
}

// refuseEntered shows the form again with what was typed and what is wrong with it. A key that is bad or used up is replaced, so
// that pressing the button once more sends what is on the page as a suggestion of its own.
func (d *Desk) refuseEntered(w http.ResponseWriter, r *http.Request, form *web.Form, err error) error {
	form.Refuse(refusal.Fields(err)...)
	switch {
	case errors.Is(err, casework.ErrIdempotencyConflict):
		form.Refuse(refusal.KeyReused)
		form.Set(casework.FieldKey, rand.Text())
	case form.OK():
		return err
	case form.Problem(casework.FieldKey) != nil:
		form.Set(casework.FieldKey, rand.Text())
	}
	return d.renderEnter(w, r, form, nil)
}

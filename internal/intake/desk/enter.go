package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/submission"
	"township.dev/liaison/internal/intake/web"
)

const (
	// fieldVisit asks to count a visit too.
	fieldVisit = "visit"
	// fieldSeenSimilar says that the similar cases were shown and the suggestion is another one all the same.
	fieldSeenSimilar = "seen_similar"
	// fieldEntered marks the page of a case that was just entered.
	fieldEntered = "entered"
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
	// PhotosLost is true where photos came with the form: a page cannot give files back.
	PhotosLost bool
	// Most characters of the fields, most photos and most megabytes of each.
	MostText, MostName, MostPhone, MostPhotos, MostMegabytes int
}

func (d *Desk) showEnter(w http.ResponseWriter, r *http.Request) error {
	return d.renderEnter(w, r, entered{form: web.NewForm(casework.FieldKey, rand.Text(), fieldVisit, yes)}, nil)
}

func (d *Desk) renderEnter(w http.ResponseWriter, r *http.Request, e entered, similar []similarView) error {
	documents := d.documents()
	words := func(key string, args ...any) string { return d.area.Text(r, key, args...) }
	view := enterView{
		Form: e.form, Similar: similar, PhotosLost: e.files > 0, MostText: casework.MostText, MostName: casework.MostName, MostPhone: casework.MostPhone,
		MostPhotos: photo.MostPerCase, MostMegabytes: photo.MostBytes >> 20,
		Sources: worded(words, "source.", casework.Sources()), Topics: choices(words("form.choose"), documents.Station.Topics),
	}
	if len(documents.Villages) > 0 {
		view.Villages = choices(words("enter.no_village"), documents.Villages)
	}
	return d.area.RenderForm(w, r, "enter", e.form, view)
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
	e, err := d.readEntered(r)
	if err != nil {
		return err
	}
	if err := d.checkEntered(&e); err != nil || !e.form.OK() {
		return d.refuseEntered(w, r, e, err)
	}
	similar, err := d.similarUnseen(r.Context(), e)
	if err != nil {
		return err
	}
	if len(similar) > 0 {
		return d.renderEnter(w, r, e, similar)
	}
	receipt, err := d.storeEntered(r, e)
	if err != nil {
		return d.refuseEntered(w, r, e, err)
	}
	if e.source == casework.FromVisit && e.form.Value(fieldVisit) == yes {
		if err := d.countVisit(r, e.form.Value(casework.FieldKey)); err != nil {
			return err
		}
	}
	http.Redirect(w, r, addressOf(receipt.Case.Code)+"?"+fieldEntered+"="+yes, http.StatusSeeOther)
	return nil
}

// similarUnseen are the cases that may be the same matter, none once they were shown.
func (d *Desk) similarUnseen(ctx context.Context, e entered) ([]similarView, error) {
	if e.form.Value(fieldSeenSimilar) == yes {
		return nil, nil
	}
	return d.similarTo(ctx, casework.Case{Topic: e.suggestion.Topic, Village: e.suggestion.Village, Text: e.suggestion.Text, ReceivedAt: d.now()})
}

// checkEntered makes a suggestion of the form, or returns all that is wrong with it at once, as FieldErrors.
func (d *Desk) checkEntered(e *entered) error {
	documents := d.documents()
	e.source = casework.Source(e.form.Value(casefilter.FieldSource))
	var problems casework.FieldErrors
	switch {
	case e.source == "":
		problems = append(problems, casework.FieldError{Field: casefilter.FieldSource, Code: casework.CodeRequired})
	case !e.source.Valid():
		problems = append(problems, casework.FieldError{Field: casefilter.FieldSource, Code: casework.CodeUnknownChoice})
	}
	var err error
	e.suggestion, err = casework.Suggestion{
		Topic: e.form.Value(casework.FieldTopic), Village: e.form.Value(casework.FieldVillage), Text: e.form.Value(casework.FieldText),
		Name: e.form.Value(casework.FieldName), Phone: e.form.Value(casework.FieldPhone),
	}.Check(documents.Station.Topics, documents.Villages)
	problems = append(problems, casework.AsFieldErrors(err)...)
	problems = append(problems, casework.AsFieldErrors(casework.CheckKey(e.form.Value(casework.FieldKey)))...)
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func (d *Desk) storeEntered(r *http.Request, e entered) (casework.Receipt, error) {
	how := casework.Entering{Key: e.form.Value(casework.FieldKey), Source: e.source, By: accountOf(r).Actor(), Photos: e.photos}
	return submission.Store(r.Context(), d.repository, d.documents().Rules, e.suggestion, how, d.now())
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

// refuseEntered shows the form again with what was typed and what is wrong with it; err is nil where only photos are. A key that is
// bad or used up is replaced, so that pressing the button once more sends what is on the page as a suggestion of its own.
func (d *Desk) refuseEntered(w http.ResponseWriter, r *http.Request, e entered, err error) error {
	e.form.Refuse(refusal.Fields(err)...)
	switch {
	case errors.Is(err, casework.ErrIdempotencyConflict):
		e.form.Refuse(refusal.KeyReused)
		e.form.Set(casework.FieldKey, rand.Text())
	case e.form.OK():
		return err
	case e.form.Problem(casework.FieldKey) != nil:
		e.form.Set(casework.FieldKey, rand.Text())
	}
	return d.renderEnter(w, r, e, nil)
}

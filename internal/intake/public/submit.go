package public

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// mostDraws of a receipt code: that two in a row are taken is less likely than that something is broken.
const mostDraws = 3

// submit checks a suggestion and stores it durably. replayed is true when the key had already brought it in.
func (p *Public) submit(ctx context.Context, s casework.Suggestion, key string) (c casework.Case, replayed bool, err error) {
	d := p.documents()
	clean, err := s.Check(d.Station.Topics, d.Villages)
	if err != nil {
		return casework.Case{}, false, err
	}
	if key != "" {
		if err := casework.CheckKey(key); err != nil {
			return casework.Case{}, false, err
		}
	}
	for range mostDraws {
		c, replayed, err = p.cases.Submit(ctx, d.Rules.Receive(clean, casework.NewCode(), key, p.now()))
		if !errors.Is(err, casework.ErrCodeTaken) {
			break
		}
	}
	if err != nil {
		return casework.Case{}, false, fmt.Errorf("storing a suggestion: %w", err)
	}
	return c, replayed, nil
}

// problemsOf lists what is wrong with a suggestion, with the topics one can choose from where that helps.
func (p *Public) problemsOf(err error) []web.Problem {
	problems := refusal.Fields(err)
	for i := range problems {
		if problems[i].Code == casework.CodeUnknownTopic {
			problems[i] = problems[i].With("topics", strings.Join(p.documents().Station.Topics, "、"))
		}
	}
	return problems
}

// suggestView is the form of a suggestion.
type suggestView struct {
	Form     *web.Form
	Topics   []web.Option
	Villages []web.Option
	// Most characters of the fields.
	MostText, MostName, MostPhone int
}

func (p *Public) showSuggest(w http.ResponseWriter, r *http.Request) error {
	return p.renderSuggest(w, r, web.NewForm(casework.FieldKey, rand.Text()))
}

func (p *Public) renderSuggest(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	d := p.documents()
	view := suggestView{
		Form: form, MostText: casework.MostText, MostName: casework.MostName, MostPhone: casework.MostPhone,
		Topics: options(p.area.Text(r, "form.choose"), d.Station.Topics),
	}
	if len(d.Villages) > 0 {
		view.Villages = options(p.area.Text(r, "suggest.no_village"), d.Villages)
	}
	return p.area.RenderForm(w, r, "suggest", form, view)
}

// options offers the names, and none of them first.
func options(none string, names []string) []web.Option {
	all := make([]web.Option, 0, len(names)+1)
	all = append(all, web.Option{Label: none})
	for _, name := range names {
		all = append(all, web.Option{Value: name, Label: name})
	}
	return all
}

func (p *Public) submitForm(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, _, err := p.submit(r.Context(), casework.Suggestion{
		Topic: form.Value(casework.FieldTopic), Village: form.Value(casework.FieldVillage), Text: form.Value(casework.FieldText),
		Name: form.Value(casework.FieldName), Phone: form.Value(casework.FieldPhone),
	}, form.Value(casework.FieldKey))
	if err != nil {
		return p.refuseForm(w, r, form, err)
	}
	http.Redirect(w, r, "/receipt/"+c.Code.String(), http.StatusSeeOther)
	return nil
}

// refuseForm shows the form again with what was typed and what is wrong with it. A key that is bad or used up is replaced,
// so that pressing the button once more sends what is on the page as a suggestion of its own.
func (p *Public) refuseForm(w http.ResponseWriter, r *http.Request, form *web.Form, err error) error {
	form.Refuse(p.problemsOf(err)...)
	switch {
	case errors.Is(err, casework.ErrIdempotencyConflict):
		form.Refuse(refusal.KeyReused)
		form.Set(casework.FieldKey, rand.Text())
	case form.OK():
		return err
	case form.Problem(casework.FieldKey) != nil:
		form.Set(casework.FieldKey, rand.Text())
	}
	return p.renderSuggest(w, r, form)
}

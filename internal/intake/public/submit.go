package public

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/submission"
	"township.dev/liaison/internal/intake/web"
)

// letter is a suggestion that is fit to be stored.
type letter struct {
	casework.Suggestion
	key    string
	photos []casework.Photo
}

// check what a resident or a program sent. The error is FieldErrors.
func (p *Public) check(s casework.Suggestion, key string) (letter, error) {
	clean, err := submission.Check(p.documents(), s, key)
	return letter{Suggestion: clean, key: key}, err
}

// submit stores a suggestion durably.
func (p *Public) submit(ctx context.Context, l letter) (casework.Receipt, error) {
	how := casework.Entering{Key: l.key, Source: casework.FromSite, By: casework.Actor{Role: casework.Resident}, Photos: l.photos}
	return submission.Store(ctx, p.cases, p.documents().Rules, l.Suggestion, how, p.now())
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
	// Most characters of the fields, most photos and most megabytes of each.
	MostText, MostName, MostPhone, MostPhotos, MostMegabytes int
	// Decoy is the name of the field that stays empty.
	Decoy string
	// Difficulty of the work the browser has to do while a flood runs; 0 when none is asked.
	Difficulty int
	// PhotosLost is true where photos came with a form that now comes back: a page cannot give files back.
	PhotosLost bool
	// Years the texts are kept once the case has ended.
	Years int
}

func (p *Public) showSuggest(w http.ResponseWriter, r *http.Request) error {
	web.KeepForBack(w)
	return p.renderSuggest(w, r, web.NewForm(casework.FieldKey, rand.Text()), false)
}

func (p *Public) renderSuggest(w http.ResponseWriter, r *http.Request, form *web.Form, photosLost bool) error {
	d := p.documents()
	p.renewed(form)
	view := suggestView{
		Form: form, MostText: casework.MostText, MostName: casework.MostName, MostPhone: casework.MostPhone,
		MostPhotos: photo.MostPerCase, MostMegabytes: photo.MostBytes >> 20, Decoy: guard.DecoyField, PhotosLost: photosLost,
		Topics: options(p.area.Text(r, "form.choose"), d.Station.Topics), Years: retention(d.Rules),
	}
	if p.door.Gate().Demanding(p.now()) {
		view.Difficulty = guard.Ticket(form.Value(guard.TicketField)).Difficulty()
	}
	if len(d.Villages) > 0 {
		view.Villages = options(p.area.Text(r, "suggest.no_village"), d.Villages)
	}
	return p.area.RenderForm(w, r, "suggest", form, view)
}

func retention(r casework.Rules) int {
	if r.RetentionYears > 0 {
		return r.RetentionYears
	}
	return casework.RetentionYears
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
	a := &arrival{Public: p, w: w, r: r}
	defer a.leave()
	form, err := web.ReadUpload(r, web.Upload{Field: fieldPhotos, Patience: uploadPatience, Take: a.take})
	if err != nil {
		return err
	}
	a.ask(form)
	sent, err := p.check(casework.Suggestion{
		Topic: form.Value(casework.FieldTopic), Village: form.Value(casework.FieldVillage), Text: form.Value(casework.FieldText),
		Name: form.Value(casework.FieldName), Phone: form.Value(casework.FieldPhone),
	}, form.Value(casework.FieldKey))
	form.Refuse(p.problemsOf(err)...)
	if !form.OK() {
		return a.giveBack(form)
	}
	sent.photos = a.photos
	receipt, err := p.submit(r.Context(), sent)
	switch {
	case errors.Is(err, casework.ErrIdempotencyConflict):
		form.Refuse(refusal.KeyReused)
		return a.giveBack(form)
	case err != nil:
		return err
	}
	http.Redirect(w, r, opened{receipt.Case, receipt.Secret}.receiptAddress(), http.StatusSeeOther)
	return nil
}

// receiptAddress is where the receipt stands.
func (o opened) receiptAddress() string {
	return "/receipt/" + o.Code.String() + "?" + casework.FieldSecret + "=" + o.Secret.String()
}

// fieldsInOrder of the form; a problem of none of them comes first.
var fieldsInOrder = []string{
	casework.FieldTopic, casework.FieldVillage, casework.FieldText, fieldPhotos, casework.FieldName, casework.FieldPhone, casework.FieldKey,
}

// giveBack shows the form again with what was typed and what is wrong with it. A key that is bad or used up is replaced, and the
// ticket with it, so that pressing the button once more sends what is on the page as a suggestion of its own.
func (a *arrival) giveBack(form *web.Form) error {
	for _, problem := range form.Problems {
		if problem.Code == refusal.KeyReused.Code || problem.Field == casework.FieldKey {
			form.Set(casework.FieldKey, rand.Text())
			form.Set(guard.TicketField, "")
		}
	}
	slices.SortStableFunc(form.Problems, func(x, y web.Problem) int {
		return cmp.Compare(slices.Index(fieldsInOrder, x.Field), slices.Index(fieldsInOrder, y.Field))
	})
	return a.renderSuggest(a.w, a.r, form, a.seen > 0)
}

package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/privacy"
)

// caseView is everything about one case on one screen.
type caseView struct {
	// Typed is what was written into a form whose move the case allows no more.
	Typed []string
	casework.Case
	// Words of the resident, as the person at the desk may read them.
	Words    string
	Received time.Time
	DueIn    dueView
	Why      []reasonView
	// Handles is true for who works on cases and may see who raised them.
	Handles bool
	Contact casework.Contact
	// Receipt is where it can be printed again; empty where it cannot.
	Receipt   string
	Similar   []similarView
	Reporters []reporterView
	History   []entryView
	// Form is the one just refused, empty on a fresh page; Posted is the move it belongs to, and Chosen what was ticked in it.
	Form   *web.Form
	Posted casework.Action
	Chosen []string
	// Next is the one obvious step, empty when there is none; Others are also allowed.
	Next   casework.Action
	Others []casework.Action
	// Into is the case that this one is to be merged into, as a link proposes it; the zero value where none does.
	Into casework.Summary
	// Back is the filter of the queue one came from, and Queue its address.
	Back, Queue string
	// Entered is true right after somebody entered the case for a resident.
	Entered bool

	// words are those of the page, residents those of the language in which units are named.
	words     func(key string, args ...any) string
	residents *web.Catalogue
	documents *mounted.Documents
}

// PhotoNumbers are those of its photos, from 1.
func (v caseView) PhotoNumbers() []int {
	numbers := make([]int, v.Photos)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

// CanMerge reports whether it can go on as another one.
func (v caseView) CanMerge() bool {
	return v.Next == casework.ActionMerge || slices.Contains(v.Others, casework.ActionMerge)
}

// PlannedFor is the day by which a planned case is to be done; nil where none was named.
func (v caseView) PlannedFor() *time.Time {
	if v.Answer.PlannedFor.IsZero() {
		return nil
	}
	day := v.Answer.PlannedFor.In(v.documents.Location)
	return &day
}

// posted is a form of the case page that was refused; the zero value is a fresh page.
type posted struct {
	action casework.Action
	form   *web.Form
	chosen []string
}

// addressOf the case's page.
func addressOf(code casework.Code) string { return "/desk/cases/" + code.String() }

// addressFrom is the address for who came from a queue with the filter.
func addressFrom(code casework.Code, back string) string {
	if back == "" {
		return addressOf(code)
	}
	return addressOf(code) + "?" + url.Values{fieldBack: {back}}.Encode()
}

// open reads a case that the person may see: casework.ErrNoCase for any other.
func (d *Desk) open(r *http.Request, code casework.Code) (casework.Case, error) {
	c, err := d.repository.Case(r.Context(), code)
	if err != nil {
		return casework.Case{}, fmt.Errorf("reading the case: %w", err)
	}
	if !casefilter.Sees(d.scope(r), c.Village) {
		return casework.Case{}, casework.ErrNoCase
	}
	return c, nil
}

// codeIn the address.
func codeIn(r *http.Request) (casework.Code, error) {
	code, err := casework.ParseCode(r.PathValue("code"))
	if err != nil {
		return "", refusal.UnknownCode
	}
	return code, nil
}

func (d *Desk) showCase(w http.ResponseWriter, r *http.Request) error {
	code, err := codeIn(r)
	if err != nil {
		return err
	}
	return d.renderCase(w, r, code, posted{form: web.NewForm()})
}

// renderCase shows the case as it is now, with the form of the move that was just refused, if one was.
func (d *Desk) renderCase(w http.ResponseWriter, r *http.Request, code casework.Code, p posted) error {
	c, err := d.open(r, code)
	if err != nil {
		return err
	}
	view := d.viewCase(r, c, p)
	if err := d.addHistory(r.Context(), &view); err != nil {
		return err
	}
	add := d.cover
	if view.Handles {
		add = d.addForHandlers
	}
	if err := add(r, &view); err != nil {
		return err
	}
	return d.area.RenderForm(w, r, "case", p.form, view)
}

// viewCase is what the case itself tells.
func (d *Desk) viewCase(r *http.Request, c casework.Case, p posted) caseView {
	documents, account, now := d.documents(), accountOf(r), d.now()
	view := caseView{
		Case: c, Words: c.Text, Received: c.ReceivedAt.In(documents.Location), Handles: casefilter.Handles(account),
		Form: p.form, Posted: p.action, Chosen: p.chosen, Entered: r.URL.Query().Get(fieldEntered) != "",
		Back:  cmp.Or(p.form.Value(fieldBack), r.URL.Query().Get(fieldBack)),
		words: func(key string, args ...any) string { return d.area.Text(r, key, args...) }, residents: d.words, documents: documents,
	}
	view.Queue = d.back(view.Back)
	if c.Pending() {
		view.DueIn = viewDue(c.Clock.Due, documents.Today(now), documents.Location)
		view.Why = explain(c, documents)
	}
	offers := documents.Rules.Offers(c, account.Role, now)
	view.Next, view.Others = arrange(documents.Rules.Next(c, account.Role, now), offers, p.action)
	if p.action != "" && !slices.Contains(offers, p.action) {
		view.Typed = p.typed()
	}
	return view
}

// typed is what somebody wrote into a form that the case offers no more, so that it can be used elsewhere.
func (p posted) typed() []string {
	var texts []string
	for _, field := range []string{casework.FieldReason, casework.FieldText, casework.FieldAnswer, casework.FieldFormalNo} {
		if written := p.form.Value(field); written != "" {
			texts = append(texts, written)
		}
	}
	return texts
}

// addHistory adds what happened, and who joined the case.
func (d *Desk) addHistory(ctx context.Context, view *caseView) error {
	history, err := d.repository.History(ctx, view.Code)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	view.History = viewHistory(history, view.documents, view.words)
	if view.Joined == 0 {
		return nil
	}
	reporters, err := d.repository.Reporters(ctx, view.Code)
	if err != nil {
		return fmt.Errorf("reading who joined the case: %w", err)
	}
	view.Reporters = viewReporters(view.Case, reporters)
	return nil
}

// addForHandlers adds what only who works on cases sees.
func (d *Desk) addForHandlers(r *http.Request, view *caseView) (err error) {
	if view.Contact, err = d.repository.Contact(r.Context(), view.Code); err != nil {
		return fmt.Errorf("reading who raised the case: %w", err)
	}
	secret, err := d.repository.Secret(r.Context(), view.Code)
	if err != nil {
		return fmt.Errorf("reading the query secret: %w", err)
	}
	if secret != "" {
		view.Receipt = "/receipt/" + view.Code.String() + "?secret=" + secret.String()
	}
	if !view.Pending() {
		return nil
	}
	if view.Similar, err = d.similarTo(r.Context(), view.Case); err != nil {
		return err
	}
	view.Into, err = d.proposed(r)
	return err
}

// cover hides names and phones in what was written: a deputy sees what a case is about and not who raised it.
func (d *Desk) cover(r *http.Request, view *caseView) error {
	who, err := d.repository.Contact(r.Context(), view.Code)
	if err != nil {
		return fmt.Errorf("reading whom to cover: %w", err)
	}
	view.Words = privacy.MaskKnown(view.Words, who.Name, who.Phone)
	for i := range view.History {
		view.History[i].Words = privacy.MaskKnown(view.History[i].Words, who.Name, who.Phone)
	}
	return nil
}

// arrange puts the obvious step first; a form that was refused comes before it, or its errors would be hidden.
func arrange(obvious casework.Action, offers []casework.Action, refused casework.Action) (next casework.Action, others []casework.Action) {
	offers = slices.DeleteFunc(slices.Clone(offers), func(a casework.Action) bool { return !hasForm(a) })
	if slices.Contains(offers, refused) {
		obvious = refused
	}
	others = slices.DeleteFunc(offers, func(a casework.Action) bool { return a == obvious })
	slices.SortStableFunc(others, func(a, b casework.Action) int { return cmp.Compare(usefulness(a), usefulness(b)) })
	return obvious, others
}

// usefulness orders the other steps as people look for them; what is not here comes between.
func usefulness(a casework.Action) int {
	switch a {
	case casework.ActionUrge, casework.ActionComment:
		return -1
	case casework.ActionMerge, casework.ActionWithdraw, casework.ActionUnrelease:
		return 1
	default:
		return 0
	}
}

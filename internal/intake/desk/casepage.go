package desk

import (
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// caseView is everything about one case on one screen.
type caseView struct {
	casework.Case
	Received time.Time
	DueIn    dueView
	Contact  casework.Contact
	History  []entryView
	// Form is the one just refused, empty on a fresh page; Posted is the move it belongs to.
	Form   *web.Form
	Posted casework.Action
	// Next is the one obvious step, empty when nothing is left to do; Others are also allowed.
	Next   casework.Action
	Others []casework.Action

	words func(key string) string
}

// entryView is one line of the history.
type entryView struct {
	casework.Entry
	At    time.Time
	Facts []string
}

// offered is one move with its form.
type offered struct {
	Code casework.Code
	Move casework.Action
	// Seq of the last event on the page.
	Seq int
	// Prefix keeps the ids of several forms on the page apart.
	Prefix  string
	Form    *web.Form
	Most    map[string]int
	Routes  []web.Option
	Results []web.Option
	Ways    []web.Option
}

// mostCharacters of the texts, by move.
var mostCharacters = map[string]int{"reason": casework.MostReason, "answer": casework.MostAnswer, "feedback": casework.MostFeedback}

// Offer prepares the form of a move.
func (v caseView) Offer(move casework.Action) offered {
	o := offered{Code: v.Code, Move: move, Seq: v.Seq, Form: web.NewForm(), Most: mostCharacters}
	if move != v.Next {
		o.Prefix = string(move) + "-"
	}
	if move == v.Posted {
		o.Form = v.Form
	}
	switch move {
	case casework.ActionClassify:
		for _, route := range casework.Routes() {
			o.Routes = append(o.Routes, web.Option{Value: string(route), Label: v.words("route." + string(route)), Hint: v.words("route_hint." + string(route))})
		}
	case casework.ActionAnswer:
		for _, result := range casework.Results() {
			o.Results = append(o.Results, web.Option{Value: string(result), Label: v.words("result." + string(result))})
		}
	case casework.ActionFeedback:
		for _, channel := range casework.Channels() {
			o.Ways = append(o.Ways, web.Option{Value: string(channel), Label: v.words("channel." + string(channel))})
		}
	case casework.ActionSubmit, casework.ActionClose: // nothing to choose
	}
	return o
}

func (d *Desk) showCase(w http.ResponseWriter, r *http.Request) error {
	code, err := casework.ParseCode(r.PathValue("code"))
	if err != nil {
		return refusal.UnknownCode
	}
	return d.renderCase(w, r, code, "", web.NewForm())
}

// renderCase shows the case as it is now, with the form of the move that was just refused, if one was.
func (d *Desk) renderCase(w http.ResponseWriter, r *http.Request, code casework.Code, posted casework.Action, form *web.Form) error {
	c, err := d.repository.Case(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading the case: %w", err)
	}
	contact, err := d.repository.Contact(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading who raised the case: %w", err)
	}
	history, err := d.repository.History(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	documents := d.documents()
	words := func(key string) string { return d.area.Text(r, key) }
	view := caseView{
		Case: c, Received: c.ReceivedAt.In(documents.Location), Contact: contact,
		History: viewHistory(history, documents, words), Form: form, Posted: posted, words: words,
	}
	if c.Pending() {
		view.DueIn = viewDue(c.Clock.Due, documents.Today(d.now()), documents.Location)
	}
	view.Next, view.Others = arrange(casework.Allowed(c.State, sessionOf(r).Account.Role), posted)
	return d.area.RenderForm(w, r, "case", form, view)
}

// arrange puts the step that leads onward first; a form that was refused comes before it, or its errors would be hidden.
func arrange(allowed []casework.Action, posted casework.Action) (next casework.Action, others []casework.Action) {
	for _, a := range allowed {
		if next == "" || a == posted {
			if next != "" {
				others = append(others, next)
			}
			next = a
			continue
		}
		others = append(others, a)
	}
	return next, others
}

func viewHistory(history []casework.Entry, d *mounted.Documents, words func(string) string) []entryView {
	views := make([]entryView, 0, len(history))
	for _, e := range history {
		view := entryView{Entry: e, At: e.At.In(d.Location)}
		if e.Facts.Route != "" && e.Action == casework.ActionClassify {
			view.Facts = append(view.Facts, words("route."+string(e.Facts.Route)))
		}
		if e.Facts.Result != "" {
			view.Facts = append(view.Facts, words("result."+string(e.Facts.Result)))
		}
		if e.Facts.Channel != "" {
			view.Facts = append(view.Facts, words("channel."+string(e.Facts.Channel)))
		}
		views = append(views, view)
	}
	return views
}

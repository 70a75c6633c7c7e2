package public

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
)

// How many handled cases a page shows, how many are read at a time to find those somebody searches for, and how often at most.
const (
	handledPerPage = 10
	handledAtOnce  = 20
	mostReads      = 25
	mostSearched   = 40
	searchField    = "q"
)

// handledView is the public list of handled cases.
type handledView struct {
	Form             *web.Form
	Topics, Villages []web.Option
	Cases            []handledCaseView
	// Older is the way to the page behind this one; empty at the end.
	Older string
	// First is true for the first page.
	First bool
}

// handledCaseView is a handled case as everybody may see it: what staff released, and nothing else of it.
type handledCaseView struct {
	Code           casework.Code
	Topic, Village string
	// Excerpt is the beginning of the released text, Text and Answer all of it.
	Excerpt      string
	Text, Answer string
	Result       casework.Result
	Rating       casework.Satisfaction
	Received     time.Time
	Ended        time.Time
	// Days it took, 0 for the same day.
	Days int
}

func (p *Public) handled(w http.ResponseWriter, r *http.Request) error {
	query, d := r.URL.Query(), p.documents()
	form := web.NewForm(casework.FieldTopic, query.Get(casework.FieldTopic), casework.FieldVillage, query.Get(casework.FieldVillage),
		searchField, shortened(query.Get(searchField)))
	found, err := p.search(r.Context(), form, casework.Cursor(query.Get("after")))
	if errors.Is(err, casework.ErrBadCursor) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("listing handled cases: %w", err)
	}
	all := p.area.Text(r, "handled.all")
	view := handledView{
		Form: form, Topics: options(all, d.Station.Topics), Villages: options(all, d.Villages), First: query.Get("after") == "",
		Cases: make([]handledCaseView, 0, len(found.Cases)),
	}
	for _, c := range found.Cases {
		view.Cases = append(view.Cases, viewSummary(d, c))
	}
	if found.Next != "" {
		view.Older = olderAddress(form, found.Next)
	}
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "handled", view)
}

func olderAddress(form *web.Form, after casework.Cursor) string {
	values := url.Values{"after": {string(after)}}
	for _, field := range []string{casework.FieldTopic, casework.FieldVillage, searchField} {
		if value := form.Value(field); value != "" {
			values.Set(field, value)
		}
	}
	return "/handled?" + values.Encode()
}

// search goes through what was released, the newest first. Words are sought there and not by the storage's own search, which
// knows what residents wrote themselves: whoever finds a case by a word learns that the word stands in it.
func (p *Public) search(ctx context.Context, form *web.Form, after casework.Cursor) (casework.Page, error) {
	listing := casework.Listing{
		Filter: casework.Filter{Released: true, Topic: form.Value(casework.FieldTopic), Village: form.Value(casework.FieldVillage)},
		Order:  casework.Newest, After: after, Limit: handledPerPage,
	}
	words := strings.Fields(strings.ToLower(form.Value(searchField)))
	if len(words) == 0 {
		return p.cases.List(ctx, listing)
	}
	listing.Limit = handledAtOnce
	var found casework.Page
	for range mostReads {
		page, err := p.cases.List(ctx, listing)
		if err != nil {
			return casework.Page{}, err
		}
		for _, c := range page.Cases {
			if holds(c.Release, words) {
				found.Cases = append(found.Cases, c)
			}
		}
		found.Next, listing.After = page.Next, page.Next
		if page.Next == "" || len(found.Cases) >= handledPerPage {
			break
		}
	}
	return found, nil
}

func holds(release casework.Release, words []string) bool {
	text := strings.ToLower(release.Text + "\n" + release.Answer)
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func shortened(typed string) string {
	if runes := []rune(typed); len(runes) > mostSearched {
		return string(runes[:mostSearched])
	}
	return typed
}

func (p *Public) handledCase(w http.ResponseWriter, r *http.Request) error {
	code, err := casework.ParseCode(r.PathValue("code"))
	if err != nil {
		return web.NotFound
	}
	c, err := p.cases.Case(r.Context(), code)
	switch {
	case errors.Is(err, casework.ErrNoCase), err == nil && !c.Released():
		return web.NotFound // that a case exists is told to nobody who does not know its secret
	case err != nil:
		return fmt.Errorf("reading a handled case: %w", err)
	}
	view := viewSummary(p.documents(), casework.Summary{
		Code: c.Code, Topic: c.Topic, Village: c.Village, Result: c.Answer.Result, Rating: c.Rating.Value, ReceivedAt: c.ReceivedAt,
		EndedOn: c.EndedOn, Release: c.Release,
	})
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "handled-case", view)
}

func viewSummary(d *mounted.Documents, c casework.Summary) handledCaseView {
	excerpt := c.Release.Text
	if runes := []rune(excerpt); len(runes) > casework.ExcerptLength {
		excerpt = string(runes[:casework.ExcerptLength]) + "…"
	}
	return handledCaseView{
		Code: c.Code, Topic: c.Topic, Village: c.Village, Excerpt: excerpt, Text: c.Release.Text, Answer: c.Release.Answer,
		Result: c.Result, Rating: c.Rating, Received: c.ReceivedAt.In(d.Location), Ended: c.EndedOn.In(d.Location),
		Days: c.EndedOn.DaysSince(d.Today(c.ReceivedAt)),
	}
}

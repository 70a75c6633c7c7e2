package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/privacy"
)

// pageSize is how many cases stand on one page of the queue: as many as a slow line brings at once.
const pageSize = 40

// fieldAfter continues a listing.
const fieldAfter = "after"

type queueView struct {
	// Title is the key of what the page lists.
	Title  string
	Counts countsView
	Filter filterView
	Rows   []rowView
	// More is the address of the next page, First that of the first one; empty where the page is the last, or the first.
	More, First string
	// Handles is true for who works on cases and not only watches them.
	Handles bool
	// Bulk assigns the chosen ones; nil where there is nothing to choose.
	Bulk *bulkForm
}

type rowView struct {
	casework.Summary
	Received time.Time
	DueIn    dueView
	// Choosable cases can be assigned together with others.
	Choosable bool
	// Address of the case, which knows the way back.
	Address string
}

// queue lists what waits, the most urgent first, or whatever else the filter asks for.
func (d *Desk) queue(w http.ResponseWriter, r *http.Request) error {
	documents, account := d.documents(), accountOf(r)
	today := documents.Today(d.now())
	filter, form := casefilter.Parse(r.URL.Query(), documents.Rules, today, d.scope(r))
	if found, err := d.byCode(r, filter); err != nil || found != "" {
		return seeCase(w, r, found, err)
	}
	after := r.URL.Query().Get(fieldAfter)
	page, err := d.repository.List(r.Context(), casework.Listing{Filter: filter, Order: orderOf(filter), After: casework.Cursor(after), Limit: pageSize})
	if errors.Is(err, casework.ErrBadCursor) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("listing the cases: %w", err)
	}
	if !casefilter.Handles(account) {
		if err := d.coverExcerpts(r.Context(), page.Cases); err != nil {
			return err
		}
	}
	counts, err := d.count(r.Context(), documents, filter.Scope, today)
	if err != nil {
		return err
	}
	back := casefilter.Query(filter, documents.Rules).Encode()
	view := queueView{
		Title: titleOf(filter), Counts: counts, Filter: d.viewFilter(r, documents, filter, form), Rows: viewRows(page.Cases, documents, account, d.now(), back),
		Handles: casefilter.Handles(account),
	}
	view.More, view.First = pagesOf(filter, documents.Rules, after, page.Next)
	if view.Handles && slices.ContainsFunc(view.Rows, func(row rowView) bool { return row.Choosable }) {
		view.Bulk = d.newBulkForm(r, documents, back)
	}
	return d.area.RenderForm(w, r, "queue", form, view)
}

// byCode is the case whose receipt code was typed into the search box, if it was one and the person sees the case: twelve digits
// can be a phone number too.
func (d *Desk) byCode(r *http.Request, filter casework.Filter) (casework.Code, error) {
	code, err := casework.ParseCode(filter.Search + filter.Phone)
	if err != nil {
		return "", nil // what is no code is searched for
	}
	if _, err := d.open(r, code); err != nil {
		if errors.Is(err, casework.ErrNoCase) {
			return "", nil
		}
		return "", err
	}
	return code, nil
}

func seeCase(w http.ResponseWriter, r *http.Request, code casework.Code, err error) error {
	if err == nil {
		http.Redirect(w, r, addressOf(code), http.StatusSeeOther)
	}
	return err
}

// orderOf a list: what waits by what is due, anything else by when it came.
func orderOf(f casework.Filter) casework.Order {
	if f.Stage == casework.StagePending || f.Timing == casework.TimingOverdue || f.Timing == casework.TimingSoon {
		return casework.ByDue
	}
	return casework.Newest
}

func titleOf(f casework.Filter) string {
	if f.Stage == casework.StagePending {
		return "desk.queue"
	}
	return "desk.all_title"
}

func pagesOf(f casework.Filter, rules casework.Rules, after string, next casework.Cursor) (more, first string) {
	if next != "" {
		query := casefilter.Query(f, rules)
		query.Set(fieldAfter, string(next))
		more = (&url.URL{Path: "/desk", RawQuery: query.Encode()}).String()
	}
	if after != "" {
		first = casefilter.Address(f, rules)
	}
	return more, first
}

func viewRows(cases []casework.Summary, d *mounted.Documents, account casework.Account, now time.Time, back string) []rowView {
	rows := make([]rowView, 0, len(cases))
	for _, s := range cases {
		row := rowView{Summary: s, Received: s.ReceivedAt.In(d.Location), Choosable: assignable(s, d.Rules, account.Role, now), Address: addressFrom(s.Code, back)}
		if s.Pending() {
			row.DueIn = viewDue(s.Due, d.Today(now), d.Location)
		}
		rows = append(rows, row)
	}
	return rows
}

// coverExcerpts hides what excerpts name. A number that was cut with the text is known by its form no more, so nothing of it is shown.
func (d *Desk) coverExcerpts(ctx context.Context, cases []casework.Summary) error {
	for i := range cases {
		who, err := d.repository.Contact(ctx, cases[i].Code)
		if err != nil {
			return fmt.Errorf("reading whom to cover: %w", err)
		}
		excerpt := cases[i].Excerpt
		if utf8.RuneCountInString(excerpt) >= casework.ExcerptLength {
			excerpt = strings.TrimRightFunc(excerpt, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
		}
		cases[i].Excerpt = privacy.MaskKnown(excerpt, who.Name, who.Phone)
	}
	return nil
}

func toQueue(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/desk", http.StatusMovedPermanently)
	return nil
}

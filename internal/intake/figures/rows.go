package figures

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/ledger"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/privacy"
	"township.dev/liaison/internal/workday"
)

// scribe writes cases into the ledger in the language of the request.
type scribe struct {
	words    func(key string) string
	location *time.Location
	today    workday.Date
	// contacts tells whether names and phones are wanted. Without them they are covered in the texts too.
	contacts bool
}

func (f *Figures) scribe(r *http.Request, d *mounted.Documents, contacts bool) scribe {
	return scribe{
		words:    func(key string) string { return f.area.Text(r, key) },
		location: d.Location, today: d.Today(f.now()), contacts: contacts,
	}
}

// sheet is what surrounds the rows.
func (s scribe) sheet(scratch string) ledger.Sheet {
	columns := ledger.Columns(s.contacts)
	headings := make([]string, 0, len(columns))
	for _, c := range columns {
		headings = append(headings, s.words("column."+string(c)))
	}
	return ledger.Sheet{
		Title: s.words("ledger.title"), Headings: headings, Contacts: s.contacts, Yes: s.words("ledger.yes"), No: s.words("ledger.no"),
		Cut: s.words("ledger.cut"), Zone: s.location, Scratch: scratch,
	}
}

// rows reads the cases one after the other.
func (f *Figures) rows(ctx context.Context, s scribe, filter casework.Filter) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for c, err := range f.repository.Each(ctx, filter) {
			var who casework.Contact
			if err == nil {
				who, err = f.repository.Contact(ctx, c.Code)
			}
			if err != nil {
				yield(ledger.Row{}, fmt.Errorf("reading a case to export: %w", err))
				return
			}
			if !yield(s.row(c, who), nil) {
				return
			}
		}
	}
}

// row is the case's line.
func (s scribe) row(c casework.Case, who casework.Contact) ledger.Row {
	return ledger.Row{
		Code: c.Code.String(), Source: s.named("source.", string(c.Source)), Village: c.Village, Topic: c.Topic, Text: s.text(c.Text, who),
		Reporter: s.private(who.Name), Phone: s.private(who.Phone),
		Route: s.named("route.", string(c.Route)), Unit: c.Assignment.Unit, CoUnits: strings.Join(c.Assignment.CoUnits, s.words("ledger.between")),
		FormalNumber: c.FormalNo,
		Result:       s.named("result.", string(c.Answer.Result)), Answer: s.text(c.Answer.Text, who),
		Channel: s.named("channel.", string(c.Feedback.Channel)), Satisfaction: s.named("rating.", string(c.Rating.Value)),
		State:    s.named("state.", string(c.State)),
		Received: c.ReceivedAt, Due: s.day(c.Clock.Due), Answered: c.Answer.At, FedBack: c.Feedback.ToldAt, Ended: s.day(c.EndedOn),
		Extended: c.Extended, Reopened: c.Reopened > 0, Overdue: c.Overdue(s.today) || c.ClosedLate(),
	}
}

// named is the word for a value, empty where there is none.
func (s scribe) named(prefix, value string) string {
	if value == "" {
		return ""
	}
	return s.words(prefix + value)
}

func (s scribe) text(text string, who casework.Contact) string {
	if s.contacts {
		return text
	}
	return privacy.MaskKnown(text, who.Name, who.Phone)
}

func (s scribe) private(value string) string {
	if s.contacts {
		return value
	}
	return ""
}

// day as the instant it begins at, zero for none.
func (s scribe) day(d workday.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.In(s.location)
}

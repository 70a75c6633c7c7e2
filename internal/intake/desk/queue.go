package desk

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

// pageSize is how many cases stand on one page of the queue.
const pageSize = 50

// soonDays is how many days before its due day a case is marked.
const soonDays = 2

type queueView struct {
	All     bool
	Pending int
	Overdue int
	Rows    []rowView
	Next    casework.Cursor
}

type rowView struct {
	casework.Summary
	Received time.Time
	DueIn    dueView
}

// dueView is how a deadline is shown.
type dueView struct {
	At time.Time
	// Class is late, soon or empty; Words is the key of the text.
	Class string
	Words string
	Days  int
}

// queue lists what waits, the most urgent first.
func (d *Desk) queue(w http.ResponseWriter, r *http.Request) error {
	documents, now := d.documents(), d.now()
	today := documents.Today(now)
	query := r.URL.Query()
	all := query.Get("all") == "1"
	page, err := d.repository.List(r.Context(), casework.Listing{
		Closed: all, After: casework.Cursor(query.Get("after")), Limit: pageSize,
	})
	if errors.Is(err, casework.ErrBadCursor) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("listing the cases: %w", err)
	}
	backlog, err := d.repository.Backlog(r.Context(), today)
	if err != nil {
		return fmt.Errorf("counting the cases: %w", err)
	}
	view := queueView{All: all, Pending: backlog.Pending(), Overdue: backlog.Overdue(), Next: page.Next}
	for _, s := range page.Cases {
		row := rowView{Summary: s, Received: s.ReceivedAt.In(documents.Location)}
		if s.Pending() {
			row.DueIn = viewDue(s.Due, today, documents.Location)
		}
		view.Rows = append(view.Rows, row)
	}
	return d.area.Render(w, r, http.StatusOK, "queue", view)
}

func toQueue(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/desk", http.StatusMovedPermanently)
	return nil
}

func viewDue(due, today workday.Date, loc *time.Location) dueView {
	if due.IsZero() {
		return dueView{}
	}
	view := dueView{At: due.In(loc), Words: "due.on", Days: daysBetween(today, due)}
	switch {
	case view.Days < 0:
		view.Class, view.Words, view.Days = "late", "due.late", -view.Days
	case view.Days == 0:
		view.Class, view.Words = "soon", "due.today"
	case view.Days <= soonDays:
		view.Class, view.Words = "soon", "due.soon"
	}
	return view
}

func daysBetween(from, to workday.Date) int {
	return int(to.In(time.UTC).Sub(from.In(time.UTC)) / (24 * time.Hour))
}

package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

type visitsView struct {
	Form     *web.Form
	Today    time.Time
	Count    casework.VisitCount
	Month    visitMonth
	MostNote int
}

// visitMonth are the visits of a month, day by day.
type visitMonth struct {
	// First is the first instant of the month.
	First time.Time
	Total casework.VisitCount
	// Days with visits, the latest first.
	Days []visitDay
	// Previous and Next are the months beside it as an address names them; Next is empty for the present month.
	Previous, Next string
}

type visitDay struct {
	Date time.Time
	casework.VisitCount
}

// fieldMonth of the address.
const fieldMonth = "month"

func newVisitForm() *web.Form {
	return web.NewForm(casework.FieldKey, rand.Text(), casework.FieldPeople, "1")
}

func (d *Desk) showVisits(w http.ResponseWriter, r *http.Request) error {
	return d.renderVisits(w, r, newVisitForm())
}

func (d *Desk) renderVisits(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	documents := d.documents()
	today := documents.Today(d.now())
	month, err := monthAsked(r, today)
	if err != nil {
		return err
	}
	count, err := d.repository.VisitsOn(r.Context(), today)
	if err != nil {
		return fmt.Errorf("counting today's visits: %w", err)
	}
	visits, err := d.visitsIn(r.Context(), documents, month, today)
	if err != nil {
		return err
	}
	return d.area.RenderForm(w, r, "visits", form, visitsView{
		Form: form, Today: today.In(documents.Location), Count: count, Month: visits, MostNote: casework.MostNote,
	})
}

// monthAsked is the month in the address, which has begun; without one it is the present month.
func monthAsked(r *http.Request, today workday.Date) (workday.Month, error) {
	present := workday.MonthOf(today)
	written := r.URL.Query().Get(fieldMonth)
	if written == "" {
		return present, nil
	}
	month, err := workday.ParseMonth(written)
	if err != nil || present.Before(month) {
		return workday.Month{}, web.NotFound
	}
	return month, nil
}

func (d *Desk) visitsIn(ctx context.Context, documents *mounted.Documents, month workday.Month, today workday.Date) (visitMonth, error) {
	view := visitMonth{First: month.First().In(documents.Location), Previous: month.Add(-1).String()}
	last := month.Last()
	if today.Before(last) {
		last = today
	} else if next := month.Add(1); !workday.MonthOf(today).Before(next) {
		view.Next = next.String()
	}
	for day := last; !day.Before(month.First()); day = day.AddDays(-1) {
		count, err := d.repository.VisitsOn(ctx, day)
		if err != nil {
			return visitMonth{}, fmt.Errorf("counting the visits of a month: %w", err)
		}
		if count.Visits > 0 {
			view.Days = append(view.Days, visitDay{day.In(documents.Location), count})
		}
		view.Total.Visits += count.Visits
		view.Total.People += count.People
	}
	return view, nil
}

func (d *Desk) recordVisit(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = d.storeVisit(r, form)
	if err == nil {
		http.Redirect(w, r, "/desk/visits", http.StatusSeeOther)
		return nil
	}
	form.Refuse(refusal.Fields(err)...)
	if errors.Is(err, casework.ErrIdempotencyConflict) {
		form.Refuse(visitKeyReused)
	}
	if form.OK() {
		return err
	}
	if form.Problem(casework.FieldKey) != nil || errors.Is(err, casework.ErrIdempotencyConflict) {
		form.Set(casework.FieldKey, rand.Text())
	}
	return d.renderVisits(w, r, form)
}

func (d *Desk) storeVisit(r *http.Request, form *web.Form) error {
	// What is no number becomes 0, which the rules refuse.
	people, _ := strconv.Atoi(strings.TrimSpace(form.Value(casework.FieldPeople)))
	visit, err := d.documents().Rules.Visit(people, form.Value(casework.FieldNote), d.now())
	if err != nil {
		return err
	}
	key := form.Value(casework.FieldKey)
	if key != "" {
		if err := casework.CheckKey(key); err != nil {
			return err
		}
	}
	if _, err := d.repository.RecordVisit(r.Context(), visit, accountOf(r).Actor(), key); err != nil {
		return fmt.Errorf("storing a visit: %w", err)
	}
	return nil
}

package desk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

type visitsView struct {
	Form     *web.Form
	Today    time.Time
	Count    casework.VisitCount
	MostNote int
}

func newVisitForm() *web.Form {
	return web.NewForm(casework.FieldKey, rand.Text(), casework.FieldPeople, "1")
}

func (d *Desk) showVisits(w http.ResponseWriter, r *http.Request) error {
	return d.renderVisits(w, r, newVisitForm())
}

func (d *Desk) renderVisits(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	documents := d.documents()
	today := documents.Today(d.now())
	count, err := d.repository.VisitsOn(r.Context(), today)
	if err != nil {
		return fmt.Errorf("counting today's visits: %w", err)
	}
	return d.area.RenderForm(w, r, "visits", form, visitsView{
		Form: form, Today: today.In(documents.Location), Count: count, MostNote: casework.MostNote,
	})
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
	if _, err := d.repository.RecordVisit(r.Context(), visit, sessionOf(r).Account.Actor(), key); err != nil {
		return fmt.Errorf("storing a visit: %w", err)
	}
	return nil
}

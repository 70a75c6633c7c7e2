package desk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

const (
	// fieldChosen holds the code of each case that was ticked in the queue.
	fieldChosen = "chosen"
	// fieldBack is the filter of the queue one came from.
	fieldBack = "back"
	// mostChosen is more than stand on a page.
	mostChosen = 2 * pageSize
)

// bulkForm assigns the chosen cases of the queue to one unit.
type bulkForm struct {
	Form  *web.Form
	Units unitsView
	Most  map[string]int
	// Prefix keeps its fields apart from those of the filter.
	Prefix string
	Back   string
}

func (d *Desk) newBulkForm(r *http.Request, documents *mounted.Documents, back string) *bulkForm {
	return &bulkForm{
		Form: web.NewForm(), Units: unitsOf(documents.Station, casework.Township, d.area.Text(r, "form.choose"), d.words), Most: offered{}.Most(), Prefix: "bulk-", Back: back,
	}
}

// assignable cases wait for their first assignment. One that was assigned is assigned anew on its own page, where it shows to whom.
func assignable(s casework.Summary, rules casework.Rules, role casework.Role, now time.Time) bool {
	return rules.Next(casework.Case{State: s.State, Route: s.Route}, role, now) == casework.ActionAssign
}

// assignedView tells what became of each chosen case.
type assignedView struct {
	Unit    string
	Done    []casework.Code
	Refused []refusedView
	// Back leads to the queue one came from.
	Back string
}

// refusedView is a case that was not assigned, and why.
type refusedView struct {
	Code    casework.Code
	Problem web.Problem
}

// assignMany makes a move of its own for each chosen case, so that one that cannot be assigned holds up no other.
func (d *Desk) assignMany(w http.ResponseWriter, r *http.Request) error {
	f, err := d.readFilled(r)
	if err != nil {
		return err
	}
	chosen := f.values[fieldChosen]
	if len(chosen) == 0 || len(chosen) > mostChosen {
		return nothingChosen
	}
	view := assignedView{Unit: f.value(casework.FieldUnit), Back: d.back(f.value(fieldBack))}
	for _, typed := range chosen {
		code, err := casework.ParseCode(typed)
		if err == nil {
			err = d.assignOne(r, code, f)
		}
		if err == nil {
			view.Done = append(view.Done, code)
			continue
		}
		problem, known := problemOf(err)
		if !known {
			return fmt.Errorf("assigning one of several cases: %w", err)
		}
		view.Refused = append(view.Refused, refusedView{code, problem})
	}
	return d.area.Render(w, r, http.StatusOK, "assigned", view)
}

func (d *Desk) assignOne(r *http.Request, code casework.Code, f *filled) error {
	by, now := accountOf(r).Actor(), d.now()
	_, err := d.repository.Change(r.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
		if c.Assignment.Unit != "" { // a colleague was quicker
			return c, casework.Event{}, errMovedMeanwhile
		}
		return f.rules.Apply(c, f.assign(), by, now)
	})
	return err
}

// problemOf an error that says something of the one case; known is false for any other, which ends it all.
func problemOf(err error) (p web.Problem, known bool) {
	if errors.Is(err, casework.ErrUnavailable) {
		return web.Problem{}, false
	}
	if problems := problemsOf(err); len(problems) > 0 {
		return problems[0], true
	}
	return refusal.Of(err)
}

// back is the queue that a form came from. Only what is a filter comes through, so that it leads nowhere else.
func (d *Desk) back(query string) string {
	asked, err := url.ParseQuery(query)
	if err != nil {
		asked = nil
	}
	documents := d.documents()
	filter, _ := casefilter.Parse(asked, documents.Rules, documents.Today(d.now()), casework.Scope{})
	return casefilter.Address(filter, documents.Rules)
}

package duty

import (
	"maps"
	"slices"

	"township.dev/liaison/internal/workday"
)

// Window is the stretch to plan and what is already decided in it.
type Window struct {
	// First month of the plan.
	First workday.Month
	// Months planned, First included.
	Months int
	// From is the first day that gets new shifts: today, as a rule. Days before it keep what was published.
	From workday.Date
	// AnnouncedUntil is the last day that people have been told of: in a published month, days up to it stay as they were published.
	AnnouncedUntil workday.Date
	// Opening ledgers of the First month.
	Opening Ledgers
	// Published months, as far as they exist, the month before First included. What they say of later days is changed as little as fairness allows.
	Published map[workday.Month][]Shift
}

// Plan plans consecutive months. The order of concern is that of DESIGN.md section 5:
//
//  1. Places go to those who are in service and not on leave, never twice on a day; overrides win. A place nobody can take is counted as uncovered.
//  2. Fairness, receptions, ordinary duty and leaders counted apart: where everyone can take every shift, the most and the fewest turns never differ
//     by more than one; otherwise they differ at each month's end as little as the month allows (see stretch).
//  3. Of what is published, as few places change hands as that allows.
//  4. A reception goes to deputies whose specialty its topic is.
//  5. Who waits longest comes first, then who stands first on the roster.
//
// The result depends on the arguments alone, and a plan that is published and planned again, today or later, comes out the same.
func Plan(roster Roster, calendar *workday.Calendar, window Window) []MonthPlan {
	p := newPlanner(roster, calendar, window)
	plans := make([]MonthPlan, 0, window.Months)
	for n := range window.Months {
		plans = append(plans, p.planMonth(window.First.Add(n)))
	}
	return plans
}

// planner is a plan in the making.
type planner struct {
	roster   Roster
	calendar *workday.Calendar
	window   Window

	// published shifts by day.
	published map[workday.Date][]Shift
	// settled are the nominal days whose receptions were announced.
	settled map[nominalDay]bool
	// pending is where a reception that is published and not yet announced stands.
	pending   map[nominalDay]workday.Date
	overrides map[slotKey]*Override

	// held counts the receptions of each rule.
	held                  map[string]int
	reception, duty, lead *book
}

// slotKey is what a shift is found by: a day has at most one of each kind.
type slotKey struct {
	day  workday.Date
	kind Kind
}

func newPlanner(roster Roster, calendar *workday.Calendar, window Window) *planner {
	p := &planner{
		roster: roster, calendar: calendar, window: window,
		published: map[workday.Date][]Shift{},
		settled:   map[nominalDay]bool{},
		pending:   map[nominalDay]workday.Date{},
		overrides: make(map[slotKey]*Override, len(roster.Overrides)),
		held:      map[string]int{},
	}
	maps.Copy(p.held, window.Opening.Receptions)
	for i := range roster.Overrides {
		o := &roster.Overrides[i]
		p.overrides[slotKey{o.Date, o.Kind}] = o
	}
	// Those that were postponed first: they tell which receptions on a day of the rule are extra ones.
	for _, postponed := range []bool{true, false} {
		for _, shifts := range window.Published {
			for i := range shifts {
				if !shifts[i].PostponedFrom.IsZero() == postponed {
					p.remember(&shifts[i])
				}
			}
		}
	}
	span := Span{window.First.First(), window.First.Add(window.Months - 1).Last()}
	open := p.firstOpenDay(span)
	p.reception = newBook(roster.Deputies, window.Opening.Reception, span, open)
	p.duty = newBook(roster.Deputies, window.Opening.Duty, span, open)
	p.lead = newBook(asDeputies(roster.Leaders), window.Opening.Leader, span, open)
	for _, shifts := range window.Published {
		for i := range shifts {
			if p.open(shifts[i].Date) {
				p.expect(&shifts[i])
			}
		}
	}
	return p
}

// asDeputies lets leaders take turns by the same rules as deputies; their areas are their specialties.
func asDeputies(leaders []Leader) []Deputy {
	people := make([]Deputy, 0, len(leaders))
	for _, leader := range leaders {
		people = append(people, Deputy{ID: leader.ID, Serving: true, Specialties: leader.Areas})
	}
	return people
}

func (p *planner) remember(shift *Shift) {
	p.published[shift.Date] = append(p.published[shift.Date], *shift)
	known := nominalDay{shift.Rule, shift.nominal()}
	switch {
	case shift.Kind != Reception || p.extra(shift, known):
	case p.kept(shift.Date):
		p.settled[known] = true
	default:
		p.pending[known] = shift.Date
	}
}

// extra reports whether a reception is one that an override added: on the day of the rule's own stands another, or it is not held on that day.
func (p *planner) extra(shift *Shift, known nominalDay) bool {
	if !shift.ByHand || !shift.PostponedFrom.IsZero() {
		return false
	}
	_, postponed := p.pending[known]
	rule := p.rule(shift.Rule)
	return postponed || p.settled[known] || rule != nil && rule.Postpone.apply(p.calendar, shift.Date) != shift.Date
}

// expect lets the books know of turns that are published and may still change hands.
func (p *planner) expect(shift *Shift) {
	if shift.Kind == Duty {
		p.duty.expect(shift.Deputies, 1)
		return
	}
	p.reception.expect(shift.Deputies, 1)
	p.lead.expect(shift.Leaders, 1)
}

// kept reports whether the day stays as it was published, overrides apart.
func (p *planner) kept(day workday.Date) bool {
	if day.After(p.window.AnnouncedUntil) && !day.Before(p.window.From) {
		return false
	}
	_, published := p.window.Published[workday.MonthOf(day)]
	return published
}

// open reports whether the day is to be planned.
func (p *planner) open(day workday.Date) bool { return !day.Before(p.window.From) && !p.kept(day) }

func (p *planner) firstOpenDay(span Span) workday.Date {
	day := span.From
	for day.Before(span.Until) && !p.open(day) {
		day = day.AddDays(1)
	}
	return day
}

func (p *planner) planMonth(month workday.Month) MonthPlan {
	plan := MonthPlan{Month: month}
	held := maps.Clone(p.held)
	slots := p.layOut(month)
	receptions, duties, leaders := tasksOf(slots)
	p.reception.run(month, receptions)
	p.lead.run(month, leaders)
	for _, s := range slots {
		// The day's receptions are known now: nobody of them has duty beside.
		s.keepApart(slots)
	}
	p.duty.run(month, duties)
	for _, s := range slots {
		plan.Shifts = append(plan.Shifts, s.shift())
	}
	plan.Provisional = p.provisional(month)
	plan.Opening = Ledgers{Reception: p.reception.opening, Duty: p.duty.opening, Leader: p.lead.opening, Receptions: held}
	plan.Closing = Ledgers{Reception: p.reception.closing, Duty: p.duty.closing, Leader: p.lead.closing, Receptions: maps.Clone(p.held)}
	plan.Broken = p.broken(plan.Shifts)
	return plan
}

// provisional reports whether some day that is still to be planned is not known.
func (p *planner) provisional(month workday.Month) bool {
	for day := month.First(); !day.After(month.Last()); day = day.AddDays(1) {
		if p.open(day) && !p.calendar.Known(day) {
			return true
		}
	}
	return false
}

// wanted is what the published plan says of the day's shift of that kind; nil where it says nothing.
func (p *planner) wanted(key slotKey) *Shift {
	shifts := p.published[key.day]
	i := slices.IndexFunc(shifts, func(s Shift) bool { return s.Kind == key.kind })
	if i < 0 {
		return nil
	}
	return &shifts[i]
}

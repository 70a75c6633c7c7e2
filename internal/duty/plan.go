package duty

import (
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

// Plan plans consecutive months. Places go to those who are in service and not on leave, never twice on a day; among these to whoever has the fewest turns,
// then to whom the published plan already names, then to whoever waits longest, then in the order of the roster. So where everyone can take
// every shift, the most and the fewest turns never differ by more than one. A place nobody can take is counted as uncovered.
//
// The result depends on the arguments alone, and a plan that is published and planned again on the same day comes out the same.
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
	settled map[workday.Date]bool
	// pending is where a reception that is published and not yet announced stands, by its nominal day.
	pending map[workday.Date]workday.Date
	// creditUntil is the last day on which who joins gets an account in the month's opening ledger, so that planning again tomorrow finds it there.
	creditUntil workday.Date

	receptions            int
	reception, duty, lead *book
}

func newPlanner(roster Roster, calendar *workday.Calendar, window Window) *planner {
	begin := window.First.First()
	p := &planner{
		roster: roster, calendar: calendar, window: window,
		published: map[workday.Date][]Shift{},
		settled:   map[workday.Date]bool{},
		pending:   map[workday.Date]workday.Date{},

		receptions: window.Opening.Receptions,
		reception:  newBook(roster.Deputies, window.Opening.Reception, begin),
		duty:       newBook(roster.Deputies, window.Opening.Duty, begin),
		lead:       newBook(asDeputies(roster.Leaders), window.Opening.Leader, begin),
	}
	for _, shifts := range window.Published {
		for _, shift := range shifts {
			p.remember(shift)
		}
	}
	p.creditUntil = p.firstOpenDay()
	return p
}

// asDeputies lets leaders take turns by the same rules as deputies.
func asDeputies(leaders []Leader) []Deputy {
	people := make([]Deputy, 0, len(leaders))
	for _, leader := range leaders {
		people = append(people, Deputy{ID: leader.ID, Serving: true})
	}
	return people
}

func (p *planner) remember(shift Shift) {
	p.published[shift.Date] = append(p.published[shift.Date], shift)
	switch {
	case shift.Kind != Reception:
	case p.kept(shift.Date):
		p.settled[shift.nominal()] = true
	default:
		p.pending[shift.nominal()] = shift.Date
	}
}

// kept reports whether the day stays as it was published.
func (p *planner) kept(day workday.Date) bool {
	_, published := p.window.Published[workday.MonthOf(day)]
	return published && (!day.After(p.window.AnnouncedUntil) || day.Before(p.window.From))
}

// open reports whether the day is to be planned.
func (p *planner) open(day workday.Date) bool { return !day.Before(p.window.From) && !p.kept(day) }

func (p *planner) firstOpenDay() workday.Date {
	day, last := p.window.First.First(), p.window.First.Add(p.window.Months-1).Last()
	for day.Before(last) && !p.open(day) {
		day = day.AddDays(1)
	}
	return day
}

func (p *planner) planMonth(month workday.Month) MonthPlan {
	plan := MonthPlan{Month: month}
	openingReceptions := p.receptions
	for _, book := range p.books() {
		book.openMonth(month)
	}
	occasions := p.occasions(month)
	for day := month.First(); !day.After(month.Last()); day = day.AddDays(1) {
		plan.Shifts = append(plan.Shifts, p.day(day, occasions)...)
		plan.Provisional = plan.Provisional || p.open(day) && !p.calendar.Known(day)
	}
	for _, book := range p.books() {
		book.closeMonth()
	}
	plan.Opening = Ledgers{Reception: p.reception.opening, Duty: p.duty.opening, Leader: p.lead.opening, Receptions: openingReceptions}
	plan.Closing = Ledgers{Reception: p.reception.ledger(), Duty: p.duty.ledger(), Leader: p.lead.ledger(), Receptions: p.receptions}
	return plan
}

// day returns the day's shifts, kept or planned, and enters them in the books.
func (p *planner) day(day workday.Date, occasions map[workday.Date]occasion) []Shift {
	open := p.open(day)
	for _, book := range p.books() {
		book.beginDay(day, open, !day.After(p.creditUntil))
	}
	var shifts []Shift
	switch {
	case open:
		shifts = p.planDay(day, occasions)
	case p.kept(day):
		shifts = p.keepDay(day)
	}
	for _, book := range p.books() {
		book.endDay(day)
	}
	return shifts
}

func (p *planner) books() [3]*book { return [...]*book{p.reception, p.duty, p.lead} }

// keepDay counts what was published and leaves it as it is, except that a day no notice can move any more is no longer provisional.
func (p *planner) keepDay(day workday.Date) []Shift {
	shifts := slices.Clone(p.published[day])
	for i, shift := range shifts {
		shifts[i].Provisional = shift.Provisional && !p.calendar.KnownThrough(shift.nominal(), day)
		if shift.Kind == Duty {
			p.duty.serve(day, shift.Deputies)
			continue
		}
		p.receptions++
		p.reception.serve(day, shift.Deputies)
		p.lead.serve(day, shift.Leaders)
	}
	return shifts
}

// planDay plans the day's reception or, where there is none, its ordinary duty.
func (p *planner) planDay(day workday.Date, occasions map[workday.Date]occasion) []Shift {
	if occasion, ok := occasions[day]; ok {
		return []Shift{p.planReception(occasion)}
	}
	rule := p.roster.Duty
	if rule == nil || !rule.EveryDay && !p.calendar.IsWorking(day) {
		return nil
	}
	deputies := p.duty.choose(day, rule.Deputies, p.wanted(day, Duty).Deputies)
	return []Shift{{
		Date: day, Kind: Duty, Hours: rule.Hours,
		Deputies:    deputies,
		Uncovered:   rule.Deputies - len(deputies),
		Provisional: !rule.EveryDay && !p.calendar.Known(day),
	}}
}

func (p *planner) planReception(o occasion) Shift {
	rule := p.roster.Reception
	wanted := p.wanted(o.actual, Reception)
	deputies := p.reception.choose(o.actual, rule.Deputies, wanted.Deputies)
	leaders := p.lead.choose(o.actual, rule.Leaders, wanted.Leaders)
	shift := Shift{
		Date: o.actual, Kind: Reception, Hours: rule.Hours, Place: rule.Place,
		Deputies: deputies, Leaders: leaders,
		Uncovered:   rule.Deputies - len(deputies) + rule.Leaders - len(leaders),
		Provisional: !rule.Postpone.certain(p.calendar, o.nominal, o.actual),
	}
	if o.actual != o.nominal {
		shift.PostponedFrom = o.nominal
	}
	if n := len(rule.Topics); n > 0 {
		shift.Topic = rule.Topics[p.receptions%n]
	}
	p.receptions++
	return shift
}

// wanted is what the published plan says of the day's shift of that kind.
func (p *planner) wanted(day workday.Date, kind Kind) Shift {
	for _, shift := range p.published[day] {
		if shift.Kind == kind {
			return shift
		}
	}
	return Shift{}
}

package duty

import (
	"fmt"
	"slices"

	"township.dev/liaison/internal/workday"
)

// Explanation says why a shift is on its day and why its people serve.
type Explanation struct {
	Shift Shift
	// Rule is a sentence that names what the shift is by.
	Rule string
	// Trace is how a postponed reception came to its day; nil where nothing moved.
	Trace *workday.Trace
	// Candidates are the deputies and then the leaders of the roster, in its order.
	Candidates []Candidate
	// Note is a sentence on how the choice was made.
	Note string
}

// Candidate is one person as they stood before the shift.
type Candidate struct {
	ID     string
	Leader bool
	// Turns in the ledger and day of the last one.
	Turns int
	Last  workday.Date
	// Fits is true where the shift's topic is one of the person's specialties or areas.
	Fits bool
	// Away says why the person could not serve; empty for one who could.
	Away   string
	Chosen bool
}

// Explain plans the window and explains the shifts of one of its days, none where the day has none.
func Explain(roster Roster, calendar *workday.Calendar, window Window, day workday.Date) []Explanation {
	var all []Explanation
	p := newPlanner(roster, calendar, window)
	for _, plan := range Plan(roster, calendar, window) {
		if plan.Month != workday.MonthOf(day) {
			continue
		}
		for _, shift := range plan.Shifts {
			if shift.Date == day {
				all = append(all, p.explain(plan, shift))
			}
		}
	}
	return all
}

func (p *planner) explain(plan MonthPlan, shift Shift) Explanation {
	e := Explanation{Shift: shift, Rule: p.ruleInWords(shift), Trace: p.trace(shift), Note: p.choiceInWords(shift)}
	opening, people := plan.Opening.Duty, p.duty.people
	if shift.Kind == Reception {
		opening, people = plan.Opening.Reception, p.reception.people
	}
	before := opening.After(plan.Shifts, shift.Kind, shift.Date.AddDays(-1))
	for i := range people {
		e.Candidates = append(e.Candidates, Candidate{
			ID: people[i].ID, Turns: before[people[i].ID].Turns, Last: before[people[i].ID].Last,
			Fits: fits(&people[i], shift), Away: away(p.absence(people[i].ID, shift.Date)), Chosen: slices.Contains(shift.Deputies, people[i].ID),
		})
	}
	if shift.Kind == Reception {
		leaders := plan.Opening.Leader.AfterLeaders(plan.Shifts, shift.Date.AddDays(-1))
		for i := range p.lead.people {
			leader := &p.lead.people[i]
			e.Candidates = append(e.Candidates, Candidate{
				ID: leader.ID, Leader: true, Turns: leaders[leader.ID].Turns, Last: leaders[leader.ID].Last,
				Fits: fits(leader, shift), Chosen: slices.Contains(shift.Leaders, leader.ID),
			})
		}
	}
	return e
}

func fits(person *Deputy, shift Shift) bool {
	return shift.Topic != "" && slices.Contains(person.Specialties, shift.Topic)
}

func away(why Obstacle) string {
	return map[Obstacle]string{NotInService: "not in service", OnLeave: "on leave"}[why]
}

// trace is how a postponed reception came to its day.
func (p *planner) trace(shift Shift) *workday.Trace {
	rule := p.rule(shift.Rule)
	if shift.PostponedFrom.IsZero() || rule == nil {
		return nil
	}
	var trace workday.Trace
	if rule.Postpone == PostponePublicHoliday {
		trace = p.calendar.ExplainNextOutsideHolidays(shift.PostponedFrom)
	} else {
		trace = p.calendar.ExplainNextWorking(shift.PostponedFrom)
	}
	return &trace
}

func (p *planner) ruleInWords(shift Shift) string {
	switch {
	case shift.Cancelled:
		return "An override cancels the day."
	case shift.ByHand:
		return "An override decides the shift or a part of it."
	case shift.Kind == Duty && p.roster.Duty != nil && p.roster.Duty.EveryDay:
		return "Ordinary duty is on every day without a reception."
	case shift.Kind == Duty:
		return "Ordinary duty is on every working day without a reception."
	case shift.Rule != "":
		return fmt.Sprintf("The additional reception rule %s has a reception on %s.", shift.Rule, shift.nominal())
	default:
		return fmt.Sprintf("The reception rule has a reception on %s.", shift.nominal())
	}
}

func (p *planner) choiceInWords(shift Shift) string {
	switch {
	case shift.Cancelled:
		return "Nobody serves, and no turn is counted."
	case p.kept(shift.Date):
		return "The day was announced, so its people stay."
	default:
		return "Turns go to whoever has the fewest; where they are equal, to whom the published plan names, to whose specialty the topic is, " +
			"to who waits longest, and to who stands first on the roster. Where leave makes that unfair by the month's end, turns are exchanged."
	}
}

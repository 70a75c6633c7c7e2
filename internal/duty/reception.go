package duty

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// ReceptionRule says when receptions fall and who holds them.
type ReceptionRule struct {
	// Name tells the rule's receptions from those of others; empty for the roster's first rule.
	Name string
	// Days on which receptions fall before any is postponed.
	Days     Recurrence
	Postpone Postponement
	// Deputies and Leaders per reception; at least County of the deputies sit in the county's congress.
	Deputies, County, Leaders int
	// LeadersByArea lets only leaders come whose areas hold the topic, where there are such.
	LeadersByArea bool
	Hours         string
	// Place is empty for the station itself.
	Place string
	// Topics in rotation; none where empty.
	Topics []string
	// TopicsByMonth take the place of the rotation in their month of the year.
	TopicsByMonth map[time.Month]string
}

// Postponement names the days a reception moves away from (节假日顺延), to the next day it does not have to move from.
type Postponement int

const (
	// PostponeNonWorking moves off weekends and holidays; a make-up day is working.
	PostponeNonWorking Postponement = iota
	// PostponePublicHoliday moves off public holidays only.
	PostponePublicHoliday
	// PostponeNever moves nothing.
	PostponeNever
)

// apply returns the day on which a reception of the nominal day is held.
func (p Postponement) apply(calendar *workday.Calendar, nominal workday.Date) workday.Date {
	switch p {
	case PostponeNever:
		return nominal
	case PostponePublicHoliday:
		return calendar.NextOutsideHolidays(nominal)
	default:
		return calendar.NextWorking(nominal)
	}
}

// certain reports whether no notice still to come can move the reception.
func (p Postponement) certain(calendar *workday.Calendar, nominal, actual workday.Date) bool {
	return p == PostponeNever || calendar.KnownThrough(nominal, actual)
}

// topic of the rule's next reception, of which it has held so many.
func (r *ReceptionRule) topic(day workday.Date, held int) string {
	if topic, set := r.TopicsByMonth[day.Month()]; set {
		return topic
	}
	if n := len(r.Topics); n > 0 {
		return r.Topics[held%n]
	}
	return ""
}

// postponedMonths is how many months before its own a reception's nominal day can lie. A notice lists at most 60 days off,
// which with the weekends between them cover less than three months.
const postponedMonths = 3

// occasion is a reception's place in the calendar: its rule, the day of the rule and the day it is held.
type occasion struct {
	rule            *ReceptionRule
	nominal, actual workday.Date
}

// nominalDay is what a reception is known by when its day moves.
type nominalDay struct {
	rule string
	day  workday.Date
}

// occasions returns the receptions to be planned in the month, by day. A reception belongs to the month in which it is held, so one that is
// postponed over the end of a month is found from the next. Where two would meet on one day, they are one: that of the rule that stands first and,
// within a rule, of the earlier nominal day.
func (p *planner) occasions(month workday.Month) map[workday.Date]occasion {
	found := map[workday.Date]occasion{}
	for i := range p.roster.Receptions {
		rule := &p.roster.Receptions[i]
		for back := postponedMonths; back >= 0; back-- {
			for _, nominal := range rule.Days.In(month.Add(-back)) {
				o, ok := p.place(rule, nominal)
				if _, taken := found[o.actual]; !ok || taken || workday.MonthOf(o.actual) != month {
					continue
				}
				found[o.actual] = o
			}
		}
	}
	return found
}

// place decides where the reception of a nominal day is held, and whether it is still to be planned at all: what was announced is settled, and
// a reception whose day by the rule has passed meanwhile stays on the later day it was published for.
func (p *planner) place(rule *ReceptionRule, nominal workday.Date) (occasion, bool) {
	known := nominalDay{rule.Name, nominal}
	if p.settled[known] {
		return occasion{}, false
	}
	actual := rule.Postpone.apply(p.calendar, nominal)
	if p.open(actual) {
		return occasion{rule: rule, nominal: nominal, actual: actual}, true
	}
	later, ok := p.pending[known]
	return occasion{rule: rule, nominal: nominal, actual: later}, ok
}

// rule finds a reception rule by its name; nil when the roster has it no more.
func (p *planner) rule(name string) *ReceptionRule {
	i := slices.IndexFunc(p.roster.Receptions, func(r ReceptionRule) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &p.roster.Receptions[i]
}

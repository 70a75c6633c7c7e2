package duty

import "township.dev/liaison/internal/workday"

// ReceptionRule says when receptions fall and who holds them.
type ReceptionRule struct {
	// Days on which receptions fall before any is postponed.
	Days     Recurrence
	Postpone Postponement
	// Deputies and Leaders per reception.
	Deputies, Leaders int
	Hours             string
	// Place is empty for the station itself.
	Place string
	// Topics in rotation; none where empty.
	Topics []string
}

// Recurrence is a rule for the days of receptions.
type Recurrence interface {
	// In returns the days of the month in order.
	In(workday.Month) []workday.Date
}

// DayOfMonth is a day that every month has, 1 to 28.
type DayOfMonth int

// In implements Recurrence.
func (d DayOfMonth) In(m workday.Month) []workday.Date { return []workday.Date{m.Day(int(d))} }

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
	day := nominal
	for p.avoids(calendar, day) {
		day = day.AddDays(1)
	}
	return day
}

func (p Postponement) avoids(calendar *workday.Calendar, day workday.Date) bool {
	switch p {
	case PostponeNever:
		return false
	case PostponePublicHoliday:
		_, off := calendar.Holiday(day)
		return off
	default:
		return !calendar.IsWorking(day)
	}
}

// certain reports whether no notice still to come can move the reception.
func (p Postponement) certain(calendar *workday.Calendar, nominal, actual workday.Date) bool {
	return p == PostponeNever || calendar.KnownThrough(nominal, actual)
}

// postponedMonths is how many months before its own a reception's nominal day can lie. A notice lists at most 60 days off,
// which with the weekends between them cover less than three months.
const postponedMonths = 3

// occasion is a reception's place in the calendar: the day of the rule and the day it is held.
type occasion struct {
	nominal, actual workday.Date
}

// occasions returns the receptions to be planned in the month, by day. A reception belongs to the month in which it is held, so one that is
// postponed over the end of a month is found from the next. Where two would meet on one day, they are one, under the earlier nominal day.
func (p *planner) occasions(month workday.Month) map[workday.Date]occasion {
	found := map[workday.Date]occasion{}
	rule := p.roster.Reception
	if rule == nil {
		return found
	}
	for back := postponedMonths; back >= 0; back-- {
		for _, nominal := range rule.Days.In(month.Add(-back)) {
			o, ok := p.place(nominal)
			if _, taken := found[o.actual]; !ok || taken || workday.MonthOf(o.actual) != month {
				continue
			}
			found[o.actual] = o
		}
	}
	return found
}

// place decides where the reception of a nominal day is held, and whether it is still to be planned at all: what was announced is settled, and
// a reception whose day by the rule has passed meanwhile stays on the later day it was published for.
func (p *planner) place(nominal workday.Date) (occasion, bool) {
	if p.settled[nominal] {
		return occasion{}, false
	}
	actual := p.roster.Reception.Postpone.apply(p.calendar, nominal)
	if p.open(actual) {
		return occasion{nominal: nominal, actual: actual}, true
	}
	later, ok := p.pending[nominal]
	return occasion{nominal: nominal, actual: later}, ok
}

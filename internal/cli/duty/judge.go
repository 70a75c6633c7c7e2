package duty

import (
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// judge finds what the plan lacks and what may still change in it.
func (p *preview) judge(result *planned) {
	for _, year := range result.unknownYears() {
		p.findings.Lacking = append(p.findings.Lacking, fmt.Sprintf(
			"the holidays of %d are not known, so only weekends are days off in it and every day is provisional; give its notice as a HolidayCalendar with -f", year))
	}
	if open := result.uncovered(); len(open) > 0 {
		p.findings.Lacking = append(p.findings.Lacking, uncoveredShifts(open))
	}
	for _, month := range result.months {
		for _, broken := range month.Broken {
			if !broken.Date.Before(result.from) && !broken.Date.After(result.to) {
				p.findings.Remarks = append(p.findings.Remarks, result.obstacle(broken))
			}
		}
	}
	for _, span := range result.provisional() {
		if missing := result.calendar.Missing(span.From, span.Until); len(missing) == 1 && missing[0] > span.Until.Year() {
			p.findings.Remarks = append(p.findings.Remarks, fmt.Sprintf(
				"%s may still change: the notice of %d is not known, and may arrange the last days of December; give it as a HolidayCalendar with -f", days(span), missing[0]))
		}
	}
}

// unknownYears are those of which not even their own notice is known.
func (r *planned) unknownYears() []int {
	return slices.DeleteFunc(r.calendar.Missing(r.from, r.to), func(year int) bool { return year > r.to.Year() })
}

// provisional are the runs of days that a notice still to come may change, each within one year.
func (r *planned) provisional() []duty.Span {
	var spans []duty.Span
	for day := r.from; !day.After(r.to); day = day.AddDays(1) {
		if r.calendar.Known(day) {
			continue
		}
		if n := len(spans) - 1; n >= 0 && spans[n].Until.AddDays(1) == day && spans[n].Until.Year() == day.Year() {
			spans[n].Until = day
			continue
		}
		spans = append(spans, duty.Span{From: day, Until: day})
	}
	return spans
}

func (r *planned) uncovered() []duty.Shift {
	var open []duty.Shift
	for shift := range r.shifts() {
		if shift.Uncovered > 0 {
			open = append(open, *shift)
		}
	}
	return open
}

// mostTold is how many shifts a line names; the table has them all.
const mostTold = 5

func uncoveredShifts(open []duty.Shift) string {
	places := 0
	var named []string
	for _, shift := range open {
		places += shift.Uncovered
		if len(named) < mostTold {
			named = append(named, fmt.Sprintf("%s %s (%d)", shift.Date, shift.Kind, shift.Uncovered))
		}
	}
	if more := len(open) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("nobody can take %s in %s: %s; list more people, or lower how many a shift wants",
		count(places, "place"), count(len(open), "shift"), strings.Join(named, ", "))
}

// obstacle says what stands against a shift that was decided by hand.
func (r *planned) obstacle(b duty.Broken) string {
	person := r.deputies.name(b.Person)
	if b.Leader {
		person = r.leaders.name(b.Person)
	}
	reason := map[duty.Obstacle]string{
		duty.NotOnRoster:  person + " is not on the roster",
		duty.NotInService: person + " is not in service",
		duty.OnLeave:      person + " is on leave",
		duty.DayOff:       "the day is off",
	}[b.Why]
	if b.Why == duty.DayOff && b.Holiday != "" {
		reason = "the day is off for " + b.Holiday
	}
	return fmt.Sprintf("%s %s is decided by hand and stays, though %s", b.Date, b.Kind, reason)
}

func days(span duty.Span) string {
	if span.From == span.Until {
		return span.From.String()
	}
	return fmt.Sprintf("%s to %s", span.From, span.Until)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// lastDay of the months that were planned; --to may cut the last one short.
func (r *planned) lastDay() workday.Date { return r.months[len(r.months)-1].Month.Last() }

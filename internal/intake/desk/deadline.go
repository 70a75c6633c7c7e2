package desk

import (
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

// reasonView is one line of why a case is due when it is: the words under why.<Key>, filled in with the others.
type reasonView struct {
	Key      string
	From, To time.Time
	N        int
	// Name of a holiday, Source and Year of a notice.
	Name, Source string
	Year         int
}

// explain says why the case is due when it is, a line for each reason.
func explain(c casework.Case, d *mounted.Documents) []reasonView {
	trace := d.Rules.Explain(c)
	local := func(day workday.Date) time.Time { return day.In(d.Location) }
	reasons := []reasonView{{Key: termOf(c, d.Rules)}, {Key: ruleOf(trace), From: local(trace.Start), N: trace.N}}
	reasons = append(reasons, daysOf(trace, d.Location)...)
	reasons = append(reasons, endOf(trace, d.Location)...)
	reasons = append(reasons, reasonView{Key: "result", To: local(trace.Result)})
	for _, notice := range trace.Notices {
		key := "notice"
		if notice.Source == "" {
			key = "notice_unnamed"
		}
		reasons = append(reasons, reasonView{Key: key, Year: notice.Year, Source: notice.Source})
	}
	for _, year := range trace.Missing {
		reasons = append(reasons, reasonView{Key: "missing", Year: year})
	}
	return reasons
}

// termOf says which of the station's terms is counted.
func termOf(c casework.Case, rules casework.Rules) string {
	switch {
	case rules.KeepsTerm(c):
		return "term_kept"
	case c.Route == casework.Unclassified:
		return "term_triage"
	case c.Formal():
		return "term_formal"
	case c.Extended:
		return "term_extended"
	}
	return "term_" + string(c.Route)
}

func ruleOf(t workday.Trace) string {
	if t.Rule == workday.RuleMonths {
		return "months"
	}
	return "working_days"
}

// endOf explains what the Civil Code says of the last day of a term of months; of working days there is nothing to say.
func endOf(t workday.Trace, loc *time.Location) []reasonView {
	if t.Nominal.IsZero() {
		return nil
	}
	end := reasonView{Key: "same_number", To: t.Nominal.In(loc)}
	if t.Clamped {
		end.Key = "month_end"
	}
	if t.Nominal == t.Result {
		return []reasonView{end}
	}
	return []reasonView{end, {Key: "day_off", To: t.Result.In(loc)}}
}

// daysOf are the days that a calendar on the wall would not show so: skipped ones, those in a row with one reason together, and
// made-up ones, in order of date.
func daysOf(t workday.Trace, loc *time.Location) []reasonView {
	skipped := slices.SortedFunc(slices.Values(t.Skipped), func(a, b workday.SkippedDay) int { return a.Date.Compare(b.Date) })
	var days []reasonView
	for _, day := range skipped {
		reason := reasonView{Key: keyOf(day.Why), From: day.Date.In(loc), To: day.Date.In(loc), Name: day.Name}
		if n := len(days) - 1; n >= 0 && days[n].continues(reason) {
			days[n].To = reason.To
			continue
		}
		days = append(days, reason)
	}
	for _, day := range t.MadeUp {
		days = append(days, reasonView{Key: "made_up", From: day.Date.In(loc), To: day.Date.In(loc), Name: day.Name})
	}
	slices.SortStableFunc(days, func(a, b reasonView) int { return a.From.Compare(b.From) })
	return days
}

func keyOf(why workday.Why) string {
	switch why {
	case workday.Holiday:
		return "holiday"
	case workday.NotCounted:
		return "not_counted"
	case workday.Weekend:
	}
	return "weekend"
}

// continues reports whether the next day is skipped for the same reason.
func (v reasonView) continues(next reasonView) bool {
	return v.Key == next.Key && v.Name == next.Name && v.To.AddDate(0, 0, 1).Equal(next.From)
}

// Several reports whether the line speaks of more than one day.
func (v reasonView) Several() bool { return !v.From.IsZero() && v.To.After(v.From) }

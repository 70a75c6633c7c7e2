package public

import (
	"strconv"
	"strings"

	"township.dev/liaison/internal/workday"
)

// reasons say why a deadline is on its day, a sentence for each: the term, the days left out, the notices, and what may still change.
func (t teller) reasons(trace workday.Trace) []string {
	reasons := t.term(trace)
	for _, run := range skippedRuns(trace.Skipped) {
		reasons = append(reasons, t.skipped(run))
	}
	for _, day := range trace.MadeUp {
		reasons = append(reasons, t.text("deadline.made_up", "day", t.day(day.Date), "name", day.Name))
	}
	if len(trace.Notices) > 0 {
		years := make([]int, 0, len(trace.Notices))
		for _, notice := range trace.Notices {
			years = append(years, notice.Year)
		}
		reasons = append(reasons, t.text("deadline.notices", "years", listed(years)))
	}
	if trace.Provisional {
		reasons = append(reasons, t.text("deadline.provisional", "years", listed(trace.Missing)))
	}
	return reasons
}

// term of working days, or of months with what the law says of their last day.
func (t teller) term(trace workday.Trace) []string {
	start := t.day(trace.Start)
	if trace.Rule != workday.RuleMonths {
		return []string{t.text("deadline.working_days", "start", start, "n", trace.N, "day", t.day(trace.Result))}
	}
	key := "deadline.months"
	if trace.Clamped {
		key = "deadline.months_short"
	}
	reasons := []string{t.text(key, "start", start, "n", trace.N, "day", t.day(trace.Nominal))}
	if trace.Nominal != trace.Result {
		reasons = append(reasons, t.text("deadline.moved", "day", t.day(trace.Result)))
	}
	return reasons
}

// skippedRun is days in a row that were left out for one reason.
type skippedRun struct {
	first, last workday.Date
	why         workday.Why
	name        string
}

func skippedRuns(days []workday.SkippedDay) []skippedRun {
	var runs []skippedRun
	for _, d := range days {
		if d.Why == workday.NotCounted {
			continue // the term says so
		}
		if n := len(runs); n > 0 && runs[n-1].why == d.Why && runs[n-1].name == d.Name && runs[n-1].last.AddDays(1) == d.Date {
			runs[n-1].last = d.Date
			continue
		}
		runs = append(runs, skippedRun{d.Date, d.Date, d.Why, d.Name})
	}
	return runs
}

func (t teller) skipped(run skippedRun) string {
	days := t.day(run.first)
	if run.last != run.first {
		days = t.text("deadline.from_to", "from", days, "to", t.day(run.last))
	}
	if run.why == workday.Holiday {
		return t.text("deadline.holiday", "days", days, "name", run.name)
	}
	return t.text("deadline.weekend", "days", days)
}

func listed(years []int) string {
	words := make([]string, len(years))
	for i, year := range years {
		words[i] = strconv.Itoa(year)
	}
	return strings.Join(words, "、")
}

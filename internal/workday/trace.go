package workday

import (
	"slices"
	"time"
)

// Rule is the way from the start of a trace to its result.
type Rule string

const (
	// RuleNextWorking is NextWorking.
	RuleNextWorking Rule = "NextWorkingDay"
	// RulePreviousWorking is PreviousWorking.
	RulePreviousWorking Rule = "PreviousWorkingDay"
	// RuleOutsideHolidays is NextOutsideHolidays.
	RuleOutsideHolidays Rule = "NextDayOutsideHolidays"
	// RuleWorkingDays is AddWorkingDays.
	RuleWorkingDays Rule = "WorkingDays"
	// RuleMonths is AddMonths.
	RuleMonths Rule = "Months"
)

// Trace says why a rule leads from one day to another. It stands for itself: whoever keeps it can explain the day later, whatever notices are in by then.
//
// Between start and result (for months, between Nominal and Result) every day is exactly one of: skipped, counted as a make-up day, or an
// ordinary working day. For working days, those that are not skipped are N.
type Trace struct {
	Rule  Rule `json:"rule"`
	Start Date `json:"start"`
	// N is how many working days or months were added; the other rules have none.
	N int `json:"n,omitempty"`
	// Nominal is where a term of months ends before it moves off days off; the other rules have none.
	Nominal Date `json:"nominal,omitzero"`
	// Clamped is true where the term's last month lacks the day's number, so that Nominal is its last day.
	Clamped bool `json:"clamped,omitempty"`
	// Skipped days in the order they were met.
	Skipped []SkippedDay `json:"skipped,omitempty"`
	// MadeUp are the days that counted as working because a notice has them worked in exchange for a holiday, which they name.
	MadeUp []Day `json:"madeUp,omitempty"`
	Result Date  `json:"result"`
	// Notices that tell the days looked at, oldest first, whether or not they arrange any of them.
	Notices []NoticeUsed `json:"notices,omitempty"`
	// Missing are the years whose notices could still change the result, oldest first.
	Missing []int `json:"missing,omitempty"`
	// Provisional is true while a notice is missing.
	Provisional bool `json:"provisional,omitempty"`
}

// SkippedDay is a day that a rule passed over.
type SkippedDay struct {
	Date Date `json:"date"`
	Why  Why  `json:"why"`
	// Name of the holiday.
	Name string `json:"name,omitempty"`
}

// Why a day was skipped.
type Why string

const (
	// Weekend that no notice has worked.
	Weekend Why = "Weekend"
	// Holiday by a notice, weekends within it included.
	Holiday Why = "Holiday"
	// NotCounted is the day that set a term off (民法典 Art. 201).
	NotCounted Why = "NotCounted"
)

// NoticeUsed is a notice by its year and where it was published.
type NoticeUsed struct {
	Year   int    `json:"year"`
	Source string `json:"source,omitempty"`
}

// The methods that note a step do nothing on a nil trace.

func (t *Trace) skipped(c *Calendar, d Date) {
	if t == nil {
		return
	}
	day := SkippedDay{Date: d, Why: Weekend}
	if name, off := c.Holiday(d); off {
		day.Why, day.Name = Holiday, name
	}
	t.Skipped = append(t.Skipped, day)
}

func (t *Trace) counted(c *Calendar, d Date) {
	if t == nil {
		return
	}
	if name, working := c.MakeUp(d); working {
		t.MadeUp = append(t.MadeUp, Day{Date: d, Name: name})
	}
}

func (t *Trace) notCounted(d Date) {
	if t != nil {
		t.Skipped = append(t.Skipped, SkippedDay{Date: d, Why: NotCounted})
	}
}

func (t *Trace) ends(nominal Date, clamped bool) {
	if t != nil {
		t.Nominal, t.Clamped = nominal, clamped
	}
}

// by completes the trace with the notices for the days from first to last, which are those the walk looked at.
func (t Trace) by(c *Calendar, first, last Date) Trace {
	from, to := arrangedBy(first, last)
	for year := from; year <= to; year++ {
		if notice, in := c.years[year]; in {
			t.Notices = append(t.Notices, NoticeUsed{Year: year, Source: notice.Source})
		}
	}
	// A notice may arrange the early December before its year too. Nobody waits for that, but once it is in it counts.
	if notice, in := c.years[to+1]; in && last.Month() == time.December && notice.arranges(first, last) {
		t.Notices = append(t.Notices, NoticeUsed{Year: to + 1, Source: notice.Source})
	}
	t.Missing = c.Missing(first, last)
	t.Provisional = len(t.Missing) > 0
	return t
}

// arranges reports whether the notice speaks of a day from first to last.
func (y Year) arranges(first, last Date) bool {
	within := func(day Day) bool { return !day.Date.Before(first) && !day.Date.After(last) }
	return slices.ContainsFunc(y.OffDays, within) || slices.ContainsFunc(y.WorkDays, within)
}

package workday

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// String explains the result in English, a line for each reason.
func (t Trace) String() string {
	lines := append([]string{t.headline()}, t.terms()...)
	lines = append(lines, t.days()...)
	if len(t.Notices) > 0 {
		lines = append(lines, "Notices used: "+t.notices()+".")
	}
	if t.Provisional {
		lines = append(lines, fmt.Sprintf("Provisional: the notice of %s is not in yet and may move this day.", years(t.Missing)))
	}
	return strings.Join(lines, "\n")
}

func (t Trace) headline() string {
	start, result, moved := spoken(t.Start), spoken(t.Result), t.Start != t.Result
	switch {
	case t.Rule == RuleWorkingDays && t.N < 0:
		return fmt.Sprintf("%s before %s: %s.", count(-t.N, "working day"), start, result)
	case t.Rule == RuleWorkingDays:
		return fmt.Sprintf("%s after %s: %s.", count(t.N, "working day"), start, result)
	case t.Rule == RuleMonths && t.N < 0:
		return fmt.Sprintf("%s back from %s: %s.", count(-t.N, "month"), start, result)
	case t.Rule == RuleMonths:
		return fmt.Sprintf("%s from %s: %s.", count(t.N, "month"), start, result)
	case t.Rule == RuleOutsideHolidays && moved:
		return fmt.Sprintf("%s lies in a public holiday; the next day outside one is %s.", start, result)
	case t.Rule == RuleOutsideHolidays:
		return fmt.Sprintf("%s lies outside public holidays.", start)
	case t.Rule == RulePreviousWorking && moved:
		return fmt.Sprintf("%s is off; the last working day before it is %s.", start, result)
	case moved:
		return fmt.Sprintf("%s is off; the next working day is %s.", start, result)
	default:
		return fmt.Sprintf("%s is a working day.", start)
	}
}

// terms explains what the Civil Code says of a term's first and last day.
func (t Trace) terms() []string {
	var lines []string
	for _, day := range t.Skipped {
		if day.Why == NotCounted {
			lines = append(lines, fmt.Sprintf("%s itself does not count (民法典 Art. 201).", spoken(day.Date)))
		}
	}
	if t.Nominal.IsZero() {
		return lines
	}
	if t.Clamped {
		lines = append(lines, fmt.Sprintf("%s has no day %d, so the term ends with the month, on %s (民法典 Art. 202).",
			MonthOf(t.Nominal), t.Start.Day(), spoken(t.Nominal)))
	} else {
		lines = append(lines, fmt.Sprintf("The term ends on the day of the same number, %s (民法典 Art. 202).", spoken(t.Nominal)))
	}
	if t.Nominal != t.Result {
		lines = append(lines, fmt.Sprintf("That day is off, so the term ends on the next working day, %s (民法典 Art. 203).", spoken(t.Result)))
	}
	return lines
}

// days explains skipped and made-up days in order of date, those in a row with one reason together.
func (t Trace) days() []string {
	type remark struct {
		first Date
		text  string
	}
	var remarks []remark
	for _, run := range runs(t.Skipped) {
		remarks = append(remarks, remark{run.first, run.String()})
	}
	for _, day := range t.MadeUp {
		remarks = append(remarks, remark{day.Date, fmt.Sprintf("%s counts: it is worked in exchange for %s.", spoken(day.Date), day.Name)})
	}
	slices.SortStableFunc(remarks, func(a, b remark) int { return a.first.Compare(b.first) })
	lines := make([]string, 0, len(remarks))
	for _, remark := range remarks {
		lines = append(lines, remark.text)
	}
	return lines
}

// run is days in a row that were skipped for one reason.
type run struct {
	first, last Date
	why         Why
	name        string
}

func runs(skipped []SkippedDay) []run {
	ordered := slices.SortedFunc(slices.Values(skipped), func(a, b SkippedDay) int { return a.Date.Compare(b.Date) })
	var found []run
	for _, day := range ordered {
		if day.Why == NotCounted {
			continue
		}
		if n := len(found) - 1; n >= 0 && found[n].last.AddDays(1) == day.Date && found[n].why == day.Why && found[n].name == day.Name {
			found[n].last = day.Date
			continue
		}
		found = append(found, run{first: day.Date, last: day.Date, why: day.Why, name: day.Name})
	}
	return found
}

func (r run) String() string {
	one, more := "a weekend day", "weekend days"
	if r.why == Holiday {
		one = r.name + " (holiday)"
		more = one
	}
	if r.first == r.last {
		return fmt.Sprintf("%s is %s.", spoken(r.first), one)
	}
	return fmt.Sprintf("%s to %s are %s.", spoken(r.first), spoken(r.last), more)
}

func (t Trace) notices() string {
	named := make([]string, 0, len(t.Notices))
	for _, notice := range t.Notices {
		named = append(named, fmt.Sprintf("%d (%s)", notice.Year, cmp.Or(notice.Source, "source not given")))
	}
	return strings.Join(named, ", ")
}

// spoken is a date with its weekday: on paper nobody knows that 2026-10-10 is a Saturday.
func spoken(d Date) string { return fmt.Sprintf("%s (%s)", d, d.Weekday()) }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func years(numbers []int) string {
	words := make([]string, 0, len(numbers))
	for _, n := range numbers {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, " and of ")
}

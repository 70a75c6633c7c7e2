package workday_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/workday"
)

// drawCalendar draws notices as no State Council would publish them: any days off, any make-up days, years that are not known.
func drawCalendar(t *rapid.T) *workday.Calendar {
	var years []workday.Year
	for year := 2023; year <= 2027; year++ {
		if !rapid.Bool().Draw(t, "published") {
			continue
		}
		notice := workday.Year{Year: year}
		first := workday.NewDate(year-1, time.December, 1)
		arranged := map[workday.Date]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "runs") {
			begin := first.AddDays(rapid.IntRange(0, 380).Draw(t, "begin"))
			off := rapid.IntRange(0, 3).Draw(t, "kind") > 0
			for n := range rapid.IntRange(1, 9).Draw(t, "length") {
				day := workday.Day{Date: begin.AddDays(n), Name: "节"}
				if arranged[day.Date] || day.Date.Year() > year {
					continue
				}
				arranged[day.Date] = true
				if off {
					notice.OffDays = append(notice.OffDays, day)
				} else {
					notice.WorkDays = append(notice.WorkDays, day)
				}
			}
		}
		years = append(years, notice)
	}
	calendar, err := workday.NewCalendar(years...)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

func drawDate(t *rapid.T) workday.Date {
	return workday.NewDate(2022, time.December, 1).AddDays(rapid.IntRange(0, 5*366).Draw(t, "day"))
}

func TestTracesAgreeWithPlainAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := drawCalendar(t), drawDate(t)
		n := rapid.IntRange(-40, 40).Draw(t, "n")
		for _, pair := range []struct {
			name  string
			trace workday.Trace
			plain workday.Date
		}{
			{"next working", calendar.ExplainNextWorking(day), calendar.NextWorking(day)},
			{"previous working", calendar.ExplainPreviousWorking(day), calendar.PreviousWorking(day)},
			{"next outside holidays", calendar.ExplainNextOutsideHolidays(day), calendar.NextOutsideHolidays(day)},
			{"working days", calendar.ExplainAddWorkingDays(day, n), calendar.AddWorkingDays(day, n)},
			{"months", calendar.ExplainAddMonths(day, n), calendar.AddMonths(day, n)},
		} {
			if pair.trace.Result != pair.plain || pair.trace.Start != day {
				t.Fatalf("%s: the trace leads from %s to %s, the plain answer is %s", pair.name, pair.trace.Start, pair.trace.Result, pair.plain)
			}
			if pair.trace.Provisional != (len(pair.trace.Missing) > 0) {
				t.Fatalf("%s: provisional is %t with %v missing", pair.name, pair.trace.Provisional, pair.trace.Missing)
			}
		}
	})
}

// accountedOnce fails unless every day from first to last is skipped, made up or an ordinary working day, and no day stands in the trace twice or
// from elsewhere. It returns how many days counted.
func accountedOnce(t *rapid.T, calendar *workday.Calendar, trace workday.Trace, first, last workday.Date) int {
	told := map[workday.Date]bool{}
	tell := func(day workday.Date) {
		if told[day] || day.Before(first) || day.After(last) {
			t.Fatalf("%s stands twice or outside %s to %s in\n%s", day, first, last, trace)
		}
		told[day] = true
	}
	for _, day := range trace.Skipped {
		if day.Why != workday.NotCounted && calendar.IsWorking(day.Date) && trace.Rule != workday.RuleOutsideHolidays {
			t.Fatalf("%s is skipped and working", day.Date)
		}
		tell(day.Date)
	}
	counted := len(trace.MadeUp)
	for _, day := range trace.MadeUp {
		tell(day.Date)
	}
	for day := first; !day.After(last); day = day.AddDays(1) {
		if told[day] {
			continue
		}
		if _, madeUp := calendar.MakeUp(day); madeUp || !calendar.IsWorking(day) {
			t.Fatalf("%s is neither skipped nor made up in\n%s", day, trace)
		}
		counted++
	}
	return counted
}

func TestTracesAccountForEveryDayOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := drawCalendar(t), drawDate(t)
		n := rapid.IntRange(1, 60).Draw(t, "n")

		if trace := calendar.ExplainNextWorking(day); accountedOnce(t, calendar, trace, day, trace.Result) != 1 {
			t.Fatalf("more than the result counts in\n%s", trace)
		}
		if trace := calendar.ExplainPreviousWorking(day); accountedOnce(t, calendar, trace, trace.Result, day) != 1 {
			t.Fatalf("more than the result counts in\n%s", trace)
		}
		if trace := calendar.ExplainAddWorkingDays(day, n); accountedOnce(t, calendar, trace, day, trace.Result) != n {
			t.Fatalf("not %d days count in\n%s", n, trace)
		}
		if trace := calendar.ExplainAddWorkingDays(day, -n); accountedOnce(t, calendar, trace, trace.Result, day) != n {
			t.Fatalf("not %d days count in\n%s", n, trace)
		}
		trace := calendar.ExplainAddMonths(day, n)
		if trace.Skipped[0].Date != day || trace.Skipped[0].Why != workday.NotCounted {
			t.Fatalf("the first day is not excluded in\n%s", trace)
		}
		trace.Skipped = trace.Skipped[1:] // the months between are counted whole, so the first day lies outside what is walked
		if accountedOnce(t, calendar, trace, trace.Nominal, trace.Result) != 1 {
			t.Fatalf("more than the result counts in\n%s", trace)
		}
	})
}

func TestNextOutsideHolidaysPassesHolidaysOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar, day := drawCalendar(t), drawDate(t)
		trace := calendar.ExplainNextOutsideHolidays(day)
		for n, skipped := range trace.Skipped {
			if _, off := calendar.Holiday(skipped.Date); !off || skipped.Why != workday.Holiday || skipped.Date != day.AddDays(n) {
				t.Fatalf("%s is skipped as %s", skipped.Date, skipped.Why)
			}
		}
		if _, off := calendar.Holiday(trace.Result); off || trace.Result != day.AddDays(len(trace.Skipped)) {
			t.Fatalf("%s is the result after %d days", trace.Result, len(trace.Skipped))
		}
	})
}

func TestAddingWorkingDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar := drawCalendar(t)
		day := calendar.NextWorking(drawDate(t))
		n := rapid.IntRange(-60, 60).Draw(t, "n")
		moved := calendar.AddWorkingDays(day, n)
		if back := calendar.AddWorkingDays(moved, -n); back != day {
			t.Fatalf("%d working days from %s is %s, and back %s", n, day, moved, back)
		}
		if more := calendar.AddWorkingDays(day, n+1); !more.After(moved) {
			t.Fatalf("%d working days from %s is %s, one more is %s", n, day, moved, more)
		}

		early, late := drawDate(t), drawDate(t)
		if late.Before(early) {
			early, late = late, early
		}
		if a, b := calendar.AddWorkingDays(early, n), calendar.AddWorkingDays(late, n); a.After(b) {
			t.Fatalf("%d working days from %s is %s, from the later %s %s", n, early, a, late, b)
		}
	})
}

// A notice that comes in changes no result that was not provisional.
func TestWhatIsNotProvisionalStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, n := drawDate(t), rapid.IntRange(0, 40).Draw(t, "n")
		before := drawCalendar(t)
		var years []workday.Year
		known := map[int]bool{}
		for _, year := range before.Years() {
			known[year.Year] = true
		}
		for _, year := range drawCalendar(t).Years() {
			if known[year.Year] {
				continue
			}
			// From 25 December on, as notices have it; who arranges the early December of the year before surprises everyone.
			late := func(days []workday.Day) (kept []workday.Day) {
				for _, d := range days {
					if d.Date.Year() == year.Year || d.Date.Day() >= 25 {
						kept = append(kept, d)
					}
				}
				return kept
			}
			years = append(years, workday.Year{Year: year.Year, OffDays: late(year.OffDays), WorkDays: late(year.WorkDays)})
		}
		after, err := workday.NewCalendar(append(before.Years(), years...)...)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]workday.Trace{
			{before.ExplainNextWorking(day), after.ExplainNextWorking(day)},
			{before.ExplainPreviousWorking(day), after.ExplainPreviousWorking(day)},
			{before.ExplainNextOutsideHolidays(day), after.ExplainNextOutsideHolidays(day)},
			{before.ExplainAddWorkingDays(day, n), after.ExplainAddWorkingDays(day, n)},
			{before.ExplainAddMonths(day, n), after.ExplainAddMonths(day, n)},
		} {
			if !pair[0].Provisional && pair[0].Result != pair[1].Result {
				t.Fatalf("this was not provisional:\n%s\nand has become\n%s", pair[0], pair[1])
			}
		}
	})
}

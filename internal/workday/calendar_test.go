package workday_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/workday"
)

func TestPublishedYears(t *testing.T) {
	type count struct{ Year, Off, Working int }
	var got []count
	for _, year := range workday.Published() {
		got = append(got, count{year.Year, len(year.OffDays), len(year.WorkDays)})
		if !strings.HasPrefix(year.Source, "https://www.gov.cn/") {
			t.Errorf("year %d names the source %q, want the notice on gov.cn", year.Year, year.Source)
		}
	}
	want := []count{{2024, 28, 8}, {2025, 28, 5}, {2026, 33, 6}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published years (-want +got):\n%s", diff)
	}
}

// A make-up day that is a weekday, or an ordinary day, would be a slip of the pen in the data.
func TestPublishedMakeUpDaysAreWeekends(t *testing.T) {
	for _, year := range workday.Published() {
		for _, day := range year.WorkDays {
			if w := day.Date.Weekday(); w != time.Saturday && w != time.Sunday {
				t.Errorf("make-up day %s is a %s", day.Date, w)
			}
		}
	}
}

func TestKindsOfDay(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct {
		day     string
		working bool
		holiday string
		makeUp  string
	}{
		{day: "2026-10-09", working: true},
		{day: "2026-10-10", working: true, makeUp: "国庆节"}, // Saturday
		{day: "2026-10-11"},
		{day: "2026-10-07", holiday: "国庆节"},
		{day: "2024-02-18", working: true, makeUp: "春节"}, // Sunday
		{day: "2024-02-10", holiday: "春节"},               // Saturday inside a holiday
		{day: "2030-10-01", working: true},               // unknown year: a Tuesday
	}
	for _, test := range tests {
		t.Run(test.day, func(t *testing.T) {
			day := date(t, test.day)
			if got := calendar.IsWorking(day); got != test.working {
				t.Errorf("IsWorking = %t, want %t", got, test.working)
			}
			if name, off := calendar.Holiday(day); name != test.holiday || off != (test.holiday != "") {
				t.Errorf("Holiday = %q, %t, want %q", name, off, test.holiday)
			}
			if name, working := calendar.MakeUp(day); name != test.makeUp || working != (test.makeUp != "") {
				t.Errorf("MakeUp = %q, %t, want %q", name, working, test.makeUp)
			}
		})
	}
}

func TestKnownNeedsTheNextNoticeAtTheYearsEnd(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := map[string]bool{
		"2023-12-31": false, // the notice of 2024 is in, that of 2023 is not
		"2024-01-01": true,
		"2024-12-25": true, // 2025 is in
		"2026-12-24": true,
		"2026-12-25": false, // 2027 is not
		"2027-01-01": false,
	}
	for day, want := range tests {
		if got := calendar.Known(date(t, day)); got != want {
			t.Errorf("Known(%s) = %t, want %t", day, got, want)
		}
	}
	if !calendar.KnownThrough(date(t, "2026-12-01"), date(t, "2026-12-24")) {
		t.Error("1 to 24 December 2026 is not known through")
	}
	if calendar.KnownThrough(date(t, "2026-12-01"), date(t, "2026-12-25")) {
		t.Error("1 to 25 December 2026 is known through")
	}
}

func TestNoticeMayArrangeTheDecemberBefore(t *testing.T) {
	calendar, err := workday.NewCalendar(append(workday.Published(), workday.Year{
		Year:     2027,
		OffDays:  []workday.Day{{Date: date(t, "2026-12-31"), Name: "元旦"}, {Date: date(t, "2027-01-01"), Name: "元旦"}},
		WorkDays: []workday.Day{{Date: date(t, "2026-12-27"), Name: "元旦"}},
	})...)
	if err != nil {
		t.Fatal(err)
	}
	if calendar.IsWorking(date(t, "2026-12-31")) {
		t.Error("31 December 2026 is working, want off by the notice of 2027")
	}
	if !calendar.IsWorking(date(t, "2026-12-27")) {
		t.Error("Sunday 27 December 2026 is off, want a make-up day by the notice of 2027")
	}
	if !calendar.Known(date(t, "2026-12-31")) {
		t.Error("31 December 2026 is unknown though both notices are in")
	}
}

func TestAmendmentReplacesTheWholeYear(t *testing.T) {
	amended := workday.Year{Year: 2026, OffDays: []workday.Day{{Date: date(t, "2026-10-12"), Name: "国庆节"}}}
	calendar, err := workday.NewCalendar(append(workday.Published(), amended)...)
	if err != nil {
		t.Fatal(err)
	}
	if calendar.IsWorking(date(t, "2026-10-12")) {
		t.Error("12 October is working, want off by the amendment")
	}
	if !calendar.IsWorking(date(t, "2026-10-01")) {
		t.Error("1 October is off, though the amended notice does not list it")
	}
	if got := len(calendar.Years()); got != 3 {
		t.Errorf("the calendar has %d years, want 3", got)
	}
}

func TestCalendarRefusesWhatCannotBe(t *testing.T) {
	day := func(s string) workday.Day { return workday.Day{Date: date(t, s), Name: "国庆节"} }
	tests := []struct {
		name string
		year workday.Year
		want []string
	}{
		{"a day both off and working", workday.Year{Year: 2027, OffDays: []workday.Day{day("2027-10-01")}, WorkDays: []workday.Day{day("2027-10-01")}},
			[]string{"2027", "2027-10-01", "offDays", "workDays"}},
		{"a day of another year", workday.Year{Year: 2027, OffDays: []workday.Day{day("2028-01-01")}}, []string{"2027", "2028-01-01"}},
		{"a November of the year before", workday.Year{Year: 2027, WorkDays: []workday.Day{day("2026-11-30")}}, []string{"2027", "2026-11-30", "December"}},
		{"a day without a date", workday.Year{Year: 2027, OffDays: []workday.Day{{Name: "国庆节"}}}, []string{"2027", "国庆节", "no date"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := workday.NewCalendar(test.year)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not name %q", err, part)
				}
			}
		})
	}
}

func TestNextAndPreviousWorkingDay(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct{ day, next, previous string }{
		{"2026-10-09", "2026-10-09", "2026-10-09"},
		{"2026-10-10", "2026-10-10", "2026-10-10"}, // a make-up Saturday stays
		{"2026-10-01", "2026-10-08", "2026-09-30"},
		{"2024-02-10", "2024-02-18", "2024-02-09"}, // onto a make-up Sunday
		{"2026-01-10", "2026-01-12", "2026-01-09"},
		{"2026-05-10", "2026-05-11", "2026-05-09"}, // back onto a make-up Saturday
		{"2026-01-01", "2026-01-04", "2025-12-31"}, // over the turn of the year
	}
	for _, test := range tests {
		if got := calendar.NextWorking(date(t, test.day)); got != date(t, test.next) {
			t.Errorf("NextWorking(%s) = %s, want %s", test.day, got, test.next)
		}
		if got := calendar.PreviousWorking(date(t, test.day)); got != date(t, test.previous) {
			t.Errorf("PreviousWorking(%s) = %s, want %s", test.day, got, test.previous)
		}
	}
}

func TestNextDayOutsideHolidays(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct{ name, day, want string }{
		{"an ordinary weekend stays", "2026-01-10", "2026-01-10"},
		{"a working day stays", "2026-10-09", "2026-10-09"},
		{"a holiday moves", "2026-10-01", "2026-10-08"},
		{"a weekend within a holiday moves", "2024-02-10", "2024-02-18"},
		{"the eve of a holiday stays", "2025-12-31", "2025-12-31"},
		{"holidays of an unknown year are not known", "2030-10-01", "2030-10-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := calendar.NextOutsideHolidays(date(t, test.day)); got != date(t, test.want) {
				t.Errorf("NextOutsideHolidays(%s) = %s, want %s", test.day, got, test.want)
			}
		})
	}
}

func TestMissingNamesTheYearsOfAllNoticesStillToCome(t *testing.T) {
	calendar := publishedCalendar(t) // 2024, 2025, 2026
	tests := []struct {
		first, last string
		want        []int
	}{
		{"2024-01-01", "2026-12-24", nil},
		{"2024-12-31", "2024-12-31", nil},
		{"2026-12-25", "2026-12-25", []int{2027}},
		{"2023-12-24", "2024-01-31", []int{2023}},
		{"2023-12-31", "2023-12-31", []int{2023}}, // the notice of 2024 is in
		{"2026-10-01", "2028-12-31", []int{2027, 2028, 2029}},
		{"2030-02-02", "2030-02-01", nil}, // no day
	}
	for _, test := range tests {
		first, last := date(t, test.first), date(t, test.last)
		got := calendar.Missing(first, last)
		if !slices.Equal(got, test.want) {
			t.Errorf("Missing(%s, %s) = %v, want %v", first, last, got, test.want)
		}
		if known := calendar.KnownThrough(first, last); known != (len(got) == 0) {
			t.Errorf("KnownThrough(%s, %s) = %t, and %v are missing", first, last, known, got)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2026-10-09", 0, "2026-10-09"},
		{"2026-10-09", 1, "2026-10-10"}, // Saturday, made up
		{"2026-10-09", 2, "2026-10-12"},
		{"2026-09-30", 1, "2026-10-08"},
		{"2026-10-03", 1, "2026-10-08"}, // from a day off
		{"2025-12-31", 1, "2026-01-04"}, // a make-up Sunday after the turn of the year
		{"2026-07-13", 15, "2026-08-03"},
		{"2026-10-12", -2, "2026-10-09"},
		{"2030-01-04", 1, "2030-01-07"}, // unknown year: over a weekend
	}
	for _, test := range tests {
		if got := calendar.AddWorkingDays(date(t, test.from), test.n); got != date(t, test.want) {
			t.Errorf("AddWorkingDays(%s, %d) = %s, want %s", test.from, test.n, got, test.want)
		}
	}
}

func TestAddMonthsEndsWhereTheCivilCodeSays(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct {
		name string
		from string
		n    int
		want string
	}{
		{"same number", "2026-07-13", 1, "2026-08-13"},
		{"missing day, common year: month end, never 2 March", "2024-11-30", 3, "2025-02-28"},
		{"missing day, leap year", "2023-11-30", 3, "2024-02-29"},
		{"month end on a Saturday that is made up", "2025-11-30", 3, "2026-02-28"},
		{"month end on a Sunday rolls over", "2026-11-30", 3, "2027-03-01"},
		{"31 January + 1 month", "2025-01-31", 1, "2025-02-28"},
		{"over the turn of the year into a holiday", "2025-10-01", 3, "2026-01-04"},
		{"holiday rolls over to the make-up Sunday", "2023-11-10", 3, "2024-02-18"},
		{"six months", "2026-03-31", 6, "2026-09-30"},
		{"30 days hath April", "2026-03-31", 1, "2026-04-30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := calendar.AddMonths(date(t, test.from), test.n); got != date(t, test.want) {
				t.Errorf("AddMonths(%s, %d) = %s, want %s", test.from, test.n, got, test.want)
			}
		})
	}
}

func TestZeroCalendarTakesWeekendsAsOff(t *testing.T) {
	var calendar workday.Calendar
	if calendar.Known(date(t, "2026-10-01")) {
		t.Error("a calendar without years knows 1 October 2026")
	}
	if !calendar.IsWorking(date(t, "2026-10-01")) || calendar.IsWorking(date(t, "2026-10-10")) {
		t.Error("want Thursday working and Saturday off")
	}
}

func TestMonth(t *testing.T) {
	month, err := workday.ParseMonth("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	if month != workday.MonthOf(date(t, "2026-11-30")) || month.Add(3).String() != "2027-02" || month.Add(-11).String() != "2025-12" {
		t.Errorf("arithmetic on %s is off: %s, %s", month, month.Add(3), month.Add(-11))
	}
	if month.Add(3).Last() != date(t, "2027-02-28") || month.First() != date(t, "2026-11-01") {
		t.Errorf("%s ends %s", month.Add(3), month.Add(3).Last())
	}
	for _, bad := range []string{"", "2026", "2026-13", "2026-1", "26-10"} {
		if _, err := workday.ParseMonth(bad); err == nil {
			t.Errorf("ParseMonth(%q) gives no error", bad)
		}
	}
}

func publishedCalendar(t *testing.T) *workday.Calendar {
	t.Helper()
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

func date(t *testing.T, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

package workday_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"township.dev/liaison/internal/workday"
)

const (
	notice2024 = "2024 (https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm)"
	notice2025 = "2025 (https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm)"
	notice2026 = "2026 (https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm)"
)

var dates = cmpopts.EquateComparable(workday.Date{})

// What a person reads who asks why a day is the day it is.
func TestTracesExplainThemselves(t *testing.T) {
	calendar := publishedCalendar(t)
	tests := []struct {
		name  string
		trace workday.Trace
		want  []string
	}{
		{"reception on the 10th within a holiday, to the make-up Sunday", calendar.ExplainNextWorking(date(t, "2024-02-10")), []string{
			"2024-02-10 (Saturday) is off; the next working day is 2024-02-18 (Sunday).",
			"2024-02-10 (Saturday) to 2024-02-17 (Saturday) are 春节 (holiday).",
			"2024-02-18 (Sunday) counts: it is worked in exchange for 春节.",
			"Notices used: " + notice2024 + ".",
		}},
		{"reception on a Saturday the 10th", calendar.ExplainNextWorking(date(t, "2026-01-10")), []string{
			"2026-01-10 (Saturday) is off; the next working day is 2026-01-12 (Monday).",
			"2026-01-10 (Saturday) to 2026-01-11 (Sunday) are weekend days.",
			"Notices used: " + notice2026 + ".",
		}},
		{"reception on a Sunday the 10th", calendar.ExplainNextWorking(date(t, "2026-05-10")), []string{
			"2026-05-10 (Sunday) is off; the next working day is 2026-05-11 (Monday).",
			"2026-05-10 (Sunday) is a weekend day.",
			"Notices used: " + notice2026 + ".",
		}},
		{"reception on a make-up Saturday stays", calendar.ExplainNextWorking(date(t, "2026-10-10")), []string{
			"2026-10-10 (Saturday) is a working day.",
			"2026-10-10 (Saturday) counts: it is worked in exchange for 国庆节.",
			"Notices used: " + notice2026 + ".",
		}},
		{"back over the turn of the year", calendar.ExplainPreviousWorking(date(t, "2026-01-03")), []string{
			"2026-01-03 (Saturday) is off; the last working day before it is 2025-12-31 (Wednesday).",
			"2026-01-01 (Thursday) to 2026-01-03 (Saturday) are 元旦 (holiday).",
			"Notices used: " + notice2025 + ", " + notice2026 + ".",
		}},
		{"out of a holiday and onto a make-up day that would not have mattered", calendar.ExplainNextOutsideHolidays(date(t, "2024-02-10")), []string{
			"2024-02-10 (Saturday) lies in a public holiday; the next day outside one is 2024-02-18 (Sunday).",
			"2024-02-10 (Saturday) to 2024-02-17 (Saturday) are 春节 (holiday).",
			"Notices used: " + notice2024 + ".",
		}},
		{"a weekend is no holiday", calendar.ExplainNextOutsideHolidays(date(t, "2026-01-10")), []string{
			"2026-01-10 (Saturday) lies outside public holidays.",
			"Notices used: " + notice2026 + ".",
		}},
		{"working days over weekend, holiday and make-up days", calendar.ExplainAddWorkingDays(date(t, "2026-02-12"), 7), []string{
			"7 working days after 2026-02-12 (Thursday): 2026-02-28 (Saturday).",
			"2026-02-12 (Thursday) itself does not count (民法典 Art. 201).",
			"2026-02-14 (Saturday) counts: it is worked in exchange for 春节.",
			"2026-02-15 (Sunday) to 2026-02-23 (Monday) are 春节 (holiday).",
			"2026-02-28 (Saturday) counts: it is worked in exchange for 春节.",
			"Notices used: " + notice2026 + ".",
		}},
		{"one working day over the turn of the year", calendar.ExplainAddWorkingDays(date(t, "2025-12-31"), 1), []string{
			"1 working day after 2025-12-31 (Wednesday): 2026-01-04 (Sunday).",
			"2025-12-31 (Wednesday) itself does not count (民法典 Art. 201).",
			"2026-01-01 (Thursday) to 2026-01-03 (Saturday) are 元旦 (holiday).",
			"2026-01-04 (Sunday) counts: it is worked in exchange for 元旦.",
			"Notices used: " + notice2026 + ".",
		}},
		{"working days before", calendar.ExplainAddWorkingDays(date(t, "2026-10-12"), -2), []string{
			"2 working days before 2026-10-12 (Monday): 2026-10-09 (Friday).",
			"2026-10-12 (Monday) itself does not count (民法典 Art. 201).",
			"2026-10-10 (Saturday) counts: it is worked in exchange for 国庆节.",
			"2026-10-11 (Sunday) is a weekend day.",
			"Notices used: " + notice2026 + ".",
		}},
		{"no working day looks at no calendar", calendar.ExplainAddWorkingDays(date(t, "2030-10-05"), 0), []string{
			"0 working days after 2030-10-05 (Saturday): 2030-10-05 (Saturday).",
		}},
		{"30 November + 3 months: month end, never 2 March", calendar.ExplainAddMonths(date(t, "2024-11-30"), 3), []string{
			"3 months from 2024-11-30 (Saturday): 2025-02-28 (Friday).",
			"2024-11-30 (Saturday) itself does not count (民法典 Art. 201).",
			"2025-02 has no day 30, so the term ends with the month, on 2025-02-28 (Friday) (民法典 Art. 202).",
			"Notices used: " + notice2025 + ".",
		}},
		{"a term that rolls over a holiday", calendar.ExplainAddMonths(date(t, "2025-10-01"), 3), []string{
			"3 months from 2025-10-01 (Wednesday): 2026-01-04 (Sunday).",
			"2025-10-01 (Wednesday) itself does not count (民法典 Art. 201).",
			"The term ends on the day of the same number, 2026-01-01 (Thursday) (民法典 Art. 202).",
			"That day is off, so the term ends on the next working day, 2026-01-04 (Sunday) (民法典 Art. 203).",
			"2026-01-01 (Thursday) to 2026-01-03 (Saturday) are 元旦 (holiday).",
			"2026-01-04 (Sunday) counts: it is worked in exchange for 元旦.",
			"Notices used: " + notice2026 + ".",
		}},
		{"an unknown year", calendar.ExplainAddMonths(date(t, "2026-11-30"), 3), []string{
			"3 months from 2026-11-30 (Monday): 2027-03-01 (Monday).",
			"2026-11-30 (Monday) itself does not count (民法典 Art. 201).",
			"2027-02 has no day 30, so the term ends with the month, on 2027-02-28 (Sunday) (民法典 Art. 202).",
			"That day is off, so the term ends on the next working day, 2027-03-01 (Monday) (民法典 Art. 203).",
			"2027-02-28 (Sunday) is a weekend day.",
			"Provisional: the notice of 2027 is not in yet and may move this day.",
		}},
		{"a year's end that the next notice may arrange", calendar.ExplainAddWorkingDays(date(t, "2026-12-24"), 1), []string{
			"1 working day after 2026-12-24 (Thursday): 2026-12-25 (Friday).",
			"2026-12-24 (Thursday) itself does not count (民法典 Art. 201).",
			"Notices used: " + notice2026 + ".",
			"Provisional: the notice of 2027 is not in yet and may move this day.",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, strings.Split(test.trace.String(), "\n")); diff != "" {
				t.Errorf("explained (-want +got):\n%s", diff)
			}
		})
	}
}

// An unknown year is not a year without holidays: what is said of it can still change, and the trace says for want of what.
func TestTracesInUnknownYearsAreProvisional(t *testing.T) {
	calendar := publishedCalendar(t)
	for name, trace := range map[string]workday.Trace{
		"next working day":     calendar.ExplainNextWorking(date(t, "2028-10-02")),
		"previous working day": calendar.ExplainPreviousWorking(date(t, "2028-10-02")),
		"next outside":         calendar.ExplainNextOutsideHolidays(date(t, "2028-10-01")),
		"working days":         calendar.ExplainAddWorkingDays(date(t, "2028-09-30"), 2),
		"months":               calendar.ExplainAddMonths(date(t, "2028-07-02"), 3),
	} {
		if !trace.Provisional || !cmp.Equal(trace.Missing, []int{2028}) || len(trace.Notices) > 0 {
			t.Errorf("%s: provisional %t, missing %v, used %v; want it provisional for want of 2028", name, trace.Provisional, trace.Missing, trace.Notices)
		}
	}
	if calendar.Known(date(t, "2028-10-02")) {
		t.Error("2 October 2028 is known")
	}
}

// A notice numbers its days by its own year: that of 2027 may arrange 31 December 2026.
func TestTraceNamesTheNextYearsNotice(t *testing.T) {
	next := workday.Year{
		Year: 2027, Source: "notice of 2027",
		OffDays:  []workday.Day{{Date: date(t, "2026-12-31"), Name: "元旦"}, {Date: date(t, "2027-01-01"), Name: "元旦"}},
		WorkDays: []workday.Day{{Date: date(t, "2026-12-20"), Name: "元旦"}},
	}
	calendar, err := workday.NewCalendar(append(workday.Published(), next)...)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		trace  workday.Trace
		result string
		used   []int
	}{
		{"a day off before its year", calendar.ExplainNextWorking(date(t, "2026-12-31")), "2027-01-04", []int{2026, 2027}},
		{"a make-up day before anyone waits for the notice", calendar.ExplainNextWorking(date(t, "2026-12-19")), "2026-12-20", []int{2026, 2027}},
		{"an early December it does not speak of", calendar.ExplainNextWorking(date(t, "2026-12-12")), "2026-12-14", []int{2026}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var used []int
			for _, notice := range test.trace.Notices {
				used = append(used, notice.Year)
			}
			if test.trace.Result != date(t, test.result) || !cmp.Equal(used, test.used) || test.trace.Provisional {
				t.Errorf("leads to %s by %v, provisional %t; want %s by %v", test.trace.Result, used, test.trace.Provisional, test.result, test.used)
			}
		})
	}
}

func TestTraceNamesTheAmendedNotice(t *testing.T) {
	amended := workday.Year{Year: 2026, Source: "amendment", OffDays: []workday.Day{{Date: date(t, "2026-10-12"), Name: "国庆节"}}}
	calendar, err := workday.NewCalendar(append(workday.Published(), amended)...)
	if err != nil {
		t.Fatal(err)
	}
	want := workday.Trace{
		Rule: workday.RuleNextWorking, Start: date(t, "2026-10-10"),
		Skipped: []workday.SkippedDay{
			{Date: date(t, "2026-10-10"), Why: workday.Weekend}, // the amendment lists it no more
			{Date: date(t, "2026-10-11"), Why: workday.Weekend},
			{Date: date(t, "2026-10-12"), Why: workday.Holiday, Name: "国庆节"},
		},
		Result:  date(t, "2026-10-13"),
		Notices: []workday.NoticeUsed{{Year: 2026, Source: "amendment"}},
	}
	if diff := cmp.Diff(want, calendar.ExplainNextWorking(date(t, "2026-10-10")), dates); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestTraceAsJSON(t *testing.T) {
	const want = `{"rule":"Months","start":"2026-11-30","n":3,"nominal":"2027-02-28","clamped":true,` +
		`"skipped":[{"date":"2026-11-30","why":"NotCounted"},{"date":"2027-02-28","why":"Weekend"}],` +
		`"result":"2027-03-01","missing":[2027],"provisional":true}`
	trace := publishedCalendar(t).ExplainAddMonths(date(t, "2026-11-30"), 3)
	got, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	var back workday.Trace
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(trace, back, dates); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// Planning asks for tens of millions of days; only whoever asks for reasons pays for them.
func TestPlainAnswersAllocateNothing(t *testing.T) {
	calendar, day := publishedCalendar(t), date(t, "2026-02-15")
	for name, ask := range map[string]func(){
		"NextWorking":         func() { calendar.NextWorking(day) },
		"PreviousWorking":     func() { calendar.PreviousWorking(day) },
		"NextOutsideHolidays": func() { calendar.NextOutsideHolidays(day) },
		"AddWorkingDays":      func() { calendar.AddWorkingDays(day, 30) },
		"AddMonths":           func() { calendar.AddMonths(day, 3) },
		"Known":               func() { calendar.Known(day) },
		"KnownThrough":        func() { calendar.KnownThrough(day, day.AddDays(400)) },
	} {
		if allocated := testing.AllocsPerRun(10, ask); allocated > 0 {
			t.Errorf("%s allocates %v times", name, allocated)
		}
	}
}

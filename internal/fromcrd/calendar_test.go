package fromcrd_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/test/fixture"
)

func TestCalendarOfTheNamespaceWins(t *testing.T) {
	objects := []v1alpha1.HolidayCalendar{
		*fixture.HolidayCalendar("amended").In("jixian").Year(2026).Off("2026-12-01", "县庆").Obj(),
		*fixture.HolidayCalendar("next").In("liaison-system").Year(2027).Off("2027-01-01", "元旦").Year(2026).Off("2026-12-02", "调整").Obj(),
		*fixture.HolidayCalendar("other").In("elsewhere").Year(2028).Off("2028-01-03", "元旦").Obj(),
	}
	own, problems := fromcrd.Calendar(objects, "liaison-system", "jixian")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if own.IsWorking(date(t, "2026-12-01")) || !own.IsWorking(date(t, "2026-12-02")) {
		t.Error("the namespace's own 2026 does not win over the operator's")
	}
	if !own.Known(date(t, "2027-05-01")) || !own.Known(date(t, "2024-05-01")) || own.Known(date(t, "2028-01-03")) {
		t.Error("want 2027 of the operator's namespace and the built-in 2024, and nothing from elsewhere")
	}
	everywhere, problems := fromcrd.Calendar(objects, "liaison-system", "liaison-system")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if everywhere.IsWorking(date(t, "2026-12-02")) || !everywhere.IsWorking(date(t, "2026-12-01")) {
		t.Error("the operator's namespace does not have its own 2026")
	}
}

func TestCalendarNamesWhatCannotBeRight(t *testing.T) {
	tests := []struct {
		name    string
		objects []v1alpha1.HolidayCalendar
		says    []string
	}{
		{
			"a year twice", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("b").In("jixian").Year(2027).Off("2027-01-01", "元旦").Obj(),
				*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Obj(),
			},
			[]string{"HolidayCalendar jixian/b: spec.years[0].year", "HolidayCalendar jixian/a declares 2027 already", "remove"},
		},
		{
			"a day both off and working", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Working("2027-01-01", "元旦").Obj(),
			},
			[]string{"HolidayCalendar jixian/a: spec.years[0].workDays[0].date", "2027-01-01 stands in offDays[0] too", "remove it"},
		},
		{
			"a day that does not exist", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Off("2027-02-29", "元旦").Obj(),
			},
			[]string{"HolidayCalendar jixian/a: spec.years[0].offDays[1].date", "2027-02-29"},
		},
		{
			"a day of another year", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("liaison-system").Year(2027).Off("2028-01-01", "元旦").Obj(),
			},
			[]string{"HolidayCalendar liaison-system/a: spec.years[0].offDays[0].date", "2028-01-01"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			calendar, problems := fromcrd.Calendar(test.objects, "liaison-system", "jixian")
			if len(problems) != 1 {
				t.Fatalf("problems: %s; want one", problems)
			}
			for _, part := range test.says {
				if !strings.Contains(problems.String(), part) {
					t.Errorf("the problem %q does not say %q", problems, part)
				}
			}
			if !calendar.Known(date(t, "2026-10-01")) {
				t.Error("the years that can be right are not in force")
			}
		})
	}
}

// Conditions and events are single lines.
func TestSeveralProblemsAreOneLine(t *testing.T) {
	_, problems := fromcrd.Calendar([]v1alpha1.HolidayCalendar{
		*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2028-01-01", "元旦").Obj(),
		*fixture.HolidayCalendar("b").In("jixian").Year(2028).Off("2029-01-01", "元旦").Obj(),
	}, "liaison-system", "jixian")
	if told := problems.String(); strings.Contains(told, "\n") || !strings.Contains(told, "HolidayCalendar jixian/a") || !strings.Contains(told, "HolidayCalendar jixian/b") {
		t.Errorf("told: %q, want both calendars in one line", told)
	}
}

func TestSameYearInTwoNamespacesIsNoConflict(t *testing.T) {
	objects := []v1alpha1.HolidayCalendar{
		*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Obj(),
		*fixture.HolidayCalendar("a").In("liaison-system").Year(2027).Off("2027-01-01", "元旦").Obj(),
	}
	if _, problems := fromcrd.Calendar(objects, "liaison-system", "jixian"); len(problems) > 0 {
		t.Error(problems)
	}
}

// Whoever applies a year a second time by mistake must not move what was planned by the first.
func TestOfTwoDeclarationsTheOlderCounts(t *testing.T) {
	older := fixture.HolidayCalendar("z").In("jixian").Year(2027).Off("2027-03-01", "甲").Obj()
	newer := fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-03-02", "乙").Obj()
	older.CreationTimestamp, newer.CreationTimestamp = metav1.Unix(1000, 0), metav1.Unix(2000, 0)
	calendar, problems := fromcrd.Calendar([]v1alpha1.HolidayCalendar{*newer, *older}, "liaison-system", "jixian")
	if calendar.IsWorking(date(t, "2027-03-01")) || !calendar.IsWorking(date(t, "2027-03-02")) || len(problems) != 1 {
		t.Errorf("the newer declaration is in force; problems: %s", problems)
	}
}

package fromcrd_test

import (
	"strings"
	"testing"

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
	own, err := fromcrd.Calendar(objects, "liaison-system", "jixian")
	if err != nil {
		t.Fatal(err)
	}
	if own.IsWorking(date(t, "2026-12-01")) || !own.IsWorking(date(t, "2026-12-02")) {
		t.Error("the namespace's own 2026 does not win over the operator's")
	}
	if !own.Known(date(t, "2027-05-01")) || !own.Known(date(t, "2024-05-01")) || own.Known(date(t, "2028-01-03")) {
		t.Error("want 2027 of the operator's namespace and the built-in 2024, and nothing from elsewhere")
	}
	everywhere, err := fromcrd.Calendar(objects, "liaison-system", "liaison-system")
	if err != nil {
		t.Fatal(err)
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
			[]string{"HolidayCalendars a and b in namespace jixian", "2027", "remove"},
		},
		{
			"a day both off and working", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Working("2027-01-01", "元旦").Obj(),
			},
			[]string{"HolidayCalendar a in namespace jixian", "spec.years[0]", "2027-01-01", "both"},
		},
		{
			"a day that does not exist", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Off("2027-02-29", "元旦").Obj(),
			},
			[]string{"HolidayCalendar a in namespace jixian", "spec.years[0]", "offDays[1].date", "2027-02-29"},
		},
		{
			"a day of another year", []v1alpha1.HolidayCalendar{
				*fixture.HolidayCalendar("a").In("liaison-system").Year(2027).Off("2028-01-01", "元旦").Obj(),
			},
			[]string{"HolidayCalendar a in namespace liaison-system", "2028-01-01"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := fromcrd.Calendar(test.objects, "liaison-system", "jixian")
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error %q does not say %q", err, part)
				}
			}
		})
	}
}

// Conditions and events are single lines.
func TestSeveralProblemsAreOneLine(t *testing.T) {
	_, err := fromcrd.Calendar([]v1alpha1.HolidayCalendar{
		*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2028-01-01", "元旦").Obj(),
		*fixture.HolidayCalendar("b").In("jixian").Year(2028).Off("2029-01-01", "元旦").Obj(),
	}, "liaison-system", "jixian")
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "HolidayCalendar a") || !strings.Contains(err.Error(), "HolidayCalendar b") {
		t.Errorf("the error is %q, want both calendars in one line", err)
	}
}

func TestSameYearInTwoNamespacesIsNoConflict(t *testing.T) {
	objects := []v1alpha1.HolidayCalendar{
		*fixture.HolidayCalendar("a").In("jixian").Year(2027).Off("2027-01-01", "元旦").Obj(),
		*fixture.HolidayCalendar("a").In("liaison-system").Year(2027).Off("2027-01-01", "元旦").Obj(),
	}
	if _, err := fromcrd.Calendar(objects, "liaison-system", "jixian"); err != nil {
		t.Error(err)
	}
}

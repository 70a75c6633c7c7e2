package casework_test

import (
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

var shanxi = time.FixedZone("CST", 8*60*60)

func rules() casework.Rules {
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		panic(err)
	}
	return casework.Rules{Deputies: []string{"白代表"}, Calendar: calendar, Location: shanxi}
}

func TestDueDays(t *testing.T) {
	tests := []struct {
		name  string
		at    string // in the station's zone
		route casework.Route
		want  string
	}{
		{"two working days to classify", "2026-03-09T09:00", casework.Unclassified, "2026-03-11"},
		{"received over a weekend", "2026-03-07T09:00", casework.Unclassified, "2026-03-10"},
		{"received before the National Day, which has a make-up Saturday", "2026-09-30T16:00", casework.Unclassified, "2026-10-09"},
		{"late in the evening is still the same day", "2026-03-09T23:59", casework.Unclassified, "2026-03-11"},
		{"just after midnight is the next, though UTC has not got there", "2026-03-10T00:01", casework.Unclassified, "2026-03-12"},
		{"on the spot", "2026-03-09T09:00", casework.OnTheSpot, "2026-03-10"},
		{"explain", "2026-03-09T09:00", casework.Explain, "2026-03-16"},
		{"township", "2026-07-13T09:00", casework.Township, "2026-08-03"},
		{"county, where the month has no such day", "2024-11-30T09:00", casework.County, "2025-02-28"},
		{"county, ending on a Sunday", "2026-11-30T09:00", casework.County, "2027-03-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			at, err := time.ParseInLocation("2006-01-02T15:04", test.at, shanxi)
			if err != nil {
				t.Fatal(err)
			}
			c := rules().Receive(road, casework.NewCode(), "", at).Case
			if test.route != casework.Unclassified {
				if c, _, err = rules().Apply(c, casework.Classify{Route: test.route, Reason: "因"}, administrator, at); err != nil {
					t.Fatal(err)
				}
			}
			if got := c.Clock.Due.String(); got != test.want {
				t.Errorf("due %s, want %s", got, test.want)
			}
			if c.Clock.From != workday.DateOf(at) {
				t.Errorf("counted from %s, want %s", c.Clock.From, workday.DateOf(at))
			}
		})
	}
}

func TestDeclaredDeadlinesWin(t *testing.T) {
	r := rules()
	r.Deadlines = map[casework.Route]casework.Deadline{casework.Township: {WorkingDays: 3}}
	for route, want := range map[casework.Route]string{casework.Township: "2026-03-12", casework.Explain: "2026-03-16"} {
		c, _, err := r.Apply(caseIn(casework.Received), casework.Classify{Route: route, Reason: "因"}, administrator, noon)
		if err != nil || c.Clock.Due.String() != want {
			t.Errorf("%s: due %s, error %v, want %s", route, c.Clock.Due, err, want)
		}
	}
}

func TestRulesWithoutCalendarAndLocation(t *testing.T) {
	c := casework.Rules{}.Receive(road, casework.NewCode(), "", noon).Case
	if got := c.Clock.Due.String(); got != "2026-03-11" {
		t.Errorf("due %s", got)
	}
}

func TestClassifyingAgainGivesTheOtherRoutesTimeFromTheFirstDayOn(t *testing.T) {
	first := caseIn(casework.Classified)
	later := noon.AddDate(0, 0, 3)
	same, event, err := rules().Apply(first, casework.Classify{Route: first.Route, Reason: "再看"}, administrator, later)
	if err != nil || same.Clock != first.Clock || event.Facts.Due != "" {
		t.Errorf("the same route: due %s, want %s; error %v", same.Clock.Due, first.Clock.Due, err)
	}
	other, event, err := rules().Apply(first, casework.Classify{Route: casework.Township, Reason: "乡里能办"}, administrator, later)
	if err != nil || other.Clock.Due.String() != "2026-03-30" || event.Facts.Due != "2026-03-30" {
		t.Errorf("another route: due %s, error %v", other.Clock.Due, err)
	}
}

func TestOverdueFromTheDayAfterUntilClosed(t *testing.T) {
	due := caseIn(casework.Received).Clock.Due
	for _, state := range casework.States() {
		c := caseIn(state)
		c.Clock.Due = due
		if c.Overdue(due) {
			t.Errorf("%s: overdue on the due day", state)
		}
		if got, want := c.Overdue(due.AddDays(1)), !state.Ended(); got != want {
			t.Errorf("%s: overdue the day after is %t, want %t", state, got, want)
		}
	}
}

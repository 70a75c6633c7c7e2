package duty_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// The examples of the law's calendar: a reception on the 10th of the month.
func TestReceptionOnTheTenth(t *testing.T) {
	tests := []struct {
		rule duty.Postponement
		want string
	}{
		{duty.PostponeNonWorking, "2024-01-10 2024-02-18 2024-03-11 2024-04-10 2024-05-10 2024-06-11 2024-07-10 2024-08-12 2024-09-10 2024-10-10 2024-11-11 2024-12-10 " +
			"2025-01-10 2025-02-10 2025-03-10 2025-04-10 2025-05-12 2025-06-10 2025-07-10 2025-08-11 2025-09-10 2025-10-10 2025-11-10 2025-12-10 " +
			"2026-01-12 2026-02-10 2026-03-10 2026-04-10 2026-05-11 2026-06-10 2026-07-10 2026-08-10 2026-09-10 2026-10-10 2026-11-10 2026-12-10"},
		{duty.PostponePublicHoliday, "2024-01-10 2024-02-18 2024-03-10 2024-04-10 2024-05-10 2024-06-11 2024-07-10 2024-08-10 2024-09-10 2024-10-10 2024-11-10 2024-12-10 " +
			"2025-01-10 2025-02-10 2025-03-10 2025-04-10 2025-05-10 2025-06-10 2025-07-10 2025-08-10 2025-09-10 2025-10-10 2025-11-10 2025-12-10 " +
			"2026-01-10 2026-02-10 2026-03-10 2026-04-10 2026-05-10 2026-06-10 2026-07-10 2026-08-10 2026-09-10 2026-10-10 2026-11-10 2026-12-10"},
	}
	for _, test := range tests {
		roster := village(8)
		roster.Duty = nil
		roster.Receptions[0].Days, roster.Receptions[0].Postpone = duty.DaysOfMonth{10}, test.rule
		var got []string
		for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2024-01-01"), 36))) {
			got = append(got, shift.Date.String())
			if moved := shift.Date.Day() != 10; moved != !shift.PostponedFrom.IsZero() {
				t.Errorf("the reception of %s was postponed from %q", shift.Date, shift.PostponedFrom)
			}
		}
		if diff := cmp.Diff(strings.Fields(test.want), got); diff != "" {
			t.Errorf("postponement %d (-want +got):\n%s", test.rule, diff)
		}
	}
}

func TestAnnouncedDaysStayAndLaterOnesMove(t *testing.T) {
	roster := village(8) // receptions on the 15th
	before := readCalendar(t, "")
	published := publishedIn(fromDay(date(t, "2026-06-01"), 2), duty.Plan(roster, before, fromDay(date(t, "2026-06-01"), 2)))
	amended := amend2026(t, "2026-06-15", "2026-07-15")

	published.From, published.AnnouncedUntil = date(t, "2026-06-12"), date(t, "2026-06-15")
	plans := duty.Plan(roster, amended, published)

	if got := receptions(plans); got != "2026-06-15 2026-07-16" {
		t.Errorf("receptions on %s, want the announced one on its day and the later one moved off the new holiday", got)
	}
	kept := func(shifts []duty.Shift) []duty.Shift {
		return slices.DeleteFunc(slices.Clone(shifts), func(s duty.Shift) bool { return s.Date.After(published.AnnouncedUntil) })
	}
	if diff := cmp.Diff(kept(published.Published[workday.NewMonth(2026, 6)]), kept(plans[0].Shifts), dates); diff != "" {
		t.Errorf("announced days changed (-published +planned):\n%s", diff)
	}
}

func TestAnnouncedReceptionIsNotHeldAgainAfterItsHolidayMovesIt(t *testing.T) {
	roster := village(8)
	roster.Receptions[0].Days = duty.DaysOfMonth{28}
	window := fromDay(date(t, "2026-07-01"), 2)
	published := publishedIn(window, duty.Plan(roster, readCalendar(t, ""), window))
	published.From, published.AnnouncedUntil = date(t, "2026-07-27"), date(t, "2026-07-30")

	plans := duty.Plan(roster, amend2026(t, "2026-07-28", "2026-07-29", "2026-07-30", "2026-07-31"), published)
	if got := receptions(plans); got != "2026-07-28 2026-08-28" {
		t.Errorf("receptions on %s, want the announced one and August's own", got)
	}

	published.First, published.Months = workday.NewMonth(2026, 8), 1
	published.From, published.AnnouncedUntil = date(t, "2026-08-01"), date(t, "2026-08-04")
	published.Opening = plans[0].Closing
	delete(published.Published, workday.NewMonth(2026, 8))
	if got := receptions(duty.Plan(roster, amend2026(t, "2026-07-28", "2026-07-29", "2026-07-30", "2026-07-31"), published)); got != "2026-08-28" {
		t.Errorf("planned from August, receptions on %s, want August's own alone", got)
	}
}

func TestReceptionWhoseRuleDayHasPassedStaysWhereItWasPublished(t *testing.T) {
	roster := village(8)
	amended := amend2026(t, "2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18")
	window := fromDay(date(t, "2026-06-01"), 1)
	published := publishedIn(window, duty.Plan(roster, amended, window)) // on Monday the 22nd
	published.From, published.AnnouncedUntil = date(t, "2026-06-17"), date(t, "2026-06-18")

	plans := duty.Plan(roster, readCalendar(t, ""), published) // the amendment is withdrawn
	if got := receptions(plans); got != "2026-06-22" {
		t.Errorf("receptions on %s, want it on the published day and not lost", got)
	}
}

func TestProvisionalDayFirmsUpWhenTheNoticeArrives(t *testing.T) {
	roster := village(8)
	window := fromDay(date(t, "2026-12-28"), 1)
	published := publishedIn(window, duty.Plan(roster, readCalendar(t, ""), window))
	published.AnnouncedUntil = date(t, "2026-12-31")
	if shifts := published.Published[window.First]; len(shifts) != 4 || !shifts[0].Provisional {
		t.Fatalf("want four provisional days, got %+v", shifts)
	}
	plans := duty.Plan(roster, readCalendar(t, "year 2027\noff 2027-01-01 元旦"), published)
	for _, shift := range plans[0].Shifts {
		if shift.Provisional {
			t.Errorf("%s is provisional though both notices are in", shift.Date)
		}
	}
}

func TestNewcomerEntersAtTheFloorAndStaysThere(t *testing.T) {
	calendar := readCalendar(t, "")
	window := fromDay(date(t, "2026-06-01"), 1)
	published := publishedIn(window, duty.Plan(village(3), calendar, window))
	published.From, published.AnnouncedUntil = date(t, "2026-06-15"), date(t, "2026-06-17")

	joined := village(4)
	plans := duty.Plan(joined, calendar, published)
	turns := map[string]int{}
	for _, shift := range plans[0].Shifts {
		if shift.Kind == duty.Duty && shift.Date.After(published.AnnouncedUntil) {
			for _, id := range shift.Deputies {
				turns[id]++
			}
		}
	}
	if turns["d04"] == 0 || turns["d04"] > 3 {
		t.Errorf("in the eight days left the newcomer has %d turns, the others %v; want a fair share", turns["d04"], turns)
	}
	if got := plans[0].Opening.Duty["d04"].Turns; got != 4 {
		t.Errorf("the newcomer's credit in the opening ledger is %d, want the floor of 4", got)
	}

	published = publishedIn(published, plans)
	for _, today := range []string{"2026-06-16", "2026-06-19", "2026-06-30"} {
		published.From = date(t, today)
		published.AnnouncedUntil = published.From.AddDays(2)
		if diff := cmp.Diff(plans, duty.Plan(joined, calendar, published), dates); diff != "" {
			t.Errorf("planned again on %s (-first +again):\n%s", today, diff)
		}
	}
}

func TestFirstPlanBeginsToday(t *testing.T) {
	plans := duty.Plan(village(8), readCalendar(t, ""), fromDay(date(t, "2026-06-18"), 2))
	if first := plans[0].Shifts[0].Date; first != date(t, "2026-06-18") {
		t.Errorf("the first shift is on %s, want it today and not in the past", first)
	}
	if last := plans[1].Shifts[len(plans[1].Shifts)-1].Date; last != date(t, "2026-07-31") {
		t.Errorf("the last shift is on %s", last)
	}
}

func TestSuspendedDeputyReturnsAtTheFloor(t *testing.T) {
	calendar := readCalendar(t, "")
	roster := village(3)
	roster.Deputies[2].Serving = false
	window := fromDay(date(t, "2026-06-01"), 1)
	window.Opening.Duty = duty.Ledger{"d01": {Turns: 5}, "d02": {Turns: 5}, "d03": {Turns: 5}}
	window.Opening.Reception = duty.Ledger{"d01": {Turns: 1}, "d02": {Turns: 1}, "d03": {Turns: 1}}
	plans := duty.Plan(roster, calendar, window)
	if shifts := shiftsOf(plans); slices.ContainsFunc(shifts, func(s duty.Shift) bool { return slices.Contains(s.Deputies, "d03") }) {
		t.Error("a suspended deputy has a turn")
	}
	closing := plans[0].Closing.Duty
	if closing["d03"].Turns != min(closing["d01"].Turns, closing["d02"].Turns) {
		t.Errorf("the suspended deputy's account stands at %d, the others' at %d and %d; want the floor", closing["d03"].Turns, closing["d01"].Turns, closing["d02"].Turns)
	}
}

func TestAccountOfSomeoneOffTheRosterIsKeptForAYear(t *testing.T) {
	window := fromDay(date(t, "2026-06-01"), 1)
	window.Opening.Duty = duty.Ledger{
		"d01": {Turns: 4, Last: date(t, "2026-05-29")},
		"old": {Turns: 4, Last: date(t, "2026-01-05")},
		"gon": {Turns: 9, Last: date(t, "2024-01-05")},
	}
	closing := duty.Plan(village(1), readCalendar(t, ""), window)[0].Closing.Duty
	if _, ok := closing["old"]; !ok {
		t.Error("the account of somebody who left this year is gone")
	}
	if _, ok := closing["gon"]; ok {
		t.Error("the account of somebody who left two years ago is still there")
	}
}

func TestTopicsGoOnFromMonthToMonth(t *testing.T) {
	roster := village(4)
	roster.Receptions[0].Topics = []string{"产业发展", "道路交通", "环境卫生"}
	window := fromDay(date(t, "2026-06-01"), 4)
	window.Opening.Receptions = map[string]int{"": 2}
	var got []string
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), window)) {
		if shift.Kind == duty.Reception {
			got = append(got, shift.Topic)
		}
	}
	if diff := cmp.Diff([]string{"环境卫生", "产业发展", "道路交通", "环境卫生"}, got); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

func TestPlanLeavesItsArgumentsAlone(t *testing.T) {
	window := fromDay(date(t, "2026-06-10"), 2)
	window.Opening.Duty = duty.Ledger{"d01": {Turns: 1}}
	window.Published = map[workday.Month][]duty.Shift{window.First: {{Date: date(t, "2026-06-01"), Kind: duty.Duty, Deputies: []string{"d02"}, Provisional: true}}}
	want := duty.Ledger{"d01": {Turns: 1}}
	duty.Plan(village(3), readCalendar(t, ""), window)
	if diff := cmp.Diff(want, window.Opening.Duty, dates); diff != "" {
		t.Errorf("the opening ledger given was changed:\n%s", diff)
	}
	if !window.Published[window.First][0].Provisional {
		t.Error("a published shift given was changed")
	}
}

// village is a roster of n deputies and one leader, with receptions on the 15th and one deputy on duty on other working days.
func village(n int) duty.Roster {
	roster := duty.Roster{
		Leaders:    []duty.Leader{{ID: "l01"}},
		Receptions: []duty.ReceptionRule{{Days: duty.DaysOfMonth{15}, Deputies: 1, Leaders: 1}},
		Duty:       &duty.DutyRule{Deputies: 1},
	}
	for _, id := range []string{"d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08"}[:n] {
		roster.Deputies = append(roster.Deputies, duty.Deputy{ID: id, Serving: true})
	}
	return roster
}

func fromDay(from workday.Date, months int) duty.Window {
	return duty.Window{First: workday.MonthOf(from), Months: months, From: from}
}

// amend2026 returns the calendar with an amended notice for 2026 that gives those days off as well.
func amend2026(t *testing.T, off ...string) *workday.Calendar {
	t.Helper()
	years := workday.Published()
	for i := range years {
		if years[i].Year != 2026 {
			continue
		}
		for _, day := range off {
			years[i].OffDays = append(years[i].OffDays, workday.Day{Date: date(t, day), Name: "调整"})
		}
	}
	calendar, err := workday.NewCalendar(years...)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

func receptions(plans []duty.MonthPlan) string {
	var days []string
	for _, shift := range shiftsOf(plans) {
		if shift.Kind == duty.Reception {
			days = append(days, shift.Date.String())
		}
	}
	return strings.Join(days, " ")
}

func TestLedgerTellsHowFarTurnsAreApart(t *testing.T) {
	opening := duty.Ledger{"a": {Turns: 3}, "b": {Turns: 4}, "gone": {Turns: 9}}
	shifts := []duty.Shift{
		{Date: date(t, "2026-06-01"), Kind: duty.Duty, Deputies: []string{"b"}}, {Date: date(t, "2026-06-02"), Kind: duty.Duty, Deputies: []string{"new"}},
		{Date: date(t, "2026-06-03"), Kind: duty.Reception, Deputies: []string{"b"}}, {Date: date(t, "2026-06-09"), Kind: duty.Duty, Deputies: []string{"b"}},
	}
	for name, test := range map[string]struct {
		people []string
		until  string
		want   int
	}{
		"nobody":                           {nil, "2026-06-30", 0},
		"before the month":                 {[]string{"a", "b"}, "2026-05-31", 1},
		"one turn of this kind":            {[]string{"a", "b"}, "2026-06-03", 2},
		"who left does not count":          {[]string{"a"}, "2026-06-30", 0},
		"a first turn begins at the floor": {[]string{"a", "new"}, "2026-06-30", 1},
		"without an account, none counts":  {[]string{"a", "stranger"}, "2026-06-30", 0},
	} {
		if got := opening.After(shifts, duty.Duty, date(t, test.until)).Spread(test.people); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

// d03 is away for long and back on the 22nd, at the floor of that day. By then d02 is back from a shorter leave with few turns, so that the floor
// is lower than it was while both were away. Planning again in between must not raise d03 to the higher one.
func TestWhoIsAwayForLongIsRaisedOnTheDayOfReturnAlone(t *testing.T) {
	roster := village(4)
	roster.Duty.Deputies = 2
	roster.Deputies[1].Leave = []duty.Span{{From: date(t, "2025-11-20"), Until: date(t, "2025-12-17")}}
	roster.Deputies[2].Leave = []duty.Span{{From: date(t, "2025-11-01"), Until: date(t, "2025-12-21")}}
	calendar := readCalendar(t, "")
	window := fromDay(date(t, "2025-12-02"), 2)
	plans := duty.Plan(roster, calendar, window)
	window = publishedIn(window, plans)
	window.From, window.AnnouncedUntil = date(t, "2025-12-16"), date(t, "2025-12-16")
	if diff := cmp.Diff(shiftsOf(plans), shiftsOf(duty.Plan(roster, calendar, window)), dates); diff != "" {
		t.Errorf("planned again while both were away (-first +again):\n%s", diff)
	}
}

// d07 is named by hand for the day before the mandate begins. Where the announced days end when the plan is made again must not matter to that account.
func TestWhoIsNamedBeforeJoiningBeginsTheSameInEveryPlan(t *testing.T) {
	roster := village(7)
	roster.Duty.Deputies = 2
	roster.Deputies[6].From = date(t, "2026-01-13")
	roster.Overrides = []duty.Override{{Date: date(t, "2026-01-12"), Kind: duty.Duty, Deputies: []string{"d07"}}}
	calendar := readCalendar(t, "")
	window := fromDay(date(t, "2025-12-02"), 3)
	plans := duty.Plan(roster, calendar, window)
	window = publishedIn(window, plans)
	window.From, window.AnnouncedUntil = date(t, "2025-12-17"), date(t, "2026-01-09")
	if diff := cmp.Diff(shiftsOf(plans), shiftsOf(duty.Plan(roster, calendar, window)), dates); diff != "" {
		t.Errorf("planned again (-first +again):\n%s", diff)
	}
}

package duty_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

func TestReceptionsFallByTheirRule(t *testing.T) {
	day := func(s string) workday.Date { return date(t, s) }
	odd := []time.Month{1, 3, 5, 7, 9, 11}
	for name, test := range map[string]struct {
		days     duty.Recurrence
		postpone duty.Postponement
		want     string
	}{
		"two days a month":      {duty.DaysOfMonth{9, 19}, duty.PostponeNonWorking, "03-09 03-19 04-09 04-20 05-09 05-19"},
		"every Monday":          {duty.Weekday{Day: time.Monday}, duty.PostponeNever, "03-02 03-09 03-16 03-23 03-30 04-06 04-13 04-20 04-27 05-04 05-11 05-18 05-25"},
		"Mondays off holidays":  {duty.Weekday{Day: time.Monday, Nth: 1}, duty.PostponeNonWorking, "03-02 04-07 05-06"},
		"third Friday":          {duty.Weekday{Day: time.Friday, Nth: 3}, duty.PostponeNonWorking, "03-20 04-17 05-15"},
		"last Wednesday":        {duty.Weekday{Day: time.Wednesday, Nth: -1}, duty.PostponeNonWorking, "03-25 04-29 05-27"},
		"in odd months":         {duty.Months{Rule: duty.DaysOfMonth{10}, Numbers: odd}, duty.PostponeNonWorking, "03-10 05-11"},
		"on single dates":       {duty.Dates{day("2026-03-15"), day("2026-05-01")}, duty.PostponePublicHoliday, "03-15 05-06"},
		"market every ten days": {duty.MarketDay{Anchor: day("2026-04-03"), Every: 10}, duty.PostponeNever, "03-04 03-14 03-24 04-03 04-13 04-23 05-03 05-13 05-23"},
		"market anchored later": {duty.MarketDay{Anchor: day("2026-08-01"), Every: 30}, duty.PostponeNever, "03-04 04-03 05-03"},
	} {
		t.Run(name, func(t *testing.T) {
			roster := village(4)
			roster.Duty = nil
			roster.Receptions[0].Days, roster.Receptions[0].Postpone = test.days, test.postpone
			got := receptions(duty.Plan(roster, readCalendar(t, ""), fromDay(day("2026-03-01"), 3)))
			if got = strings.ReplaceAll(got, "2026-", ""); got != test.want {
				t.Errorf("receptions on %s, want %s", got, test.want)
			}
		})
	}
}

func TestWhereTwoRulesMeetTheFirstHolds(t *testing.T) {
	roster := village(4)
	roster.Receptions[0].Topics = []string{"甲", "乙"}
	roster.Receptions = append(roster.Receptions, duty.ReceptionRule{
		Name: "market", Days: duty.MarketDay{Anchor: date(t, "2026-06-05"), Every: 10}, Postpone: duty.PostponeNever, Deputies: 2, Place: "集市", Topics: []string{"一", "二", "三"},
	})
	var got []string
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2026-06-01"), 2))) {
		if shift.Kind == duty.Reception {
			got = append(got, strings.Join([]string{shift.Date.String(), shift.Rule, shift.Place, shift.Topic}, "/"))
		}
	}
	want := []string{"2026-06-05/market/集市/一", "2026-06-15///甲", "2026-06-25/market/集市/二", "2026-07-05/market/集市/三", "2026-07-15///乙", "2026-07-25/market/集市/一"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receptions (-want +got):\n%s", diff)
	}
}

func TestTopicOfTheMonthTakesThePlaceOfTheRotation(t *testing.T) {
	roster := village(4)
	roster.Receptions[0].Topics, roster.Receptions[0].TopicsByMonth = []string{"甲", "乙"}, map[time.Month]string{time.July: "防汛"}
	var got []string
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2026-06-01"), 3))) {
		if shift.Kind == duty.Reception {
			got = append(got, shift.Topic)
		}
	}
	if diff := cmp.Diff([]string{"甲", "防汛", "甲"}, got); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

func TestAReceptionHasItsCountyDeputies(t *testing.T) {
	roster := village(6)
	roster.Duty = nil
	roster.Deputies[3].County, roster.Deputies[5].County = true, true
	roster.Deputies[5].Leave = []duty.Span{{From: date(t, "2026-07-01"), Until: date(t, "2026-07-20")}}
	roster.Receptions[0].Deputies, roster.Receptions[0].County = 3, 2
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2026-06-01"), 3))) {
		county, lacks := 0, 0
		for _, id := range shift.Deputies {
			if id == "d04" || id == "d06" {
				county++
			}
		}
		if shift.Date.Month() == time.July {
			lacks = 1
		}
		if county != 2-lacks || len(shift.Deputies) != 3-lacks || shift.Uncovered != lacks {
			t.Errorf("the reception of %s: %v, %d uncovered; want two county deputies where there are two", shift.Date, shift.Deputies, shift.Uncovered)
		}
	}
}

func TestLeadersComeByTheirArea(t *testing.T) {
	roster := village(4)
	roster.Duty = nil
	roster.Leaders = []duty.Leader{{ID: "l01"}, {ID: "l02", Areas: []string{"道路交通"}}, {ID: "l03", Areas: []string{"道路交通", "环境卫生"}}}
	roster.Receptions[0].LeadersByArea, roster.Receptions[0].Topics = true, []string{"道路交通", "环境卫生", "集体经济"}
	var got []string
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2026-01-01"), 6))) {
		got = append(got, shift.Topic+" "+strings.Join(shift.Leaders, ","))
	}
	want := []string{"道路交通 l02", "环境卫生 l03", "集体经济 l01", "道路交通 l02", "环境卫生 l03", "集体经济 l01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("leaders (-want +got):\n%s", diff)
	}
}

func TestSpecialtyDecidesBetweenEqualTurns(t *testing.T) {
	roster := village(4)
	roster.Duty = nil
	roster.Receptions[0].Topics = []string{"道路交通", "环境卫生"}
	roster.Deputies[2].Specialties = []string{"道路交通"}
	var got []string
	for _, shift := range shiftsOf(duty.Plan(roster, readCalendar(t, ""), fromDay(date(t, "2026-01-01"), 4))) {
		got = append(got, shift.Deputies[0])
	}
	if diff := cmp.Diff([]string{"d03", "d01", "d02", "d04"}, got); diff != "" {
		t.Errorf("who receives (-want +got): fitting first, and nobody twice before all had a turn\n%s", diff)
	}
}

func TestOverridesWin(t *testing.T) {
	roster := village(8)
	calendar := readCalendar(t, "")
	window := fromDay(date(t, "2026-06-01"), 1)
	window = publishedIn(window, duty.Plan(roster, calendar, window))
	window.AnnouncedUntil = date(t, "2026-06-05") // the 3rd is announced, the rest not
	roster.Overrides = []duty.Override{
		{Date: date(t, "2026-06-03"), Kind: duty.Duty, Deputies: []string{"d08"}},
		{Date: date(t, "2026-06-15"), Kind: duty.Reception, Cancelled: true},
		{Date: date(t, "2026-06-17"), Kind: duty.Reception, Deputies: []string{"d07", "d01"}, Leader: "l01", Place: "白额村", Topic: "田间路"},
		{Date: date(t, "2026-06-21"), Kind: duty.Duty},
	}
	plan := duty.Plan(roster, calendar, window)[0]
	on := func(day string, kind duty.Kind) *duty.Shift {
		i := slices.IndexFunc(plan.Shifts, func(s duty.Shift) bool { return s.Date == date(t, day) && s.Kind == kind })
		if i < 0 {
			return nil
		}
		return &plan.Shifts[i]
	}
	if s := on("2026-06-03", duty.Duty); s == nil || !s.ByHand || !slices.Equal(s.Deputies, []string{"d08"}) {
		t.Errorf("the announced duty that was given to d08: %+v", s)
	}
	if s := on("2026-06-15", duty.Reception); s == nil || !s.Cancelled || s.Deputies != nil || s.Uncovered != 0 || on("2026-06-15", duty.Duty) != nil {
		t.Errorf("the cancelled reception: %+v", s)
	}
	if s := on("2026-06-17", duty.Reception); s == nil || !slices.Equal(s.Deputies, []string{"d07", "d01"}) || s.Place != "白额村" || s.Topic != "田间路" || on("2026-06-17", duty.Duty) != nil {
		t.Errorf("the extra reception: %+v", s)
	}
	if s := on("2026-06-21", duty.Duty); s == nil || !s.ByHand || len(s.Deputies) != 1 {
		t.Errorf("the extra duty on a Sunday, by turn: %+v", s)
	}
	if got := plan.Closing.Receptions[""]; got != 1 {
		t.Errorf("%d receptions counted, want the one that is held", got)
	}
	if got := plan.Closing.Reception["d07"].Turns; got != 1 {
		t.Errorf("d07 has %d reception turns, want the one by hand", got)
	}
	if got := plan.Closing.Duty.Spread([]string{"d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08"}); got > 1 {
		t.Errorf("turns by hand count for nothing: the spread of duty is %d", got)
	}
	window = publishedIn(window, []duty.MonthPlan{plan})
	if diff := cmp.Diff(plan.Shifts, duty.Plan(roster, calendar, window)[0].Shifts, dates); diff != "" {
		t.Errorf("planned again (-first +again):\n%s", diff)
	}
	roster.Overrides = nil // cleared away once the days are announced
	window.AnnouncedUntil = date(t, "2026-06-30")
	if diff := cmp.Diff(plan.Shifts, duty.Plan(roster, calendar, window)[0].Shifts, dates); diff != "" {
		t.Errorf("announced days changed when their overrides were cleared away (-before +after):\n%s", diff)
	}
}

func TestAnnouncedShiftsThatCannotBeHeldAreTold(t *testing.T) {
	roster := village(4)
	window := fromDay(date(t, "2026-06-01"), 1)
	window = publishedIn(window, duty.Plan(roster, readCalendar(t, ""), window))
	window.From, window.AnnouncedUntil = date(t, "2026-06-09"), date(t, "2026-06-16")
	roster.Deputies = roster.Deputies[1:] // d01 has left
	roster.Deputies[0].Serving = false    // d02
	roster.Deputies[1].Leave = []duty.Span{{From: date(t, "2026-06-01"), Until: date(t, "2026-06-30")}}
	plan := duty.Plan(roster, amend2026(t, "2026-06-15"), window)[0]

	var got []string
	for _, b := range plan.Broken {
		got = append(got, strings.TrimSpace(strings.Join([]string{b.Date.String(), string(b.Kind), string(b.Why), b.Person, b.Holiday}, " ")))
	}
	want := []string{
		"2026-06-09 Duty OnLeave d03", "2026-06-11 Duty NotOnRoster d01", "2026-06-12 Duty NotInService d02",
		"2026-06-15 Reception DayOff  调整", "2026-06-15 Reception NotOnRoster d01", "2026-06-16 Duty OnLeave d03",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what stands against announced shifts (-want +got):\n%s", diff)
	}
	for _, shift := range plan.Shifts {
		if shift.Date == date(t, "2026-06-09") && !slices.Equal(shift.Deputies, []string{"d03"}) {
			t.Errorf("an announced shift changed by itself: %+v", shift)
		}
	}
}

// What a person sees planned for a year today is what will have been published, day by day, if nothing happens.
func TestRollingForwardPublishesWhatThePreviewShows(t *testing.T) {
	roster := village(5)
	roster.Deputies[1].Leave = []duty.Span{{From: date(t, "2026-02-02"), Until: date(t, "2026-02-12")}}
	roster.Deputies[2].Leave = []duty.Span{{From: date(t, "2026-03-01"), Until: date(t, "2026-04-20")}}
	calendar := readCalendar(t, "")
	preview := shiftsOf(duty.Plan(roster, calendar, fromDay(date(t, "2026-01-05"), 5)))

	window := fromDay(date(t, "2026-01-05"), 2)
	var published []duty.Shift
	for n := range 5 {
		plans := duty.Plan(roster, calendar, window)
		published = append(published, plans[0].Shifts...)
		next := workday.NewMonth(2026, time.January).Add(n + 1)
		window = publishedIn(window, plans)
		window.First, window.From, window.AnnouncedUntil = next, next.First(), next.First().AddDays(3)
		window.Opening = plans[1].Opening
	}
	if diff := cmp.Diff(preview, published, dates); diff != "" {
		t.Errorf("published (-preview +published):\n%s", diff)
	}
}

func TestExplanationNamesTheDayAndThePeople(t *testing.T) {
	roster := village(3)
	roster.Receptions[0].Days = duty.DaysOfMonth{10}
	roster.Deputies[0].Leave = []duty.Span{{From: date(t, "2026-01-01"), Until: date(t, "2026-01-20")}}
	all := duty.Explain(roster, readCalendar(t, ""), fromDay(date(t, "2026-01-01"), 1), date(t, "2026-01-12"))
	if len(all) != 1 || all[0].Trace == nil || all[0].Trace.Result != date(t, "2026-01-12") || !strings.Contains(all[0].Rule, "2026-01-10") {
		t.Fatalf("explanations: %+v", all)
	}
	first, second := all[0].Candidates[0], all[0].Candidates[1]
	if first.Away != "on leave" || first.Chosen || !second.Chosen || second.Turns != 0 {
		t.Errorf("candidates: %+v", all[0].Candidates)
	}
}

// On New Year's Day, from which the rule's reception is postponed, the station holds an extra one. Announcing that one must not settle the other.
func TestAnExtraReceptionOnTheRulesDayDoesNotReplaceThePostponedOne(t *testing.T) {
	roster := village(4)
	roster.Receptions[0].Days = duty.DaysOfMonth{1}
	roster.Overrides = []duty.Override{{Date: date(t, "2026-01-01"), Kind: duty.Reception, Deputies: []string{"d04"}}}
	calendar := readCalendar(t, "")
	window := fromDay(date(t, "2025-12-29"), 2)
	window = publishedIn(window, duty.Plan(roster, calendar, window))
	window.AnnouncedUntil = date(t, "2026-01-01")
	if got := receptions(duty.Plan(roster, calendar, window)); got != "2026-01-01 2026-01-04" {
		t.Errorf("receptions on %s, want the extra one and the rule's", got)
	}
}

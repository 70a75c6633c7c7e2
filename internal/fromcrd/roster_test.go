package fromcrd_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
	"township.dev/liaison/test/fixture"
)

var dates = cmpopts.EquateComparable(workday.Date{}, workday.Month{})

func TestRosterSaysWhatTheObjectSays(t *testing.T) {
	declared := fixture.Roster("zhongduo").
		Deputy("d01").Serving("2026-03-01", "2026-12-31").OnLeave("2026-10-01", "2026-10-08").
		Deputy("d02").WithStatus(v1alpha1.DeputySuspended).
		Leaders(1).
		ReceptionOn(10, 2, 1).Postponed(v1alpha1.PostponePublicHoliday).Topics("产业发展", "道路交通").
		DutyOn(v1alpha1.DutyEveryDay, 1).
		Horizon(6).
		Obj()
	got, problems := fromcrd.RosterOf(&declared.Spec)
	if faults := problems.Faults(); len(faults) > 0 {
		t.Fatalf("problems: %s", faults)
	}
	want := duty.Roster{
		Deputies: []duty.Deputy{
			{ID: "d01", Serving: true, From: date(t, "2026-03-01"), Until: date(t, "2026-12-31"), Leave: []duty.Span{{From: date(t, "2026-10-01"), Until: date(t, "2026-10-08")}}},
			{ID: "d02"},
		},
		Leaders: []duty.Leader{{ID: "l01"}},
		Receptions: []duty.ReceptionRule{{
			Days: duty.DaysOfMonth{10}, Postpone: duty.PostponePublicHoliday, Deputies: 2, Leaders: 1,
			Hours: "09:00-11:00", Topics: []string{"产业发展", "道路交通"},
		}},
		Duty: &duty.DutyRule{EveryDay: true, Deputies: 1},
	}
	if diff := cmp.Diff(want, got.Roster, dates); diff != "" {
		t.Errorf("roster (-want +got):\n%s", diff)
	}
	if got.HorizonMonths != 6 || got.AnnounceDays != 3 || got.Zone.String() != "Asia/Shanghai" {
		t.Errorf("horizon %d, announced %d days ahead, zone %s", got.HorizonMonths, got.AnnounceDays, got.Zone)
	}
}

func TestRosterFillsInWhatTheServerWould(t *testing.T) {
	spec := &v1alpha1.DeputyRosterSpec{
		Deputies:  []v1alpha1.Deputy{{ID: "d01", Name: "甲", Level: v1alpha1.DeputyCounty}, {ID: "d02", Name: "乙", Level: v1alpha1.DeputyTownship}},
		Reception: &v1alpha1.Reception{Schedule: v1alpha1.ReceptionSchedule{DayOfMonth: 10}},
		Duty:      &v1alpha1.Duty{},
	}
	got, problems := fromcrd.RosterOf(spec)
	if len(problems) > 0 {
		t.Fatalf("problems: %s", problems)
	}
	if !got.Deputies[0].Serving || len(got.Receptions) != 1 || got.Receptions[0].Deputies != 2 || got.Receptions[0].Hours != "09:00-11:00" || got.Receptions[0].Postpone != duty.PostponeNonWorking ||
		got.Duty.Deputies != 1 || got.Duty.EveryDay || got.HorizonMonths != 3 || got.Zone.String() != "Asia/Shanghai" {
		t.Errorf("got %+v, reception %+v, duty %+v", got, got.Receptions, got.Duty)
	}
	if got.AnnounceDays != 0 {
		t.Errorf("announced %d days ahead, want the 0 that a stored object says", got.AnnounceDays)
	}
}

func TestCheckNamesFieldAndRemedy(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*v1alpha1.DeputyRosterSpec)
		field string
		says  string
	}{
		{"nobody", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies, s.Reception, s.Duty = nil, nil, nil }, "spec.deputies", "at least one"},
		{"an id twice", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[1].ID = "d01" }, "spec.deputies[1].id", "spec.deputies[0].id"},
		{"an id in capitals", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[1].ID = "D02" }, "spec.deputies[1].id", "for example d031"},
		{"a leader's id twice", func(s *v1alpha1.DeputyRosterSpec) { s.Leaders[1].ID = "l01" }, "spec.leaders[1].id", "an id of their own"},
		{"an unknown level", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[0].Level = "Province" }, "spec.deputies[0].level", "County or Township"},
		{"an unknown status", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[0].Status = "Away" }, "spec.deputies[0].status", "Suspended"},
		{"a day that does not exist", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[0].From = "2026-02-30" }, "spec.deputies[0].from", "YYYY-MM-DD"},
		{"service that ends before it begins", func(s *v1alpha1.DeputyRosterSpec) {
			s.Deputies[0].From, s.Deputies[0].Until = "2026-02-02", "2026-02-01"
		}, "spec.deputies[0].until", "2026-02-02"},
		{"leave without an end", func(s *v1alpha1.DeputyRosterSpec) { s.Deputies[0].Leave = leave("2026-02-02", "") }, "spec.deputies[0].leave[0].until", "YYYY-MM-DD"},
		{"leave that ends before it begins", func(s *v1alpha1.DeputyRosterSpec) {
			s.Deputies[0].Leave = leave("2026-02-02", "2026-02-01")
		}, "spec.deputies[0].leave[0].until", "before it begins"},
		{"overlapping leave", func(s *v1alpha1.DeputyRosterSpec) {
			s.Deputies[0].Leave = leave("2026-02-01", "2026-02-10", "2026-02-10", "2026-02-12")
		}, "spec.deputies[0].leave[1]", "overlaps spec.deputies[0].leave[0]"},
		{"reception on the 31st", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Schedule.DayOfMonth = 31 }, "spec.reception.schedule.dayOfMonth", "1 to 28"},
		{"an unknown postponement", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Postpone = "Always" }, "spec.reception.postpone", "NonWorkingDay"},
		{"more receiving than listed", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Deputies = 4 }, "spec.reception.deputies", "lists 3"},
		{"more leaders than listed", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Leaders = 3 }, "spec.reception.leaders", "lists 2"},
		{"hours in words", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Hours = "上午" }, "spec.reception.hours", "HH:MM-HH:MM"},
		{"hours that end before they begin", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Hours = "11:00-09:00" }, "spec.reception.hours", "end after it begins"},
		{"an empty topic", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Topics = []string{"道路", " "} }, "spec.reception.topics[1]", "empty"},
		{"announced a year ahead", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.AnnounceDaysBefore = 365 }, "spec.reception.announceDaysBefore", "0 to 31"},
		{"unknown days of duty", func(s *v1alpha1.DeputyRosterSpec) { s.Duty.Days = "Weekends" }, "spec.duty.days", "EveryDay"},
		{"more on duty than listed", func(s *v1alpha1.DeputyRosterSpec) { s.Duty.DeputiesPerDay = 9 }, "spec.duty.deputiesPerDay", "lists 3"},
		{"duty hours that end at their beginning", func(s *v1alpha1.DeputyRosterSpec) { s.Duty.Hours = "09:00-09:00" }, "spec.duty.hours", "end after"},
		{"two years ahead", func(s *v1alpha1.DeputyRosterSpec) { s.HorizonMonths = 24 }, "spec.horizonMonths", "1 to 12"},
		{"two rules in one schedule", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Schedule.Weekday = "Monday" }, "spec.reception.schedule", "contradict each other"},
		{"no rule at all", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.Schedule = v1alpha1.ReceptionSchedule{} }, "spec.reception.schedule", "must set one of"},
		{"a weekday in Chinese", func(s *v1alpha1.DeputyRosterSpec) {
			s.Reception.Schedule = v1alpha1.ReceptionSchedule{Weekday: "周一"}
		}, "spec.reception.schedule.weekday", "Monday"},
		{"the fifth Monday", func(s *v1alpha1.DeputyRosterSpec) {
			s.Reception.Schedule = v1alpha1.ReceptionSchedule{Weekday: "Monday", Nth: 5}
		}, "spec.reception.schedule.nth", "1 to 4"},
		{"a market every day", func(s *v1alpha1.DeputyRosterSpec) {
			s.Reception.Schedule = v1alpha1.ReceptionSchedule{MarketDay: &v1alpha1.MarketDay{Anchor: "2026-01-01", EveryDays: 1}}
		}, "spec.reception.schedule.marketDay.everyDays", "2 to 90"},
		{"more county deputies than deputies", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.MinCountyDeputies = 3 }, "spec.reception.minCountyDeputies", "above deputies (2)"},
		{"county deputies whom the roster lacks", func(s *v1alpha1.DeputyRosterSpec) { s.Reception.MinCountyDeputies = 1 }, "spec.reception.minCountyDeputies", "lists 0"},
		{"two rules with the same days", func(s *v1alpha1.DeputyRosterSpec) {
			s.AdditionalReceptions = []v1alpha1.AdditionalReception{{Name: "again", Reception: *s.Reception}}
		}, "spec.additionalReceptions[0].schedule", "same days as spec.reception.schedule"},
		{"an unknown deputy in an override", func(s *v1alpha1.DeputyRosterSpec) {
			s.Overrides = []v1alpha1.Override{{Date: "2026-03-02", Kind: "Duty", Deputies: []string{"d99"}}}
		}, "spec.overrides[0].deputies[0]", `"d99" is no deputy of the roster`},
		{"an unknown leader in an override", func(s *v1alpha1.DeputyRosterSpec) {
			s.Overrides = []v1alpha1.Override{{Date: "2026-03-02", Kind: "Reception", Leader: "l99"}}
		}, "spec.overrides[0].leader", "no leader of the roster"},
		{"a cancelled day without a reason", func(s *v1alpha1.DeputyRosterSpec) {
			s.Overrides = []v1alpha1.Override{{Date: "2026-03-02", Kind: "Duty", Cancelled: true}}
		}, "spec.overrides[0].reason", "why the day is cancelled"},
		{"a day decided twice", func(s *v1alpha1.DeputyRosterSpec) {
			s.Overrides = []v1alpha1.Override{{Date: "2026-03-02", Kind: "Duty", Deputies: []string{"d01"}}, {Date: "2026-03-02", Kind: "Duty", Deputies: []string{"d02"}}}
		}, "spec.overrides[1]", "same day and kind as spec.overrides[0]"},
		{"twenty years of history", func(s *v1alpha1.DeputyRosterSpec) { s.HistoryMonths = 240 }, "spec.historyMonths", "1 to 120"},
		{"an unknown time zone", func(s *v1alpha1.DeputyRosterSpec) { s.TimeZone = "Asia/Jixian" }, "spec.timeZone", "Asia/Shanghai"},
		{"the time zone of wherever the operator runs", func(s *v1alpha1.DeputyRosterSpec) { s.TimeZone = "Local" }, "spec.timeZone", "Asia/Shanghai"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			declared := fixture.Roster("zhongduo").Deputies(3).Leaders(2).ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj()
			if _, problems := fromcrd.RosterOf(&declared.Spec); len(problems) > 0 {
				t.Fatalf("before it is spoilt: %s", problems)
			}
			test.spoil(&declared.Spec)
			_, problems := fromcrd.RosterOf(&declared.Spec)
			if len(problems) != 1 || problems[0].Field != test.field || !strings.Contains(problems[0].Message, test.says) {
				t.Errorf("problems: %s; want one at %s that says %q", problems, test.field, test.says)
			}
		})
	}
}

func TestProblemsTellNoPhone(t *testing.T) {
	declared := fixture.Roster("zhongduo").Deputy("d01").WithPhone("139-bad", true).Deputy("d01").Obj()
	if told := problemsOf(declared); strings.Contains(told, "139") || strings.Contains(told, "代表") {
		t.Errorf("the problems tell personal data: %s", told)
	}
}

func TestManyProblemsAreToldInPart(t *testing.T) {
	declared := fixture.Roster("zhongduo").Deputies(9).Obj()
	for i := range declared.Spec.Deputies {
		declared.Spec.Deputies[i].Level = "Province"
	}
	if told := problemsOf(declared); !strings.HasSuffix(told, "; and 4 more") {
		t.Errorf("told: %s", told)
	}
}

func problemsOf(roster *v1alpha1.DeputyRoster) string {
	_, problems := fromcrd.RosterOf(&roster.Spec)
	return problems.String()
}

func leave(days ...string) []v1alpha1.Leave {
	var spans []v1alpha1.Leave
	for i := 0; i < len(days); i += 2 {
		spans = append(spans, v1alpha1.Leave{From: v1alpha1.Date(days[i]), Until: v1alpha1.Date(days[i+1])})
	}
	return spans
}

func date(t *testing.T, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDaysBeginInTheRostersZoneOrInChinas(t *testing.T) {
	in := func(zone string) *v1alpha1.DeputyRoster {
		return &v1alpha1.DeputyRoster{Spec: v1alpha1.DeputyRosterSpec{TimeZone: zone}}
	}
	for want, rosters := range map[string][]*v1alpha1.DeputyRoster{
		"Asia/Urumqi":   {in("Asia/Urumqi")},
		"Asia/Shanghai": {nil, in(""), in("Local"), in("Mars/Olympus")},
	} {
		for _, roster := range rosters {
			if got := fromcrd.Zone(roster).String(); got != want {
				t.Errorf("the zone of %+v is %s, want %s", roster, got, want)
			}
		}
	}
}

// What cannot be right is left out and the rest is read.
func TestTheRestOfAFaultyRosterIsRead(t *testing.T) {
	declared := fixture.Roster("zhongduo").Deputies(3).Leaders(1).ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj()
	declared.Spec.Deputies[1].From = "2026-02-30"
	declared.Spec.Reception.Hours = "上午"
	declared.Spec.AdditionalReceptions = []v1alpha1.AdditionalReception{{Name: "market", Reception: v1alpha1.Reception{}}}
	declared.Spec.Overrides = []v1alpha1.Override{
		{Date: "2026-03-02", Kind: "Duty", Deputies: []string{"d99"}}, {Date: "2026-03-03", Kind: "Duty", Deputies: []string{"d01"}},
	}
	got, problems := fromcrd.RosterOf(&declared.Spec)
	if len(problems.Faults()) != 4 {
		t.Errorf("problems: %s; want four", problems)
	}
	if len(got.Deputies) != 3 || got.Deputies[1].Serving || len(got.Receptions) != 1 || got.Receptions[0].Hours != "" || got.Duty == nil || len(got.Overrides) != 1 {
		t.Errorf("read: %+v", got.Roster)
	}
}

func TestWhatHasNoEffectIsRemarked(t *testing.T) {
	declared := fixture.Roster("zhongduo").Deputy("d01").OnLeave("2026-09-01", "2026-09-30").Deputy("d02").OnLeave("2026-10-01", "2026-10-02").Obj()
	declared.Spec.Overrides = []v1alpha1.Override{{Date: "2026-09-02", Kind: "Duty", Deputies: []string{"d01"}}}
	remarks := fromcrd.Remarks(&declared.Spec, date(t, "2026-10-08"))
	if len(remarks) != 2 || len(remarks.Faults()) > 0 || remarks[0].Field != "spec.deputies[0].leave[0]" || remarks[1].Field != "spec.overrides[0]" {
		t.Errorf("remarks: %s", remarks)
	}
}

func TestAShortageOfEligibleDeputiesIsRemarked(t *testing.T) {
	declared := fixture.Roster("zhongduo").Deputy("d01").Deputy("d02").WithStatus(v1alpha1.DeputySuspended).ReceptionOn(10, 2, 0).Obj()
	_, problems := fromcrd.RosterOf(&declared.Spec)
	if len(problems) != 1 || !problems[0].Remark || problems[0].Field != "spec.reception.deputies" || !strings.Contains(problems[0].Message, "only 1 of the roster are eligible") {
		t.Errorf("problems: %s", problems)
	}
}

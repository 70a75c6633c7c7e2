package duty_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// The guarantee: where everyone can take every shift, no one is ever two turns ahead of anyone, at any point of the plan.
func TestSpreadIsAtMostOneAtEveryPrefix(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawRoster(t, false)
		window := drawWindow(t)
		turns := map[duty.Kind]map[string]int{duty.Reception: {}, duty.Duty: {}}
		for _, plan := range duty.Plan(roster, calendar, window) {
			for _, shift := range plan.Shifts {
				for _, id := range shift.Deputies {
					turns[shift.Kind][id]++
				}
				if spread := spreadOf(roster, turns[shift.Kind]); spread > 1 {
					t.Fatalf("after %s the turns of %s differ by %d: %v", shift.Date, shift.Kind, spread, turns[shift.Kind])
				}
			}
		}
	})
}

func spreadOf(roster duty.Roster, turns map[string]int) int {
	most, fewest := 0, turns[roster.Deputies[0].ID]
	for _, deputy := range roster.Deputies {
		most, fewest = max(most, turns[deputy.ID]), min(fewest, turns[deputy.ID])
	}
	return most - fewest
}

// Whatever the leave and the terms of service: who is not there is not placed, nobody serves twice on a day,
// and a place stays uncovered only when nobody is left who could take it.
func TestOnlyThoseWhoCanServeDo(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawRoster(t, true)
		for _, plan := range duty.Plan(roster, calendar, drawWindow(t)) {
			seen := map[workday.Date]bool{}
			for _, shift := range plan.Shifts {
				if seen[shift.Date] {
					t.Fatalf("two shifts on %s", shift.Date)
				}
				seen[shift.Date] = true
				checkPlaces(t, roster, shift)
			}
		}
	})
}

func checkPlaces(t *rapid.T, roster duty.Roster, shift duty.Shift) {
	able := 0
	for _, deputy := range roster.Deputies {
		can := deputy.InService(shift.Date) && !deputy.OnLeave(shift.Date)
		if can {
			able++
		}
		if slices.Contains(shift.Deputies, deputy.ID) && !can {
			t.Fatalf("%s cannot serve on %s and is placed", deputy.ID, shift.Date)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(shift.Deputies)))) != len(shift.Deputies) {
		t.Fatalf("somebody stands twice in the shift of %s: %v", shift.Date, shift.Deputies)
	}
	wanted := roster.Duty.Deputies
	if shift.Kind == duty.Reception {
		wanted = roster.Receptions[0].Deputies
	}
	if got := min(wanted, able); len(shift.Deputies) != got {
		t.Fatalf("%d of %d deputies could serve on %s and %d do, want %d", able, len(roster.Deputies), shift.Date, len(shift.Deputies), got)
	}
	if shift.Uncovered != wanted-len(shift.Deputies)+roster.Receptions[0].Leaders*boolToInt(shift.Kind == duty.Reception)-len(shift.Leaders) {
		t.Fatalf("the shift of %s counts %d uncovered places: %+v", shift.Date, shift.Uncovered, shift)
	}
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A month's closing ledgers are the opening ones plus its shifts, as long as nobody joins late or stays away for long; and the next month begins with them.
func TestLedgersAddUp(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawRoster(t, false)
		plans := duty.Plan(roster, calendar, drawWindow(t))
		for n, plan := range plans {
			sum := duty.Ledger{}
			receptions := plan.Opening.Receptions[""]
			for id, account := range plan.Opening.Duty {
				sum[id] = account
			}
			for _, shift := range plan.Shifts {
				if shift.Kind == duty.Reception {
					receptions++
					continue
				}
				for _, id := range shift.Deputies {
					sum[id] = duty.Account{Turns: sum[id].Turns + 1, Last: shift.Date}
				}
			}
			if diff := cmp.Diff(sum, plan.Closing.Duty, dates); diff != "" || receptions != plan.Closing.Receptions[""] {
				t.Fatalf("%s: closing ledger (-sum +closing), receptions %d and %d:\n%s", plan.Month, receptions, plan.Closing.Receptions[""], diff)
			}
			if n > 0 && !cmp.Equal(plans[n-1].Closing, plan.Opening, dates) {
				t.Fatalf("%s does not open as %s closed", plan.Month, plans[n-1].Month)
			}
		}
	})
}

// Planned again, on the same day or on any later one, a plan that nothing has happened to comes out the same.
func TestPlanningAgainChangesNothing(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawRosterWithDecisions(t)
		first := drawWindow(t)
		// What was decided for days before a roster's first plan takes a second plan to settle (see the next property).
		roster.Overrides = slices.DeleteFunc(roster.Overrides, func(o duty.Override) bool { return o.Date.Before(first.From) })
		plans := duty.Plan(roster, calendar, first)
		again := publishedIn(first, plans)
		if diff := cmp.Diff(plans, duty.Plan(roster, calendar, again), dates); diff != "" {
			t.Fatalf("planned again on the same day (-first +again):\n%s", diff)
		}
		later := again
		later.From = first.From.AddDays(rapid.IntRange(0, 31).Draw(t, "daysLater"))
		if workday.MonthOf(later.From) != first.First {
			later.From = first.First.Last()
		}
		later.AnnouncedUntil = later.From.AddDays(rapid.IntRange(0, 31).Draw(t, "announcedDays"))
		if diff := cmp.Diff(shiftsOf(plans), shiftsOf(duty.Plan(roster, calendar, later)), dates); diff != "" {
			t.Fatalf("planned again on %s, announced until %s (-first +again):\n%s", later.From, later.AnnouncedUntil, diff)
		}
	})
}

// After the roster has changed, planning settles: at once as a rule, and at the third time at the latest, when somebody joins
// while somebody else's long leave is entered after the fact. So a controller that plans at every event falls silent.
func TestPlanSettlesAfterAChangeOfTheRoster(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		window := drawWindow(t)
		window = publishedIn(window, duty.Plan(drawRosterWithDecisions(t), calendar, window))
		window.From = window.From.AddDays(rapid.IntRange(0, 20).Draw(t, "daysLater"))
		window.AnnouncedUntil = window.From.AddDays(rapid.IntRange(0, 10).Draw(t, "announcedDays"))
		changed := drawRosterWithDecisions(t)
		plans := duty.Plan(changed, calendar, window)
		for range 2 {
			window = publishedIn(window, plans)
			again := duty.Plan(changed, calendar, window)
			if cmp.Equal(plans, again, dates) {
				return
			}
			plans = again
		}
		if diff := cmp.Diff(plans, duty.Plan(changed, calendar, publishedIn(window, plans)), dates); diff != "" {
			t.Fatalf("planned a fourth time on %s, announced until %s (-third +fourth):\n%s", window.From, window.AnnouncedUntil, diff)
		}
	})
}

var dates = cmpopts.EquateComparable(workday.Date{}, workday.Month{})

func shiftsOf(plans []duty.MonthPlan) []duty.Shift {
	var shifts []duty.Shift
	for _, plan := range plans {
		shifts = append(shifts, plan.Shifts...)
	}
	return shifts
}

// publishedIn returns the window once its plans are published.
func publishedIn(window duty.Window, plans []duty.MonthPlan) duty.Window {
	window.Opening = plans[0].Opening
	window.Published = map[workday.Month][]duty.Shift{}
	for _, plan := range plans {
		window.Published[plan.Month] = plan.Shifts
	}
	return window
}

func drawRoster(t *rapid.T, absences bool) duty.Roster {
	size := rapid.IntRange(1, 20).Draw(t, "deputies")
	roster := duty.Roster{
		Receptions: []duty.ReceptionRule{{
			Days:     duty.DaysOfMonth{rapid.IntRange(1, 28).Draw(t, "dayOfMonth")},
			Postpone: duty.Postponement(rapid.IntRange(0, 2).Draw(t, "postpone")),
			Deputies: rapid.IntRange(1, min(4, size)).Draw(t, "perReception"),
			Leaders:  rapid.IntRange(0, 2).Draw(t, "leadersPerReception"),
			Topics:   []string{"产业发展", "道路交通", "环境卫生"}[:rapid.IntRange(0, 3).Draw(t, "topics")],
		}},
		Duty: &duty.DutyRule{EveryDay: rapid.Bool().Draw(t, "everyDay"), Deputies: rapid.IntRange(1, min(3, size)).Draw(t, "perDay")},
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "leaders") {
		roster.Leaders = append(roster.Leaders, duty.Leader{ID: fmt.Sprintf("l%d", n)})
	}
	for n := range size {
		deputy := duty.Deputy{ID: fmt.Sprintf("d%02d", n), Serving: true}
		if absences {
			drawAbsences(t, &deputy)
		}
		roster.Deputies = append(roster.Deputies, deputy)
	}
	return roster
}

func drawAbsences(t *rapid.T, deputy *duty.Deputy) {
	deputy.Serving = rapid.IntRange(0, 9).Draw(t, "serving") > 0
	begin := workday.NewDate(2025, 11, 1)
	if rapid.IntRange(0, 4).Draw(t, "joinsLate") == 0 {
		deputy.From = begin.AddDays(rapid.IntRange(0, 200).Draw(t, "from"))
	}
	if rapid.IntRange(0, 4).Draw(t, "leaves") == 0 {
		deputy.Until = begin.AddDays(rapid.IntRange(0, 300).Draw(t, "until"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "leaveSpans") {
		from := begin.AddDays(rapid.IntRange(0, 300).Draw(t, "leaveFrom"))
		deputy.Leave = append(deputy.Leave, duty.Span{From: from, Until: from.AddDays(rapid.IntRange(0, 50).Draw(t, "leaveDays"))})
	}
}

func drawWindow(t *rapid.T) duty.Window {
	from := workday.NewDate(2025, 12, 1).AddDays(rapid.IntRange(0, 200).Draw(t, "today"))
	return duty.Window{First: workday.MonthOf(from), Months: rapid.IntRange(1, 6).Draw(t, "months"), From: from}
}

// drawRosterWithDecisions adds what the plainer properties cannot hold for: county deputies who must be among the others, a second rule, and overrides.
func drawRosterWithDecisions(t *rapid.T) duty.Roster {
	roster := drawRoster(t, true)
	for i := range roster.Deputies {
		roster.Deputies[i].County = rapid.Bool().Draw(t, "county")
	}
	roster.Receptions[0].County = rapid.IntRange(0, roster.Receptions[0].Deputies).Draw(t, "countyPerReception")
	if rapid.Bool().Draw(t, "market") {
		roster.Receptions = append(roster.Receptions, duty.ReceptionRule{
			Name: "market", Days: duty.MarketDay{Anchor: workday.NewDate(2026, 1, 3), Every: rapid.IntRange(2, 30).Draw(t, "everyDays")}, Postpone: duty.PostponeNever, Deputies: 1,
		})
	}
	taken := map[string]bool{}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		o := duty.Override{
			Date:      workday.NewDate(2025, 12, 1).AddDays(rapid.IntRange(0, 150).Draw(t, "overrideOn")),
			Kind:      rapid.SampledFrom([]duty.Kind{duty.Reception, duty.Duty}).Draw(t, "overrideKind"),
			Cancelled: rapid.IntRange(0, 3).Draw(t, "cancelled") == 0,
		}
		if !o.Cancelled && rapid.Bool().Draw(t, "named") {
			o.Deputies = []string{roster.Deputies[rapid.IntRange(0, len(roster.Deputies)-1).Draw(t, "who")].ID}
		}
		if key := o.Date.String() + string(o.Kind); !taken[key] {
			taken[key] = true
			roster.Overrides = append(roster.Overrides, o)
		}
	}
	return roster
}

package duty_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// The oracle goes through every way to staff a month of a small roster, day by day, and keeps for each outcome (turns of each deputy) the fewest
// places that changed hands on the way. It shares nothing with the planner but the roster's own words for who is there.
type oracle struct {
	roster duty.Roster
	// outcomes by the turns of each deputy, in order of the roster.
	outcomes map[turnsOfAll]int
}

const mostInOracle = 4

type turnsOfAll [mostInOracle]int

func newOracle(roster duty.Roster, opening duty.Ledger) *oracle {
	var start turnsOfAll
	for i, deputy := range roster.Deputies {
		start[i] = opening[deputy.ID].Turns
	}
	return &oracle{roster: roster, outcomes: map[turnsOfAll]int{start: 0}}
}

// serve lets a shift that is settled be.
func (o *oracle) serve(ids []string) {
	next := map[turnsOfAll]int{}
	for turns, changed := range o.outcomes {
		for i, deputy := range o.roster.Deputies {
			if slices.Contains(ids, deputy.ID) {
				turns[i]++
			}
		}
		next[turns] = changed
	}
	o.outcomes = next
}

// staff goes through every choice of places deputies, or of all there are, and counts those who are not wanted. A nil wanted counts nothing.
func (o *oracle) staff(day workday.Date, places int, wanted []string) {
	var there []int
	for i := range o.roster.Deputies {
		if o.roster.Deputies[i].InService(day) && !o.roster.Deputies[i].OnLeave(day) {
			there = append(there, i)
		}
	}
	next := map[turnsOfAll]int{}
	for _, chosen := range subsets(there, min(places, len(there))) {
		cost := 0
		for _, i := range chosen {
			if wanted != nil && !slices.Contains(wanted, o.roster.Deputies[i].ID) {
				cost++
			}
		}
		for turns, changed := range o.outcomes {
			for _, i := range chosen {
				turns[i]++
			}
			if known, ok := next[turns]; !ok || changed+cost < known {
				next[turns] = changed + cost
			}
		}
	}
	o.outcomes = next
}

func subsets(of []int, size int) [][]int {
	if size == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for k := range of {
		for _, rest := range subsets(of[k+1:], size-1) {
			all = append(all, append([]int{of[k]}, rest...))
		}
	}
	return all
}

// best is the least spread that can be reached, and the fewest changes it takes.
func (o *oracle) best() (spread, changed int) {
	first := true
	for turns, cost := range o.outcomes {
		all := turns[:len(o.roster.Deputies)]
		s := slices.Max(all) - slices.Min(all)
		if first || s < spread || s == spread && cost < changed {
			spread, changed, first = s, cost, false
		}
	}
	return spread, changed
}

// The guarantee where leave makes people unequal: at the month's end nobody could have been treated more fairly.
func TestSpreadAtTheMonthsEndIsTheOptimum(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawSmallRoster(t)
		from := workday.NewDate(2026, 3, 1)
		window := duty.Window{First: workday.MonthOf(from), Months: 2, From: from}
		window.Opening.Duty = duty.Ledger{}
		for _, deputy := range roster.Deputies {
			window.Opening.Duty[deputy.ID] = duty.Account{Turns: rapid.IntRange(0, 6).Draw(t, "opening")}
		}
		for _, plan := range duty.Plan(roster, calendar, window) {
			o := newOracle(roster, plan.Opening.Duty)
			for _, shift := range plan.Shifts {
				o.staff(shift.Date, roster.Duty.Deputies, nil)
			}
			want, _ := o.best()
			if got := spreadOfLedger(roster, plan.Closing.Duty); got != want {
				t.Fatalf("%s ends with a spread of %d and %d can be had: %v", plan.Month, got, want, plan.Closing.Duty)
			}
		}
	})
}

// The guarantee of calm: when leave comes in between, no more places change hands than the fairest plans need.
func TestAsFewPlacesAsCanBeChangeHands(t *testing.T) {
	calendar := readCalendar(t, "")
	rapid.Check(t, func(t *rapid.T) {
		roster := drawSmallRoster(t)
		from := workday.NewDate(2026, 3, 1)
		window := duty.Window{First: workday.MonthOf(from), Months: 1, From: from}
		window = publishedIn(window, duty.Plan(roster, calendar, window))
		window.From = from.AddDays(rapid.IntRange(0, 20).Draw(t, "daysLater"))
		window.AnnouncedUntil = window.From.AddDays(3)
		absent := &roster.Deputies[rapid.IntRange(0, len(roster.Deputies)-1).Draw(t, "who")]
		leave := from.AddDays(rapid.IntRange(0, 30).Draw(t, "leaveFrom"))
		absent.Leave = append(slices.Clone(absent.Leave), duty.Span{From: leave, Until: leave.AddDays(rapid.IntRange(0, 8).Draw(t, "leaveDays"))})

		plan := duty.Plan(roster, calendar, window)[0]
		o, changed := newOracle(roster, plan.Opening.Duty), 0
		for n, shift := range plan.Shifts {
			before := window.Published[plan.Month][n]
			if !shift.Date.After(window.AnnouncedUntil) {
				o.serve(before.Deputies)
				continue
			}
			o.staff(shift.Date, roster.Duty.Deputies, before.Deputies)
			for _, id := range shift.Deputies {
				if !slices.Contains(before.Deputies, id) {
					changed++
				}
			}
		}
		spread, fewest := o.best()
		if got := spreadOfLedger(roster, plan.Closing.Duty); got != spread {
			t.Fatalf("the spread is %d and %d can be had", got, spread)
		}
		if changed != fewest {
			t.Fatalf("%d places changed hands and %d would do", changed, fewest)
		}
	})
}

func drawSmallRoster(t *rapid.T) duty.Roster {
	size := rapid.IntRange(2, mostInOracle).Draw(t, "deputies")
	roster := duty.Roster{Duty: &duty.DutyRule{Deputies: rapid.IntRange(1, 2).Draw(t, "perDay")}}
	begin := workday.NewDate(2026, 2, 20)
	for n := range size {
		deputy := duty.Deputy{ID: fmt.Sprintf("d%d", n), Serving: true}
		if rapid.Bool().Draw(t, "onLeave") {
			from := begin.AddDays(rapid.IntRange(0, 60).Draw(t, "from"))
			deputy.Leave = []duty.Span{{From: from, Until: from.AddDays(rapid.IntRange(0, 18).Draw(t, "days"))}}
		}
		roster.Deputies = append(roster.Deputies, deputy)
	}
	// Somebody is away for a day of each month, so that the months' ends are what counts and not every moment (that is another test).
	roster.Deputies[0].Leave = append(roster.Deputies[0].Leave, duty.Span{From: workday.NewDate(2026, 3, 1), Until: workday.NewDate(2026, 3, 1)},
		duty.Span{From: workday.NewDate(2026, 4, 5), Until: workday.NewDate(2026, 4, 5)})
	return roster
}

func spreadOfLedger(roster duty.Roster, ledger duty.Ledger) int {
	var ids []string
	for _, deputy := range roster.Deputies {
		ids = append(ids, deputy.ID)
	}
	return ledger.Spread(ids)
}

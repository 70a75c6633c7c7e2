package duty_test

import (
	"fmt"
	"testing"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// townships is how many township-level divisions China has.
const townships = 41_352

// A year of a roster of 60, the size of an average township's: one core's time for one, and for all townships of China. It is the same after years of
// history, because a month is planned from its opening ledger, and somewhat more where one deputy in six is on leave at some time.
func BenchmarkPlanYear(b *testing.B) {
	for _, history := range []int{0, 2, 20} {
		b.Run(fmt.Sprintf("after %d years", history), func(b *testing.B) { planYears(b, sixty(), history) })
	}
	away := sixty()
	for i := range away.Deputies {
		if i%6 == 0 {
			from := workday.NewDate(2026, 1, 5).AddDays(5 * i)
			away.Deputies[i].Leave = []duty.Span{{From: from, Until: from.AddDays(13)}}
		}
	}
	b.Run("with leave", func(b *testing.B) { planYears(b, away, 0) })
}

func sixty() duty.Roster {
	roster := village(0)
	roster.Receptions[0].Deputies = 2
	for n := range 60 {
		roster.Deputies = append(roster.Deputies, duty.Deputy{ID: fmt.Sprintf("d%03d", n), Serving: true})
	}
	return roster
}

func planYears(b *testing.B, roster duty.Roster, history int) {
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		b.Fatal(err)
	}
	window := fromDay(workday.NewDate(2026-history, 1, 1), 12)
	for range history {
		plans := duty.Plan(roster, calendar, window)
		window = fromDay(window.From.AddDays(366), 12)
		window.From, window.Opening = window.First.First(), plans[len(plans)-1].Closing
	}
	for b.Loop() {
		duty.Plan(roster, calendar, window)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*townships, "s/41352-rosters")
}

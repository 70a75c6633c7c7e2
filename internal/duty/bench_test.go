package duty_test

import (
	"fmt"
	"testing"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// A year of a roster of 60, the size of an average township's.
func BenchmarkPlanYear(b *testing.B) {
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		b.Fatal(err)
	}
	roster := village(0)
	roster.Receptions[0].Deputies = 2
	for n := range 60 {
		roster.Deputies = append(roster.Deputies, duty.Deputy{ID: fmt.Sprintf("d%03d", n), Serving: true})
	}
	window := fromDay(workday.NewDate(2026, 1, 1), 12)
	for b.Loop() {
		duty.Plan(roster, calendar, window)
	}
}

package duty

import (
	"iter"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// planned is a roster's plan with what it was made from.
type planned struct {
	*input
	window duty.Window
	// from and to are the first and the last day to show; the months hold no other shifts.
	from, to workday.Date
	months   []duty.MonthPlan
}

// shifts in order of date.
func (r *planned) shifts() iter.Seq[*duty.Shift] {
	return func(yield func(*duty.Shift) bool) {
		for i := range r.months {
			for k := range r.months[i].Shifts {
				if !yield(&r.months[i].Shifts[k]) {
					return
				}
			}
		}
	}
}

package desk

import (
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// dueView is how a deadline is shown.
type dueView struct {
	At time.Time
	// Class is late, soon or empty; Words is the key of the text.
	Class string
	Words string
	Days  int
}

func viewDue(due, today workday.Date, loc *time.Location) dueView {
	if due.IsZero() {
		return dueView{}
	}
	view := dueView{At: due.In(loc), Words: "due.on", Days: due.DaysSince(today)}
	switch {
	case view.Days < 0:
		view.Class, view.Words, view.Days = "late", "due.late", -view.Days
	case view.Days == 0:
		view.Class, view.Words = "soon", "due.today"
	case view.Days <= casework.SoonDays:
		view.Class, view.Words = "soon", "due.soon"
	}
	return view
}

package casework

import (
	"time"

	"township.dev/liaison/internal/workday"
)

// Names of the fields of a visit, and what they may hold.
const (
	FieldPeople = "people"
	FieldNote   = "note"

	MostPeople = 999
	MostNote   = 200
)

// Visit is people who came to the station together (来访), whether they left a suggestion or not.
type Visit struct {
	// Date is the station's day.
	Date   workday.Date
	People int
	Note   string
	At     time.Time
}

// VisitCount of a day.
type VisitCount struct {
	Visits int
	People int
}

var visitNote = textField{name: FieldNote, most: MostNote}

// Visit makes a visit of today, or returns FieldErrors.
func (r Rules) Visit(people int, note string, now time.Time) (Visit, error) {
	var problems FieldErrors
	if people < 1 || people > MostPeople {
		problems.refuse(&FieldError{Field: FieldPeople, Code: CodeBadNumber, Least: 1, Most: MostPeople})
	}
	clean, problem := visitNote.clean(note)
	problems.refuse(problem)
	if len(problems) > 0 {
		return Visit{}, problems
	}
	return Visit{Date: r.Today(now), People: people, Note: clean, At: instant(now)}, nil
}

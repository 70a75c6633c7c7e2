package casework

import "time"

// Event is the log row of one change. The log only grows.
type Event struct {
	// Seq counts a case's events from 1.
	Seq    int
	At     time.Time
	Actor  Actor
	Action Action
	// Facts hold codes and days, never anything of a person.
	Facts Facts
	// Words are the free text of the move: a reason, an answer, a feedback. They may hold personal data and are therefore
	// kept apart from the log, from where they can be erased; the log keeps a salted hash of them.
	Words string
}

// Facts of an event. A zero field was not touched by it.
type Facts struct {
	From   State  `json:"from,omitempty"`
	To     State  `json:"to,omitempty"`
	Source Source `json:"source,omitempty"`
	Route  Route  `json:"route,omitempty"`
	// Unit and CoUnits are offices, not people.
	Unit     string       `json:"unit,omitempty"`
	CoUnits  []string     `json:"coUnits,omitempty"`
	FormalNo string       `json:"formalNo,omitempty"`
	Result   Result       `json:"result,omitempty"`
	Channel  Channel      `json:"channel,omitempty"`
	Rating   Satisfaction `json:"rating,omitempty"`
	// Case is the other one of a merge, by its receipt code.
	Case Code `json:"case,omitempty"`
	// Due is the due day that the event set, as 2026-10-10, and DueBefore the one it replaced.
	Due       string `json:"due,omitempty"`
	DueBefore string `json:"dueBefore,omitempty"`
	// PlannedFor is the day a planned case is to be done by.
	PlannedFor string `json:"plannedFor,omitempty"`
	// Reminder is in working days: 2 before the due day is -2, 5 after it 5.
	Reminder int `json:"reminder,omitempty"`
	// ToldAt is when the resident was told.
	ToldAt time.Time `json:"toldAt,omitzero"`
	// Photos is how many came with a suggestion.
	Photos int `json:"photos,omitempty"`
}

// Entry is an event as the desk shows it.
type Entry struct {
	Event
	// StaffName is the present name of the member of staff; empty for a resident.
	StaffName string
}

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
	// kept apart from the log, from where they can be erased.
	Words string
}

// Facts of an event. A zero field was not touched by it.
type Facts struct {
	From    State   `json:"from,omitempty"`
	To      State   `json:"to"`
	Route   Route   `json:"route,omitempty"`
	Result  Result  `json:"result,omitempty"`
	Channel Channel `json:"channel,omitempty"`
	// Due is the due day that the event set, as 2026-10-10.
	Due string `json:"due,omitempty"`
	// ToldAt is when the resident was told.
	ToldAt time.Time `json:"toldAt,omitzero"`
}

// Entry is an event as the desk shows it.
type Entry struct {
	Event
	// StaffName is the present name of the member of staff; empty for a resident.
	StaffName string
}

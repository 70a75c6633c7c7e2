package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// Case is a resident's suggestion and what became of it. Who raised it is not part of it but a Contact of its own, so
// that no page shows it by accident. Instants are UTC, to the millisecond.
type Case struct {
	Code Code
	// Topic and Village are names of the station's lists; Village may be empty.
	Topic   string
	Village string
	Text    string

	State      State
	Route      Route
	ReceivedAt time.Time
	Clock      Clock

	// The present classification, answer and feedback; the zero value where there is none. What they replaced stands in the history.
	Classification Classification
	Answer         Answer
	Feedback       Feedback
	// ClosedAt is zero while the case is pending.
	ClosedAt time.Time

	// Seq is that of the last event.
	Seq int
}

// Pending reports whether the case still waits for somebody.
func (c Case) Pending() bool { return c.State != Closed }

// Overdue reports whether the case is pending and its due day has passed.
func (c Case) Overdue(today workday.Date) bool { return c.Pending() && c.Clock.Due.Before(today) }

// Clock is the deadline of a case and what it was computed from, so that it can be explained, and computed anew when the calendar changes.
type Clock struct {
	// From is the day that set the term off; it does not count itself.
	From workday.Date
	Term Deadline
	// Due is the last day in time.
	Due workday.Date
}

// Classification says which route a case takes and why; the route itself is Case.Route.
type Classification struct {
	Reason string
	At     time.Time
	// Seq is that of the event.
	Seq int
}

// Answer to the resident.
type Answer struct {
	Result Result
	Text   string
	At     time.Time
	Seq    int
}

// Feedback is the record that the resident was told.
type Feedback struct {
	Channel Channel
	Text    string
	// ToldAt is when the resident was told, At when that was recorded.
	ToldAt time.Time
	At     time.Time
	Seq    int
}

// Channel is how a resident was told (反馈方式).
type Channel string

const (
	// ByPhone is 电话反馈.
	ByPhone Channel = "phone"
	// InPerson is 当面反馈.
	InPerson Channel = "in_person"
	// PublicNotice is 公示反馈, the only one for who left no contact.
	PublicNotice Channel = "public_notice"
	// Message is 短信或微信反馈.
	Message Channel = "message"
)

// Channels in the order staff are offered them.
func Channels() []Channel { return []Channel{ByPhone, InPerson, PublicNotice, Message} }

// Contact is who raised a case, as far as the resident told. It is encrypted at rest and shown to staff only.
type Contact struct {
	Name  string
	Phone string
}

// Empty reports whether the resident left nothing.
func (c Contact) Empty() bool { return c == Contact{} }

// Valid reports whether a resident can have been told so.
func (c Channel) Valid() bool { return slices.Contains(Channels(), c) }

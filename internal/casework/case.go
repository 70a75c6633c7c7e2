package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// Case is a resident's suggestion and what became of it. Who raised it is not part of it but a Contact of its own, so
// that no page shows it by accident. Instants are UTC, to the millisecond.
type Case struct {
	Code   Code
	Source Source
	// Topic and Village are names of the station's lists; Village may be empty.
	Topic   string
	Village string
	Text    string
	// Photos is how many came with it.
	Photos int

	State      State
	Route      Route
	ReceivedAt time.Time
	Clock      Clock

	// FormalNo is the number of a deputy's formal suggestion (代表建议编号); empty for any other case.
	FormalNo string
	// Extended terms are extended no second time.
	Extended bool
	// Reopened counts how often the case was taken up again, Urges how often somebody pressed for it.
	Reopened int
	Urges    int
	// RemindedOn is the station's day of the last reminder.
	RemindedOn workday.Date

	// The present classification, assignment, answer, feedback, rating and release; the zero value where there is none. What they
	// replaced stands in the history.
	Classification Classification
	Assignment     Assignment
	Answer         Answer
	Feedback       Feedback
	Rating         Rating
	Release        Release

	// MergedInto is the case that this one goes on as.
	MergedInto Code
	// Joined counts the cases merged into this one; Untold those of them whose reporter has not been told the present answer.
	Joined, Untold int

	// ClosedAt is when the case was last closed; zero while it never was or was taken up again.
	ClosedAt time.Time
	// EndedAt is when it stopped waiting, by whatever way, and EndedOn that day at the station; zero while it is pending.
	EndedAt time.Time
	EndedOn workday.Date
	// Anonymised cases have lost their texts.
	Anonymised bool

	// Seq is that of the last event.
	Seq int
}

// Pending reports whether the case still waits for somebody.
func (c Case) Pending() bool { return !c.State.Ended() }

// Overdue reports whether the case is pending and its due day has passed.
func (c Case) Overdue(today workday.Date) bool { return c.Pending() && c.Clock.Due.Before(today) }

// ClosedLate reports whether the case was closed after its due day.
func (c Case) ClosedLate() bool { return c.State == Closed && c.EndedOn.After(c.Clock.Due) }

// Formal reports whether the case is marked as a deputy's formal suggestion.
func (c Case) Formal() bool { return c.FormalNo != "" }

// Rated reports whether the resident has rated the present closing.
func (c Case) Rated() bool { return c.Rating.Seq > c.Feedback.Seq }

// Released reports whether the case stands on the public list.
func (c Case) Released() bool { return c.Release.Seq > 0 }

// LastStep is when something last happened that the public may know.
func (c Case) LastStep() time.Time {
	last := c.ReceivedAt
	for _, at := range []time.Time{c.Classification.At, c.Assignment.At, c.Answer.At, c.Feedback.At, c.Rating.At, c.Release.At, c.EndedAt} {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// Source is how a suggestion came to the station (来源).
type Source string

const (
	// FromSite was sent by the resident on the station's site (网上).
	FromSite Source = "site"
	// FromOpen311 was sent by a program for the resident.
	FromOpen311 Source = "open311"
	// FromVisit was told at the station (来访).
	FromVisit Source = "visit"
	// FromPhone was told by phone (来电).
	FromPhone Source = "phone"
	// FromReception was told to deputies on a reception day (代表接待).
	FromReception Source = "reception"
)

// Sources that staff choose from when they enter a suggestion for somebody.
func Sources() []Source { return []Source{FromVisit, FromPhone, FromReception} }

// Valid reports whether staff can have heard it so.
func (s Source) Valid() bool { return slices.Contains(Sources(), s) }

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

// Assignment to a handler unit (承办单位), with the units that help it (协办单位). A unit is never a deputy.
type Assignment struct {
	Unit    string
	CoUnits []string
	// Text is what the unit is asked to do; it may be empty.
	Text string
	At   time.Time
	Seq  int
}

// Answer to the resident.
type Answer struct {
	Result Result
	Text   string
	// PlannedFor is the day a planned case (B) is to be done by; zero when none was named.
	PlannedFor workday.Date
	At         time.Time
	Seq        int
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

// Rating by the resident (满意度).
type Rating struct {
	Value Satisfaction
	Text  string
	At    time.Time
	Seq   int
}

// Satisfaction of a resident with how the case was handled.
type Satisfaction string

const (
	// Satisfied is 满意.
	Satisfied Satisfaction = "satisfied"
	// BasicallySatisfied is 基本满意.
	BasicallySatisfied Satisfaction = "basically_satisfied"
	// NotSatisfied is 不满意; the first time, it takes the case up again.
	NotSatisfied Satisfaction = "not_satisfied"
)

// Satisfactions in the order residents are offered them.
func Satisfactions() []Satisfaction {
	return []Satisfaction{Satisfied, BasicallySatisfied, NotSatisfied}
}

// Valid reports whether a case can be rated so.
func (s Satisfaction) Valid() bool { return slices.Contains(Satisfactions(), s) }

// Release is what the public reads of a handled case: what staff made of the text and the answer, without anything of a person.
type Release struct {
	Text   string
	Answer string
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

// Valid reports whether a resident can have been told so.
func (c Channel) Valid() bool { return slices.Contains(Channels(), c) }

// Contact is who raised a case, as far as the resident told. It is encrypted at rest and shown to staff only.
type Contact struct {
	Name  string
	Phone string
}

// Empty reports whether the resident left nothing.
func (c Contact) Empty() bool { return c == Contact{} }

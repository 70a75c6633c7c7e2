package casework

import (
	"time"

	"township.dev/liaison/internal/workday"
)

// Filter picks cases. The zero value of a field picks all.
type Filter struct {
	State State
	Stage Stage
	Route Route
	Topic string
	// Topics pick cases of any of them.
	Topics  []string
	Village string
	Unit    string
	Source  Source
	Result  Result
	Rating  Satisfaction
	// Timing compares with the due day.
	Timing Timing
	// Today is the station's day, by which Timing decides about pending cases.
	Today workday.Date
	// ReceivedFrom and ReceivedTo bound when the case was received: from the first instant, before the second.
	ReceivedFrom, ReceivedTo time.Time
	// EndedFrom and EndedTo bound the station's day on which the case ended, and DueFrom and DueTo the due day; all of them count.
	EndedFrom, EndedTo workday.Date
	DueFrom, DueTo     workday.Date
	// NoVillage picks cases whose village nobody told.
	NoVillage bool
	Formal    bool
	Reopened  bool
	Urged     bool
	Released  bool
	// Search is what somebody typed to be found in the text; Phone is found whole or not at all.
	Search string
	Phone  string
	Scope  Scope
}

// Scope bounds what somebody may see; the zero value is everything.
type Scope struct {
	// Limited to cases of Villages; an empty list then shows nothing.
	Limited  bool
	Villages []string
}

// Stage is a group of states that the desk lists together.
type Stage string

const (
	// StagePending waits for somebody.
	StagePending Stage = "pending"
	// StageEnded waits for nobody.
	StageEnded Stage = "ended"
)

// Timing of a case against its due day.
type Timing string

const (
	// TimingOverdue is pending after its due day.
	TimingOverdue Timing = "overdue"
	// TimingSoon is pending and due within the next days (see SoonDays), today included.
	TimingSoon Timing = "soon"
	// TimingOnTime was closed by its due day.
	TimingOnTime Timing = "on_time"
	// TimingLate was closed after its due day.
	TimingLate Timing = "late"
	// TimingPlanned was answered as planned (B), and the day it was planned for has come.
	TimingPlanned Timing = "planned"
)

// SoonDays is how many days before its due day a case is marked.
const SoonDays = 2

// Order of a listing.
type Order string

const (
	// ByDue lists what is due first, then what was received first.
	ByDue Order = "due"
	// Newest lists what was received last first.
	Newest Order = "newest"
)

// Listing asks for a page.
type Listing struct {
	Filter
	Order Order
	// After continues behind a page; empty begins.
	After Cursor
	// Skip leaves out cases at the beginning, for pages that are asked for by number. Deep pages are slow; After is not.
	Skip int
	// Limit is the most cases returned, 1 to 200.
	Limit int
}

// Cursor is where a page ended. It is opaque and safe in a URL.
type Cursor string

// Page of a listing.
type Page struct {
	Cases []Summary
	// Next continues the listing; empty at its end.
	Next Cursor
}

// Summary is a case in a list. Excerpt is the beginning of its text, at most ExcerptLength characters.
type Summary struct {
	Code       Code
	Topic      string
	Village    string
	Excerpt    string
	State      State
	Route      Route
	Unit       string
	Formal     bool
	Reopened   int
	Urges      int
	Photos     int
	Result     Result
	Rating     Satisfaction
	ReceivedAt time.Time
	Due        workday.Date
	EndedOn    workday.Date
	// Release of a case on the public list; the zero value for any other.
	Release Release
}

// ExcerptLength is the number of characters of a Summary's excerpt.
const ExcerptLength = 80

// Pending reports whether the case still waits for somebody.
func (s Summary) Pending() bool { return !s.State.Ended() }

// Overdue reports whether the case is pending and its due day has passed.
func (s Summary) Overdue(today workday.Date) bool { return s.Pending() && s.Due.Before(today) }

// With another timing.
func (f Filter) With(t Timing) Filter {
	f.Timing = t
	return f
}

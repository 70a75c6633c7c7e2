package announcement

import (
	"slices"
	"strings"
	"time"

	"township.dev/liaison/internal/workday"
)

// Reception is what is told of a reception, as it was when it was told.
type Reception struct {
	UID  string
	Date workday.Date
	// Hours are written 09:00-11:00; empty where none are set.
	Hours string
	// Place in words, that of the station where the shift has none of its own.
	Place    string
	Topic    string
	Deputies []Deputy
	Leaders  []Leader
	// PostponedFrom is the day of the rule, zero where the reception is on it.
	PostponedFrom workday.Date
	Provisional   bool
}

// Deputy who receives. Level is County or Township.
type Deputy struct{ Name, Level string }

// Leader who receives.
type Leader struct{ Name, Title string }

// SameFor reports whether people who were told of one reception know all that matters of the other: who, when, where and on
// what. That a date is no longer provisional is no news.
func (r Reception) SameFor(other Reception) bool {
	return r.Date == other.Date && r.Hours == other.Hours && r.Place == other.Place && r.Topic == other.Topic &&
		slices.Equal(r.Deputies, other.Deputies) && slices.Equal(r.Leaders, other.Leaders)
}

// Begins is when the reception begins. One without hours counts as begun when its day is over: until then, news of it helps.
func (r Reception) Begins(loc *time.Location) time.Time {
	begin, _, _ := strings.Cut(r.Hours, "-")
	clock, err := time.Parse("15:04", begin)
	if err != nil {
		return r.Date.AddDays(1).In(loc)
	}
	return time.Date(r.Date.Year(), r.Date.Month(), r.Date.Day(), clock.Hour(), clock.Minute(), 0, 0, loc)
}

// Planned is a reception as the schedule has it now.
type Planned struct {
	Reception
	// AnnounceOn is the day from which it is announced; zero means never.
	AnnounceOn workday.Date
	Cancelled  bool
}

// announceHour is the hour of the day, at the station, at which people have got up and messages may come.
const announceHour = 8

// announceFrom is when the reception is announced at the earliest; ok is false for one that never is.
func (p Planned) announceFrom(loc *time.Location) (from time.Time, ok bool) {
	if p.AnnounceOn.IsZero() {
		return time.Time{}, false
	}
	d := p.AnnounceOn
	return time.Date(d.Year(), d.Month(), d.Day(), announceHour, 0, 0, 0, loc), true
}

// Span is a run of days, both ends included; the zero value holds none.
type Span struct{ From, Until workday.Date }

// Contains reports whether the day lies in the span.
func (s Span) Contains(d workday.Date) bool {
	return !s.From.IsZero() && !d.Before(s.From) && !d.After(s.Until)
}

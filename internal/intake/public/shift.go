package public

import (
	"strings"
	"time"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// shiftView is one day's reception or duty with its people by name.
type shiftView struct {
	Date  time.Time
	Today bool
	// Past is true once its hours are over.
	Past      bool
	Reception bool
	Deputies  []stationconf.Person
	Leaders   []stationconf.Person
	Hours     string
	// Place is empty where the shift is at the station itself.
	Place         string
	Topic         string
	PostponedFrom *time.Time
	Provisional   bool
	Cancelled     bool
	// Uncovered is how many people are still to be found.
	Uncovered int
}

// People of the shift, leaders first.
func (s shiftView) People() []stationconf.Person {
	people := make([]stationconf.Person, 0, len(s.Leaders)+len(s.Deputies))
	return append(append(people, s.Leaders...), s.Deputies...)
}

// Names of everyone in the shift, for a line of a table.
func (s shiftView) Names() string {
	people := s.People()
	names := make([]string, 0, len(people))
	for _, p := range people {
		names = append(names, p.Name)
	}
	return strings.Join(names, "、")
}

// Open reports whether nobody is known yet to come.
func (s shiftView) Open() bool { return !s.Cancelled && len(s.Leaders)+len(s.Deputies) == 0 }

// Short reports whether somebody comes and others are still to be found.
func (s shiftView) Short() bool { return s.Uncovered > 0 && !s.Cancelled && !s.Open() }

func viewShift(d *mounted.Documents, shift stationconf.Shift, now time.Time) shiftView {
	today := d.Today(now)
	view := shiftView{
		Date: shift.Date.In(d.Location), Today: shift.Date == today, Past: isOver(d, shift, today, now),
		Reception: shift.Kind == stationconf.ShiftReception, Deputies: people(d, shift.Deputies), Leaders: people(d, shift.Leaders),
		Hours: shift.Hours, Place: shift.Place, Topic: shift.Topic,
		Provisional: shift.Provisional, Cancelled: shift.Cancelled, Uncovered: shift.Uncovered,
	}
	if !shift.PostponedFrom.IsZero() {
		from := shift.PostponedFrom.In(d.Location)
		view.PostponedFrom = &from
	}
	return view
}

// isOver reports whether a shift is past: today's is when its hours are.
func isOver(d *mounted.Documents, shift stationconf.Shift, today workday.Date, now time.Time) bool {
	if shift.Date != today {
		return shift.Date.Before(today)
	}
	_, end, found := strings.Cut(shift.Hours, "-")
	return found && now.In(d.Location).Format("15:04") >= end
}

func people(d *mounted.Documents, ids []string) []stationconf.Person {
	known := make([]stationconf.Person, 0, len(ids))
	for _, id := range ids {
		if p, ok := d.Person(id); ok {
			known = append(known, p)
		}
	}
	return known
}

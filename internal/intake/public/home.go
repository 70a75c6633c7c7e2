package public

import (
	"net/http"
	"strings"
	"time"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// fewestComing is how many coming duty days the home page shows when a month is nearly over.
const fewestComing = 7

// homeView is the page a resident sees first.
type homeView struct {
	Station  stationconf.Station
	Today    time.Time
	OnDuty   []shiftView
	Next     *shiftView
	Coming   []shiftView
	Villages []villageView
}

// shiftView is one day's reception or duty with its people by name.
type shiftView struct {
	Date          time.Time
	Reception     bool
	Deputies      []stationconf.Person
	Leaders       []stationconf.Person
	Hours         string
	Place         string
	Topic         string
	PostponedFrom *time.Time
	Provisional   bool
}

// Names of everyone in the shift, for a line of a table.
func (s shiftView) Names() string {
	names := make([]string, 0, len(s.Leaders)+len(s.Deputies))
	for _, p := range s.Leaders {
		names = append(names, p.Name)
	}
	for _, p := range s.Deputies {
		names = append(names, p.Name)
	}
	return strings.Join(names, "、")
}

type villageView struct {
	Name   string
	Deputy *stationconf.Person
}

func (p *Public) home(w http.ResponseWriter, r *http.Request) error {
	return p.area.Render(w, r, http.StatusOK, "home", viewHome(p.documents(), p.now()))
}

// viewHome says what the home page shows on the day it is at the station.
func viewHome(d *mounted.Documents, now time.Time) homeView {
	today := d.Today(now)
	view := homeView{Station: d.Station, Today: today.In(d.Location), Villages: viewVillages(d)}
	for _, shift := range d.Schedule.Shifts {
		if shift.Date.Before(today) {
			continue
		}
		s := viewShift(d, shift)
		if shift.Date == today {
			view.OnDuty = append(view.OnDuty, s)
		}
		if view.Next == nil && s.Reception && isNext(d, shift, today, now) {
			view.Next = &s
		}
		if sameMonth(shift.Date, today) || len(view.Coming) < fewestComing {
			view.Coming = append(view.Coming, s)
		}
	}
	return view
}

// isNext reports whether a reception still lies ahead: today's does until its hours are over.
func isNext(d *mounted.Documents, shift stationconf.Shift, today workday.Date, now time.Time) bool {
	if shift.Date.After(today) {
		return true
	}
	_, end, found := strings.Cut(shift.Hours, "-")
	return !found || now.In(d.Location).Format("15:04") < end
}

func sameMonth(a, b workday.Date) bool { return a.Year() == b.Year() && a.Month() == b.Month() }

func viewShift(d *mounted.Documents, shift stationconf.Shift) shiftView {
	view := shiftView{
		Date: shift.Date.In(d.Location), Reception: shift.Kind == stationconf.ShiftReception,
		Deputies: people(d, shift.Deputies), Leaders: people(d, shift.Leaders),
		Hours: shift.Hours, Place: shift.Place, Topic: shift.Topic, Provisional: shift.Provisional,
	}
	if !shift.PostponedFrom.IsZero() {
		from := shift.PostponedFrom.In(d.Location)
		view.PostponedFrom = &from
	}
	return view
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

func viewVillages(d *mounted.Documents) []villageView {
	views := make([]villageView, 0, len(d.Station.Township.Villages))
	for _, v := range d.Station.Township.Villages {
		view := villageView{Name: v.Name}
		if p, ok := d.Person(v.LiaisonDeputy); ok {
			view.Deputy = &p
		}
		views = append(views, view)
	}
	return views
}

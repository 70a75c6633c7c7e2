package public

import (
	"net/http"
	"time"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// fewestComing is how many coming duty days the home page shows when a month is nearly over.
const fewestComing = 7

// homeView is the page a resident sees first.
type homeView struct {
	Station stationconf.Station
	Today   time.Time
	OnDuty  []shiftView
	Next    *shiftView
	// Cancelled are the receptions from today on that would have come before Next.
	Cancelled []shiftView
	Coming    []shiftView
	Villages  []villageView
	// Notices are the latest.
	Notices []noticeLink
}

type villageView struct {
	Name   string
	Deputy *stationconf.Person
}

func (p *Public) home(w http.ResponseWriter, r *http.Request) error {
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "home", viewHome(p.documents(), p.now()))
}

// viewHome says what the home page shows on the day it is at the station.
func viewHome(d *mounted.Documents, now time.Time) homeView {
	today := d.Today(now)
	view := homeView{Station: d.Station, Today: today.In(d.Location), Villages: viewVillages(d), Notices: viewNotices(d)}
	view.Notices = view.Notices[:min(fewNotices, len(view.Notices))]
	for _, shift := range d.Schedule.Shifts {
		if shift.Date.Before(today) {
			continue
		}
		s := viewShift(d, shift, now)
		if shift.Date == today {
			view.OnDuty = append(view.OnDuty, s)
		}
		switch {
		case view.Next != nil || !s.Reception || s.Past:
		case s.Cancelled:
			view.Cancelled = append(view.Cancelled, s)
		default:
			view.Next = &s
		}
		if sameMonth(shift.Date, today) || len(view.Coming) < fewestComing {
			view.Coming = append(view.Coming, s)
		}
	}
	return view
}

func sameMonth(a, b workday.Date) bool { return a.Year() == b.Year() && a.Month() == b.Month() }

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

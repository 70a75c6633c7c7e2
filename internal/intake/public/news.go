package public

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// fewNotices are shown on the home page.
const fewNotices = 3

// newsView is what the station announces.
type newsView struct {
	Receptions []shiftView
	Notices    []noticeLink
}

// noticeLink is a notice with its address: its day, and which of that day it is, so that one does not move when another is added.
type noticeLink struct {
	stationconf.Notice
	Day time.Time
	ID  string
}

func (p *Public) news(w http.ResponseWriter, r *http.Request) error {
	d := p.documents()
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "news", newsView{Receptions: announced(d, p.now()), Notices: viewNotices(d)})
}

func (p *Public) notification(w http.ResponseWriter, r *http.Request) error {
	for _, n := range viewNotices(p.documents()) {
		if n.ID == r.PathValue("notice") {
			web.KeepForBack(w)
			return p.area.Render(w, r, http.StatusOK, "notification", n)
		}
	}
	return web.NotFound
}

// announced are the receptions to come that the station has told everybody of.
func announced(d *mounted.Documents, now time.Time) []shiftView {
	today := d.Today(now)
	var shifts []shiftView
	for _, shift := range d.Schedule.Shifts {
		if shift.Kind != stationconf.ShiftReception || shift.AnnounceOn.IsZero() || today.Before(shift.AnnounceOn) {
			continue
		}
		if view := viewShift(d, shift, now); !view.Past {
			shifts = append(shifts, view)
		}
	}
	return shifts
}

// viewNotices are the newest first, those of a day in the order the township wrote them.
func viewNotices(d *mounted.Documents) []noticeLink {
	links := make([]noticeLink, 0, len(d.Station.Site.Notices))
	ofDay := map[string]int{}
	for _, n := range d.Station.Site.Notices {
		day := n.Date.String()
		ofDay[day]++
		id := day
		if ofDay[day] > 1 {
			id += "-" + strconv.Itoa(ofDay[day])
		}
		links = append(links, noticeLink{n, n.Date.In(d.Location), id})
	}
	slices.SortStableFunc(links, func(a, b noticeLink) int { return b.Date.Compare(a.Date) })
	return links
}

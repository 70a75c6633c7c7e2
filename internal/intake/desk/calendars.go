package desk

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// calendarRow is one calendar in the list.
type calendarRow struct {
	ID string
	// Deputy is nil for the station's own calendar, and for one whose deputy is no longer on the roster.
	Deputy *stationconf.Person
}

// Station reports whether it is the station's own.
func (c calendarRow) Station() bool { return c.ID == announcement.StationFeed }

// viewCalendars lists the station's calendar first, then the deputies' in the order of the roster, then those left behind.
func viewCalendars(feeds []announcement.Feed, d *mounted.Documents) []calendarRow {
	waiting := make(map[string]bool, len(feeds))
	for _, feed := range feeds {
		waiting[feed.ID] = true
	}
	rows := make([]calendarRow, 0, len(feeds))
	take := func(row calendarRow) {
		if waiting[row.ID] {
			rows = append(rows, row)
			delete(waiting, row.ID)
		}
	}
	take(calendarRow{ID: announcement.StationFeed})
	for i := range d.Schedule.Deputies {
		take(calendarRow{ID: d.Schedule.Deputies[i].ID, Deputy: &d.Schedule.Deputies[i]})
	}
	for _, feed := range feeds {
		take(calendarRow{ID: feed.ID})
	}
	return rows
}

// calendarView is one calendar with its address.
type calendarView struct {
	calendarRow
	Link string
	// Code leads a phone to the link; nil when it is not known where the site is.
	Code    *web.QR
	Created time.Time
	// Seen names the address that the page shows, without giving it away.
	Seen string
	// Fresh is true right after the address was replaced.
	Fresh bool
}

// fieldSeen is the hidden field with the address the person decided to revoke.
const fieldSeen = "seen"

func (d *Desk) showCalendar(w http.ResponseWriter, r *http.Request) error {
	view, err := d.calendar(r)
	if err != nil {
		return err
	}
	return d.area.Render(w, r, http.StatusOK, "calendar", view)
}

func (d *Desk) askRevoke(w http.ResponseWriter, r *http.Request) error {
	view, err := d.calendar(r)
	if err != nil {
		return err
	}
	return d.area.Render(w, r, http.StatusOK, "revoke", view)
}

func (d *Desk) calendar(r *http.Request) (calendarView, error) {
	feed, err := d.feed(r)
	if err != nil {
		return calendarView{}, err
	}
	documents := d.documents()
	view := calendarView{
		calendarRow: calendarRow{ID: feed.ID}, Created: feed.Created.In(documents.Location), Seen: seenOf(feed),
		Fresh: r.URL.Query().Get("new") != "", Link: feedPath(feed),
	}
	if person, known := documents.Person(feed.ID); known {
		view.Deputy = &person
	}
	if site := cmp.Or(documents.Station.SiteURL, web.Origin(r)); site != "" {
		view.Link = site + view.Link
		code, err := web.NewQR(view.Link)
		if err != nil {
			return calendarView{}, err
		}
		view.Code = &code
	}
	return view, nil
}

func (d *Desk) feed(r *http.Request) (announcement.Feed, error) {
	feeds, err := d.announcements.Feeds(r.Context())
	if err != nil {
		return announcement.Feed{}, fmt.Errorf("reading the calendars: %w", err)
	}
	for _, feed := range feeds {
		if feed.ID == r.PathValue("id") {
			return feed, nil
		}
	}
	return announcement.Feed{}, web.NotFound
}

func seenOf(feed announcement.Feed) string { return strconv.FormatInt(feed.Created.UnixMilli(), 10) }

// revoke replaces the address that the person saw. Sent twice it replaces one address and not also the new one, which may
// have been handed out by then.
func (d *Desk) revoke(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	feed, err := d.feed(r)
	if err != nil {
		return err
	}
	if form.Value(fieldSeen) == seenOf(feed) {
		if _, err := d.announcements.RevokeFeed(r.Context(), feed.ID); errors.Is(err, announcement.ErrNoFeed) {
			return web.NotFound
		} else if err != nil {
			return fmt.Errorf("replacing a calendar's address: %w", err)
		}
	}
	http.Redirect(w, r, "/desk/calendars/"+feed.ID+"?new=1", http.StatusSeeOther)
	return nil
}

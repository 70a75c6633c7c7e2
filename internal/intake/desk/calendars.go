package desk

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// calendarRow is one calendar in the list.
type calendarRow struct {
	announce.Feed
	// Deputy is nil for the station's own calendar.
	Deputy *stationconf.Person
}

// Station reports whether it is the station's own.
func (c calendarRow) Station() bool { return c.ID == announcement.StationFeed }

func viewCalendars(feeds []announce.Feed, d *mounted.Documents) []calendarRow {
	rows := make([]calendarRow, 0, len(feeds))
	for _, feed := range feeds {
		rows = append(rows, viewCalendar(feed, d))
	}
	return rows
}

func viewCalendar(feed announce.Feed, d *mounted.Documents) calendarRow {
	row := calendarRow{Feed: feed}
	if person, known := d.Person(feed.ID); known {
		row.Deputy = &person
	}
	return row
}

// calendarView is one calendar with its address.
type calendarView struct {
	calendarRow
	Link string
	// Code leads a phone to the link; nil when it is not known where the site is.
	Code *web.QR
	// Since is when the address was made.
	Since time.Time
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
		calendarRow: viewCalendar(feed, documents), Link: linkOf(feed, r), Since: feed.Created.In(documents.Location),
		Seen: seenOf(feed), Fresh: r.URL.Query().Get("new") != "",
	}
	if view.Link != feed.Path {
		code, err := web.NewQR(view.Link)
		if err != nil {
			return calendarView{}, err
		}
		view.Code = &code
	}
	return view, nil
}

// linkOf is the address to hand out: on the station's site, or else where the person at the desk has found it. It is the path
// alone when neither is known.
func linkOf(feed announce.Feed, r *http.Request) string {
	return cmp.Or(feed.URL, web.Origin(r)+feed.Path)
}

func (d *Desk) feed(r *http.Request) (announce.Feed, error) {
	feeds, err := d.announcements.Feeds(r.Context())
	if err != nil {
		return announce.Feed{}, fmt.Errorf("reading the calendars: %w", err)
	}
	for _, feed := range feeds {
		if feed.ID == r.PathValue("id") {
			return feed, nil
		}
	}
	return announce.Feed{}, web.NotFound
}

func seenOf(feed announce.Feed) string { return strconv.FormatInt(feed.Created.UnixMilli(), 10) }

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

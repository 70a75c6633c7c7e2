package announce

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/ical"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
)

const (
	// calendars is where calendars stand on the site; a file there is named by its token.
	calendars = "/calendar/"
	extension = ".ics"

	// refresh is how often a phone is asked to look again. A deputy who was swapped in today should see it today.
	refresh = time.Hour
)

func pathOf(f announcement.Feed) string { return calendars + f.Token + extension }

// serve answers with a calendar. One whose address was revoked looks like one that never was.
func (a *Announcer) serve(w http.ResponseWriter, r *http.Request) error {
	token, named := strings.CutSuffix(r.PathValue("file"), extension)
	if !named {
		return web.NotFound
	}
	feed, err := a.repository.FeedOf(r.Context(), token)
	if errors.Is(err, announcement.ErrNoFeed) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("finding a calendar: %w", err)
	}
	d := a.documents()
	entries, err := a.repository.EntriesOf(r.Context(), feed.ID, d.Today(a.now()).AddDays(-keepDays))
	if err != nil {
		return fmt.Errorf("reading a calendar: %w", err)
	}
	text, err := ical.Encode(a.calendarOf(d, feed, entries))
	if err != nil {
		return fmt.Errorf("writing a calendar: %w", err)
	}
	sum := sha256.Sum256(text)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	web.CacheFor(w, "private, no-cache") // kept, but asked about: with the ETag that costs next to nothing
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	return nil
}

func (a *Announcer) calendarOf(d *mounted.Documents, feed announcement.Feed, entries []announcement.Entry) ical.Calendar {
	calendar := ical.Calendar{Name: a.words.Text("announce.feed_station", "station", d.Station.DisplayName), Zone: d.Location, Refresh: refresh}
	if p, known := d.Person(feed.ID); known {
		calendar.Name = a.words.Text("announce.feed_deputy", "name", p.Name, "station", d.Station.DisplayName)
	}
	for _, e := range entries {
		calendar.Events = append(calendar.Events, ical.Event{
			UID: e.UID, Sequence: e.Sequence, Cancelled: e.Cancelled, Provisional: e.Provisional, Date: e.Date, Hours: e.Hours,
			Summary: e.Summary, Description: e.Description, Location: e.Location, Modified: e.Modified,
		})
	}
	return calendar
}

package public

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/web"
)

// calendarView is how to get the station's calendar onto a phone.
type calendarView struct {
	// Link is empty while there is no calendar yet.
	Link string
	// Code leads a phone to the link; nil when it is not known where the site is.
	Code *web.QR
}

// calendar has a page of its own, so that the month's arrangement shows also while the database, which keeps the calendar's
// address, cannot answer.
func (p *Public) calendar(w http.ResponseWriter, r *http.Request) error {
	feed, err := p.stationFeed(r.Context())
	if errors.Is(err, announcement.ErrNoFeed) {
		return p.area.Render(w, r, http.StatusOK, "calendar", calendarView{})
	}
	if err != nil {
		return fmt.Errorf("finding the station's calendar: %w", err)
	}
	view := calendarView{Link: cmp.Or(feed.URL, web.Origin(r)+feed.Path)}
	if view.Link != feed.Path {
		code, err := web.NewQR(view.Link)
		if err != nil {
			return err
		}
		view.Code = &code
	}
	return p.area.Render(w, r, http.StatusOK, "calendar", view)
}

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// Announcements is what the desk asks of the part of the service that tells people of receptions and duty.
type Announcements interface {
	// Deliveries are the messages to the township's webhook that staff may want to see, the latest first.
	Deliveries(ctx context.Context) ([]announce.Message, error)
	// SendAgain has a message sent once more. announcement.ErrNoDelivery, announcement.ErrNotAllowed.
	SendAgain(ctx context.Context, eventID string) error
	// Feeds are the calendars: the station's, then the deputies' in the order of the schedule.
	Feeds(ctx context.Context) ([]announce.Feed, error)
	// RevokeFeed gives the calendar a new address, and the old one is nobody's from then on. announcement.ErrNoFeed.
	RevokeFeed(ctx context.Context, id string) (announce.Feed, error)
}

// announcementsView is what staff tell people and how far it has come.
type announcementsView struct {
	// Texts are those to paste now: of the next reception, and of the cancelled ones before it. Later are the others.
	Texts, Later []textView
	// Webhook is false where messages are not sent by the service.
	Webhook    bool
	Deliveries []deliveryView
	Calendars  []calendarRow
	// Form holds the problem of a message that was not sent again.
	Form *web.Form
}

// textView is the announcement of one coming reception, to be copied.
type textView struct {
	// ID of the field in the page.
	ID        string
	Date      time.Time
	Hours     string
	Cancelled bool
	Text      string
	Rows      int
}

// deliveryView is one message to the webhook in plain words.
type deliveryView struct {
	announce.Message
	Date time.Time
	// At is when the state was reached, Retry when it is tried again; zero for never.
	At, Retry time.Time
	// Doubt is true while nobody knows whether the message arrived.
	Doubt bool
}

// Before reports whether an earlier attempt may have arrived, though the last one did not.
func (v deliveryView) Before() bool {
	return v.Doubtful && !v.Doubt && v.State != announcement.Delivered
}

func (d *Desk) showAnnouncements(w http.ResponseWriter, r *http.Request) error {
	return d.renderAnnouncements(w, r, web.NewForm())
}

func (d *Desk) renderAnnouncements(w http.ResponseWriter, r *http.Request, form *web.Form) error {
	messages, err := d.announcements.Deliveries(r.Context())
	if err != nil {
		return fmt.Errorf("reading the messages: %w", err)
	}
	feeds, err := d.announcements.Feeds(r.Context())
	if err != nil {
		return fmt.Errorf("reading the calendars: %w", err)
	}
	documents, now := d.documents(), d.now()
	texts, later := d.viewTexts(documents, now)
	return d.area.RenderForm(w, r, "announcements", form, announcementsView{
		Texts: texts, Later: later, Webhook: documents.Station.Webhook != nil,
		Deliveries: viewDeliveries(messages, documents.Location), Calendars: viewCalendars(feeds, documents), Form: form,
	})
}

// viewTexts are the announcements of the receptions that have not begun, and those that were cancelled among them, because
// people may still come. They are for residents and so in Chinese, whatever language the person at the desk reads.
func (d *Desk) viewTexts(documents *mounted.Documents, now time.Time) (texts, later []textView) {
	var views []textView
	next := 0
	for _, shift := range documents.Schedule.Shifts {
		times := announcement.Reception{Date: shift.Date, Hours: shift.Hours}
		if shift.Kind != stationconf.ShiftReception || !now.Before(times.Begins(documents.Location)) {
			continue
		}
		text := announce.Text(d.words, documents, shift)
		views = append(views, textView{
			ID: "text-" + strconv.Itoa(len(views)+1), Date: shift.Date.In(documents.Location), Hours: shift.Hours,
			Cancelled: shift.Cancelled, Text: text, Rows: rowsOf(text),
		})
		if next == 0 && !shift.Cancelled {
			next = len(views)
		}
	}
	if next == 0 {
		return views, nil
	}
	return views[:next], views[next:]
}

// phoneLine is how many Chinese characters a phone shows in a line of a field.
const phoneLine = 17

// rowsOf a field that shows the whole text on a phone.
func rowsOf(text string) int {
	rows := 0
	for line := range strings.Lines(text) {
		rows += 1 + utf8.RuneCountInString(line)/phoneLine
	}
	return rows
}

// viewDeliveries puts those first about which somebody has to decide.
func viewDeliveries(messages []announce.Message, loc *time.Location) []deliveryView {
	views := make([]deliveryView, 0, len(messages))
	for _, m := range messages {
		views = append(views, deliveryView{
			Message: m, Date: m.Reception.Date.In(loc), At: localTime(m.SettledAt, loc), Retry: localTime(m.RetryAt, loc),
			Doubt: m.State == announcement.Unknown,
		})
	}
	slices.SortStableFunc(views, func(a, b deliveryView) int { return a.rank() - b.rank() })
	return views
}

func (v deliveryView) rank() int {
	if v.Doubt && v.MaySendAgain {
		return 0
	}
	return 1
}

// localTime tells an instant in the station's time zone; none stays none.
func localTime(t time.Time, loc *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(loc)
}

func (d *Desk) sendAgain(w http.ResponseWriter, r *http.Request) error {
	err := d.announcements.SendAgain(r.Context(), r.PathValue("event"))
	switch {
	case errors.Is(err, announcement.ErrNoDelivery):
		return web.NotFound
	case errors.Is(err, announcement.ErrNotAllowed):
		form := web.NewForm()
		form.Refuse(messageSettled)
		return d.renderAnnouncements(w, r, form)
	case err != nil:
		return fmt.Errorf("having a message sent again: %w", err)
	}
	http.Redirect(w, r, "/desk/announcements#deliveries", http.StatusSeeOther)
	return nil
}

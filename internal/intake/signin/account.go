package signin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

const accountPath = "/desk/account"

// done is what somebody has just changed, as the account page says it.
type done string

const (
	donePassword done = "password"
	doneCodesOff done = "codes_off"
	doneSessions done = "sessions"
)

// showDone leads back to the account page, which says that it is done.
func showDone(w http.ResponseWriter, r *http.Request, what done) {
	http.Redirect(w, r, accountPath+"?"+url.Values{"done": {string(what)}}.Encode(), http.StatusSeeOther)
}

type accountView struct {
	Account  casework.Account
	Sessions []sessionView
	// Provider is true where the person came from the identity provider.
	Provider bool
	// Done is empty unless something was just changed.
	Done done
}

type sessionView struct {
	ID              int64
	Browser, System string
	Provider        bool
	Since           time.Time
	// This is the session in which the page is shown.
	This bool
}

func (d *Door) showAccount(w http.ResponseWriter, r *http.Request) error {
	current := SessionOf(r)
	sessions, err := d.staff.Sessions(r.Context(), current.Account.ID, d.now())
	if err != nil {
		return fmt.Errorf("listing the sessions of an account: %w", err)
	}
	view := accountView{Account: current.Account, Provider: readDevice(current.Device).provider}
	for _, s := range sessions {
		view.Sessions = append(view.Sessions, d.viewSession(s, current))
	}
	if said := done(r.URL.Query().Get("done")); slices.Contains([]done{donePassword, doneCodesOff, doneSessions}, said) {
		view.Done = said
	}
	return d.area.Render(w, r, http.StatusOK, "account", view)
}

func (d *Door) viewSession(s, current casework.Session) sessionView {
	device := readDevice(s.Device)
	return sessionView{
		ID: s.ID, Browser: device.browser, System: device.system, Provider: device.provider,
		Since: s.CreatedAt.In(d.location()), This: s.ID == current.ID,
	}
}

// endSession ends one of the person's own sessions; that of somebody else is not found among them.
func (d *Door) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return web.NotFound
	}
	if err := d.staff.EndSession(r.Context(), SessionOf(r).Account.ID, id); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	showDone(w, r, doneSessions)
	return nil
}

func (d *Door) endOtherSessions(w http.ResponseWriter, r *http.Request) error {
	current := SessionOf(r)
	sessions, err := d.staff.Sessions(r.Context(), current.Account.ID, d.now())
	if err != nil {
		return fmt.Errorf("listing the sessions to end: %w", err)
	}
	for _, s := range sessions {
		if s.ID == current.ID {
			continue
		}
		if err := d.staff.EndSession(r.Context(), current.Account.ID, s.ID); err != nil {
			return fmt.Errorf("ending the other sessions: %w", err)
		}
	}
	showDone(w, r, doneSessions)
	return nil
}

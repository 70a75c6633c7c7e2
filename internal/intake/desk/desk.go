// Package desk is the part of the site where the station's staff bring cases to a close.
package desk

import (
	"embed"
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

//go:embed templates/*.html
var templates embed.FS

// Options of New; all are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Repository casework.Repository
	// Announcements is what the service tells people, and the calendars they subscribe to.
	Announcements Announcements
	Now           func() time.Time
}

// Desk answers under /desk.
type Desk struct {
	area          *web.Area
	words         *web.Catalogue // of the residents' language
	documents     func() *mounted.Documents
	repository    casework.Repository
	announcements Announcements
	now           func() time.Time
	throttle      *throttle
}

// New registers the desk's routes in the router.
func New(o Options) (*Desk, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the desk's pages: %w", err)
	}
	d := &Desk{
		area: web.NewArea(o.Router, pages, o.Sign), words: o.Catalogues[web.Chinese], documents: o.Documents,
		repository: o.Repository, announcements: o.Announcements, now: o.Now, throttle: newThrottle(),
	}
	d.area.Visitor = func(r *http.Request) string { return sessionOf(r).Account.Name }
	d.area.Translate = refusal.Of
	d.area.Page("GET /desk/sign-in", d.showSignIn)
	d.area.Page("POST /desk/sign-in", d.signIn)
	d.area.Page("POST /desk/sign-out", d.signOut)
	d.area.Page("GET /desk", d.staffOnly(d.queue))
	d.area.Page("GET /desk/{$}", d.staffOnly(toQueue)) // as people type it
	d.area.Page("GET /desk/cases/{code}", d.staffOnly(d.showCase))
	for _, move := range moves {
		d.area.Page("POST /desk/cases/{code}/"+string(move.action), d.staffOnly(d.move(move)))
	}
	d.area.Page("GET /desk/visits", d.staffOnly(d.showVisits))
	d.area.Page("POST /desk/visits", d.staffOnly(d.recordVisit))
	d.area.Page("GET /desk/announcements", d.staffOnly(d.showAnnouncements))
	d.area.Page("POST /desk/announcements/{event}/again", d.staffOnly(d.sendAgain))
	d.area.Page("GET /desk/calendars/{id}", d.staffOnly(d.showCalendar))
	d.area.Page("GET /desk/calendars/{id}/revoke", d.staffOnly(d.askRevoke))
	d.area.Page("POST /desk/calendars/{id}/revoke", d.staffOnly(d.revoke))
	return d, nil
}

// Problems of the desk.
var (
	signInFailed    = web.Problem{Status: http.StatusUnauthorized, Code: "sign_in_failed"}
	tooManyAttempts = web.Problem{Status: http.StatusTooManyRequests, Code: "too_many_attempts"}
	sessionEnded    = web.Problem{Status: http.StatusUnauthorized, Code: "session_ended"}
	caseMoved       = web.Problem{Status: http.StatusConflict, Code: "case_moved"}
	visitKeyReused  = web.Problem{Status: http.StatusConflict, Code: "visit_key_reused"}
	// messageSettled answers who would send a message again that needs it no more: it arrived meanwhile, a colleague sent it,
	// or the reception has begun.
	messageSettled = web.Problem{Status: http.StatusConflict, Code: "message_settled"}
)

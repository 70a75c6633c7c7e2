// Package desk is the part of the site where the station's staff bring cases to a close, and deputies watch those of their villages.
package desk

import (
	"embed"
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/web"
)

//go:embed templates/*.html
var templates embed.FS

// Repository is what the desk asks of storage.
type Repository interface {
	casework.Cases
	casework.Listings
	casework.Visits
}

// Options of New; all are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Repository Repository
	// Door lets staff alone come in.
	Door *signin.Door
	// Announcements is what the service tells people, and the calendars they subscribe to.
	Announcements Announcements
	// Photos prepares those that come with a suggestion.
	Photos *photo.Preparer
	Now    func() time.Time
}

// Desk answers under /desk.
type Desk struct {
	area          *web.Area
	words         *web.Catalogue // of the residents' language
	documents     func() *mounted.Documents
	repository    Repository
	announcements Announcements
	photos        *photo.Preparer
	now           func() time.Time
}

// New registers the desk's routes in the router.
func New(o Options) (*Desk, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the desk's pages: %w", err)
	}
	d := &Desk{
		area: web.NewArea(o.Router, pages, o.Sign), words: o.Catalogues[web.Chinese], documents: o.Documents,
		repository: o.Repository, announcements: o.Announcements, photos: o.Photos, now: o.Now,
	}
	d.area.Visitor, d.area.Role = signin.Visitor, signin.Role
	d.area.Translate = refusal.Of
	for pattern, handler := range d.forStaff() {
		d.area.Page(pattern, o.Door.Only(handler))
	}
	for pattern, handler := range d.forHandlers() {
		d.area.Page(pattern, o.Door.OnlyRoles(handler, casework.Administrator, casework.Head))
	}
	d.area.Page("POST /desk/enter", o.Door.OnlyRoles(d.enter, casework.Administrator, casework.Head), web.Accepting(mostUpload))
	return d, nil
}

// forStaff are the pages that deputies see too. Which cases they see, and what they may do with them, is asked case by case.
func (d *Desk) forStaff() map[string]web.Handler {
	routes := map[string]web.Handler{
		"GET /desk":                         d.queue,
		"GET /desk/{$}":                     toQueue, // as people type it
		"GET /desk/cases/{code}":            d.showCase,
		"GET /desk/cases/{code}/photos/{n}": d.photo,
		"POST /desk/cases/{code}/merge":     d.merge,
	}
	for _, move := range moves {
		routes["POST /desk/cases/{code}/"+string(move.action)] = d.move(move)
	}
	return routes
}

// forHandlers are the pages of who works on cases.
func (d *Desk) forHandlers() map[string]web.Handler {
	return map[string]web.Handler{
		"GET /desk/enter":                        d.showEnter,
		"POST /desk/assign":                      d.assignMany,
		"GET /desk/visits":                       d.showVisits,
		"POST /desk/visits":                      d.recordVisit,
		"GET /desk/announcements":                d.showAnnouncements,
		"POST /desk/announcements/{event}/again": d.sendAgain,
		"GET /desk/calendars/{id}":               d.showCalendar,
		"GET /desk/calendars/{id}/revoke":        d.askRevoke,
		"POST /desk/calendars/{id}/revoke":       d.revoke,
	}
}

// accountOf whose request it is.
func accountOf(r *http.Request) casework.Account { return signin.SessionOf(r).Account }

// scope is what the person at the desk may see.
func (d *Desk) scope(r *http.Request) casework.Scope {
	return casefilter.ScopeOf(d.documents(), accountOf(r))
}

// Problems of the desk.
var (
	caseMoved      = web.Problem{Status: http.StatusConflict, Code: "case_moved"}
	nothingChosen  = web.Problem{Status: http.StatusUnprocessableEntity, Code: "nothing_chosen"}
	visitKeyReused = web.Problem{Status: http.StatusConflict, Code: "visit_key_reused"}
	// messageSettled answers who would send a message again that needs it no more: it arrived meanwhile, a colleague sent it,
	// or the reception has begun.
	messageSettled = web.Problem{Status: http.StatusConflict, Code: "message_settled"}
)

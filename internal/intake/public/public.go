// Package public is the part of the site for residents, and the interface for programs that speak for them.
package public

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

var (
	//go:embed templates/*.html
	templates embed.FS
	//go:embed static/*
	static embed.FS
)

// Routes by which a suggestion comes in, for the metrics that count them.
const (
	SubmitByForm = "POST /suggest"
	SubmitByJSON = "POST /api/v1/suggestions"

	apiPrefix = "/api/"
)

// Cases is what the residents' site asks of storage.
type Cases interface {
	casework.Cases
	// List is that of casework.Listings.
	List(ctx context.Context, l casework.Listing) (casework.Page, error)
}

// Lookups slow down who guesses at the query secret of a case.
type Lookups = guard.Throttle[casework.Code, netip.Prefix]

// Options of New; all are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Cases      Cases
	// Door is the way in for suggestions, one for all the ways they come.
	Door *guard.Door
	// Lookups lets at least as many attempts at once pass as a case has photos.
	Lookups *Lookups
	Photos  *photo.Preparer
	// Sender of a request, as door and lookups tell senders apart.
	Sender func(*http.Request) netip.Prefix
	// StationFeed is the station's own calendar, or announcement.ErrNoFeed while there is none.
	StationFeed func(ctx context.Context) (announce.Feed, error)
	Now         func() time.Time
}

// Public answers residents.
type Public struct {
	area        *web.Area
	documents   func() *mounted.Documents
	cases       Cases
	door        *guard.Door
	lookups     *Lookups
	photos      *photo.Preparer
	uploads     chan struct{}
	sender      func(*http.Request) netip.Prefix
	stationFeed func(ctx context.Context) (announce.Feed, error)
	now         func() time.Time
}

// New registers the routes of the residents' site in the router, and answers what no other route matches.
func New(o Options) (*Public, error) {
	if err := o.Assets.Add(static); err != nil {
		return nil, fmt.Errorf("loading the residents' scripts: %w", err)
	}
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the residents' pages: %w", err)
	}
	p := &Public{
		area: web.NewArea(o.Router, pages, o.Sign), documents: o.Documents, cases: o.Cases,
		door: o.Door, lookups: o.Lookups, photos: o.Photos, uploads: make(chan struct{}, mostUploads), sender: o.Sender,
		stationFeed: o.StationFeed, now: o.Now,
	}
	p.area.Translate = refusal.Of
	p.routeStation()
	p.routeCases()
	o.Assets.Serve(p.area)
	o.Router.Fallback(p.area, apiPrefix)
	return p, nil
}

// routeStation registers what the station tells everybody.
func (p *Public) routeStation() {
	p.area.Page("GET /{$}", p.home)
	p.area.Page("GET /station", p.station)
	p.area.Page("GET /news", p.news)
	p.area.Page("GET /news/{notice}", p.notification)
	p.area.Page("GET /schedule", p.schedule)
	p.area.Page("GET /schedule/{month}", p.schedule)
	p.area.Page("GET /notice", p.notice)
	p.area.Page("GET /notice/{month}", p.notice)
	p.area.Page("GET /calendar", p.calendar)
	p.area.Page("GET /handled", p.handled)
	p.area.Page("GET /handled/{code}", p.handledCase)
}

// routeCases registers what residents do about a case of their own.
func (p *Public) routeCases() {
	p.area.Page("GET /suggest", p.showSuggest)
	p.area.Page(SubmitByForm, p.submitForm, web.Accepting(mostUpload))
	p.area.Page("GET /receipt/{code}", p.receipt)
	p.area.Page("GET /status", p.status)
	p.area.Page("POST /status/rate", p.rate)
	p.area.Page("GET /status/withdraw", p.askWithdraw)
	p.area.Page("POST /status/withdraw", p.withdraw)
	p.area.Page("GET /photo/{code}/{n}", p.photo)
	p.area.API(SubmitByJSON, p.submitJSON)
	p.area.API("GET /api/v1/suggestions/{code}", p.statusJSON)
}

// local tells an instant in the station's time zone; none stays none.
func (p *Public) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(p.documents().Location)
}

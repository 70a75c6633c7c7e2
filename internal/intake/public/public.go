// Package public is the part of the site for residents, and the interface for programs that speak for them.
package public

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

//go:embed templates/*.html
var templates embed.FS

// Routes by which a suggestion comes in, for the metrics that count them.
const (
	SubmitByForm = "POST /suggest"
	SubmitByJSON = "POST /api/v1/suggestions"

	apiPrefix = "/api/"
)

// Options of New; all are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Cases      casework.Cases
	// StationFeed is the station's own calendar, or announcement.ErrNoFeed while there is none.
	StationFeed func(ctx context.Context) (announce.Feed, error)
	Now         func() time.Time
}

// Public answers residents.
type Public struct {
	area        *web.Area
	documents   func() *mounted.Documents
	cases       casework.Cases
	stationFeed func(ctx context.Context) (announce.Feed, error)
	now         func() time.Time
}

// New registers the routes of the residents' site in the router, and answers what no other route matches.
func New(o Options) (*Public, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the residents' pages: %w", err)
	}
	p := &Public{
		area: web.NewArea(o.Router, pages, o.Sign), documents: o.Documents, cases: o.Cases, stationFeed: o.StationFeed, now: o.Now,
	}
	p.area.Translate = refusal.Of
	p.area.Page("GET /{$}", p.home)
	p.area.Page("GET /schedule", p.schedule)
	p.area.Page("GET /schedule/{month}", p.schedule)
	p.area.Page("GET /notice", p.notice)
	p.area.Page("GET /notice/{month}", p.notice)
	p.area.Page("GET /calendar", p.calendar)
	p.area.Page("GET /suggest", p.showSuggest)
	p.area.Page(SubmitByForm, p.submitForm)
	p.area.Page("GET /receipt/{code}", p.receipt)
	p.area.Page("GET /status", p.status)
	p.area.API(SubmitByJSON, p.submitJSON)
	p.area.API("GET /api/v1/suggestions/{code}", p.statusJSON)
	o.Assets.Serve(p.area)
	o.Router.Fallback(p.area, apiPrefix)
	return p, nil
}

// pathCode reads the receipt code in the address.
func pathCode(r *http.Request) (casework.Code, error) {
	code, err := casework.ParseCode(r.PathValue("code"))
	if err != nil {
		return "", refusal.UnknownCode
	}
	return code, nil
}

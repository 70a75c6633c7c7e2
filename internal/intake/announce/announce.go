// Package announce tells people of the station's receptions and duty: it keeps the calendars that phones subscribe to, and
// sends messages to the township's webhook. What must be told is decided by package announcement; here it is put into
// words, kept and sent.
package announce

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

// templates hold no page but what the shared page of problems needs.
//
//go:embed templates/*.html
var templates embed.FS

// Beat is how often Run should be told to look at the clock.
const Beat = 15 * time.Second

// Options of New; all are needed but Authorities and Patience.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Repository announcement.Repository
	// WebhookDir is the folder with the webhook's address; it may be missing.
	WebhookDir string
	// Authorities are those that may vouch for the webhook; nil means the public ones.
	Authorities *authorities.Authorities
	Metrics     Metrics
	Log         *slog.Logger
	Now         func() time.Time
	// Patience is how long an attempt to send may take, 0 means 10 seconds.
	Patience time.Duration
}

// Metrics counts what becomes of messages.
type Metrics interface {
	// AnnouncementSettled counts an attempt, or its end without one, by the state it led to.
	AnnouncementSettled(announcement.State)
	// AnnouncementsUnknown tells how many messages staff should look at: nobody knows whether they arrived, and their reception is still to come.
	AnnouncementsUnknown(n int)
}

// Announcer keeps calendars and sends messages. Its methods are safe for concurrent use; Run runs once.
type Announcer struct {
	area       *web.Area
	words      *web.Catalogue
	documents  func() *mounted.Documents
	repository announcement.Repository
	webhook    webhook
	metrics    Metrics
	log        *slog.Logger
	now        func() time.Time
	woken      chan struct{}

	// What follows is of the goroutine that runs Step.

	// shown is the set of documents whose events the calendars show, as of the day shownOn.
	shown   *mounted.Documents
	shownOn workday.Date
	// recovered is true once the attempts that an earlier process did not live to see the end of are known to be in doubt.
	recovered bool
	// unsettled holds what became of attempts that storage could not take yet, by event id.
	unsettled map[string]outcome
}

// New registers the calendars' route in the router. Nothing is told before Run runs.
func New(o Options) (*Announcer, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the page for who finds no calendar: %w", err)
	}
	a := &Announcer{
		area: web.NewArea(o.Router, pages, o.Sign), words: o.Catalogues[web.Chinese], documents: o.Documents, repository: o.Repository,
		webhook: newWebhook(o.WebhookDir, o.Patience, o.Authorities), metrics: o.Metrics, log: o.Log, now: o.Now,
		woken: make(chan struct{}, 1), unsettled: map[string]outcome{},
	}
	a.area.Translate = refusal.Of
	a.area.Page("GET "+calendars+"{file}", a.serve)
	return a, nil
}

// Run does what is due at every tick and whenever it is woken, until ctx ends. An attempt that has begun by then is finished.
func (a *Announcer) Run(ctx context.Context, ticks <-chan time.Time) {
	said := ""
	for {
		said = a.report(ctx, a.Step(ctx), said)
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		case <-a.woken:
		}
	}
}

// report logs an error once for as long as it is the same, because a full disk would otherwise say so four times a minute.
func (a *Announcer) report(ctx context.Context, err error, said string) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}
	if err.Error() != said {
		a.log.Error("receptions could not be announced; it is tried again", "error", err.Error())
	}
	return err.Error()
}

// Wake makes Run look now, because documents or messages have changed.
func (a *Announcer) Wake() {
	select {
	case a.woken <- struct{}{}:
	default: // it has been woken and has not looked yet
	}
}

// Step does what is due. Its errors are of storage; what was not done is due again.
func (a *Announcer) Step(ctx context.Context) error {
	d := a.documents()
	if d == nil {
		return nil
	}
	return errors.Join(a.revise(ctx, d), a.tell(ctx, d))
}

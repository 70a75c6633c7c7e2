// Package figures is the part of the desk that counts cases and gives them away: the statistics, in which each figure leads to the
// cases it counts, and the station's ledger as a file.
package figures

import (
	"context"
	"embed"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/web"
)

//go:embed templates/*.html
var templates embed.FS

// Repository is what is asked of storage, as casework.Repository promises it.
type Repository interface {
	Statistics(ctx context.Context, p casework.Period, scope casework.Scope) (casework.Statistics, error)
	Each(ctx context.Context, f casework.Filter) iter.Seq2[casework.Case, error]
	Contact(ctx context.Context, code casework.Code) (casework.Contact, error)
	Note(ctx context.Context, n casework.Note) error
}

// Options of New; all but Scratch are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Repository Repository
	// Only lets staff alone reach a handler.
	Only func(web.Handler) web.Handler
	// Scratch is the folder that a workbook lies in while it is written, readable to this user alone; "" is the system's.
	Scratch string
	Log     *slog.Logger
	Now     func() time.Time
}

// Figures answers under /desk/statistics and /desk/export.
type Figures struct {
	area       *web.Area
	documents  func() *mounted.Documents
	repository Repository
	scratch    string
	log        *slog.Logger
	now        func() time.Time
	// exporting is held by the one export that is written at a time: each can take as much room on the disk as all cases do.
	exporting sync.Mutex
}

// New registers the routes in the router.
func New(o Options) (*Figures, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, templates)
	if err != nil {
		return nil, fmt.Errorf("loading the pages of the statistics: %w", err)
	}
	f := &Figures{
		area: web.NewArea(o.Router, pages, o.Sign), documents: o.Documents, repository: o.Repository,
		scratch: o.Scratch, log: o.Log, now: o.Now,
	}
	f.area.Visitor, f.area.Role = signin.Visitor, signin.Role
	f.area.Translate = refusal.Of
	f.area.Page("GET /desk/statistics", o.Only(f.showStatistics))
	f.area.Page("GET /desk/export", o.Only(f.showExport))
	f.area.Page("POST /desk/export", o.Only(f.export))
	return f, nil
}

// accountOf whose request it is.
func accountOf(r *http.Request) casework.Account { return signin.SessionOf(r).Account }

// scope is what the person at the desk may see.
func (f *Figures) scope(r *http.Request) casework.Scope {
	return casefilter.ScopeOf(f.documents(), accountOf(r))
}

// Problems of statistics and export.
var (
	periodReversed   = web.Problem{Status: http.StatusUnprocessableEntity, Code: "period_reversed", Field: fieldFrom}
	contactsWithheld = web.Problem{Status: http.StatusForbidden, Code: "contacts_withheld", Field: fieldContacts}
	tooManyRows      = web.Problem{Status: http.StatusUnprocessableEntity, Code: "too_many_rows", Field: fieldFormat}
	exportBusy       = web.Problem{Status: http.StatusServiceUnavailable, Code: "export_busy"}
)

package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/internalapi"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// state is what the operator mounted, as the service knows it now.
type state struct {
	config     Config
	version    string
	log        *slog.Logger
	now        func() time.Time
	metrics    *internalapi.Metrics
	repository casework.Repository
	follower   *mounted.Follower
	// authorities are believed when the intake calls somebody.
	authorities *authorities.Authorities

	documents mounted.Holder
	// problem is why the newest documents are not in force, nil when they are.
	problem atomic.Pointer[error]
	token   mounted.Token
	// replaced is called when other documents are in force than before; set before the follower runs.
	replaced func()

	// declared is what the repository was last told of the staff. Only refresh uses it, which never runs twice at once.
	declared []casework.FirstPassword
}

// follow reads everything once and returns the state, which then follows changes.
func follow(o Options, metrics *internalapi.Metrics) (*state, error) {
	s := &state{
		config: o.Config, version: o.Version, log: o.Log, now: o.Now, metrics: metrics, repository: o.Repository,
		replaced: func() {}, authorities: authorities.New(o.Config.CADir, o.Log),
	}
	// Watched before it is read, so that a change in between is seen.
	follower, err := mounted.Follow(o.Log, o.Now, s.refresh, o.Config.ConfigDir, o.Config.SecretsDir, o.Config.StaffDir)
	if err != nil {
		return nil, fmt.Errorf("following what is mounted: %w", err)
	}
	s.follower = follower
	s.refresh()
	return s, nil
}

// refresh reads again what may have changed. What cannot be read stays as it was, is logged and counted.
func (s *state) refresh() {
	s.refreshDocuments()
	if err := s.token.Reload(s.config.SecretsDir); err != nil {
		s.log.Error("the internal token stays as it was", "error", err.Error())
	}
	if err := s.refreshStaff(); err != nil {
		s.log.Error("the staff accounts stay as they were", "error", err.Error())
	}
}

func (s *state) refreshDocuments() {
	read, err := mounted.ReadDocuments(s.config.ConfigDir)
	current := s.documents.Current()
	switch {
	case err != nil && s.knows(err): // read again without having changed
	case err != nil:
		s.metrics.Reloaded(err)
		s.problem.Store(&err)
		s.log.Error("the documents stay as they were", "error", err.Error())
	case current != nil && current.Digest == read.Digest:
		s.problem.Store(nil)
	default:
		s.documents.Replace(read)
		s.replaced()
		s.problem.Store(nil)
		s.metrics.Reloaded(nil)
		s.log.Info("documents in force", "station", read.Station.Name, "shifts", len(read.Schedule.Shifts))
	}
}

// knows reports whether the newest documents are known to be bad in just this way.
func (s *state) knows(err error) bool {
	problem := s.problem.Load()
	return problem != nil && (*problem).Error() == err.Error()
}

// refreshStaff makes the accounts those of the station.
func (s *state) refreshStaff() error {
	current := s.documents.Current()
	if current == nil {
		return nil
	}
	declared := accountsOf(current.Station)
	for i, account := range declared {
		var err error
		if declared[i].Password, err = mounted.FirstPassword(s.config.StaffDir, account.Username); err != nil {
			return fmt.Errorf("first passwords: %w", err)
		}
	}
	if s.declared != nil && slices.Equal(declared, s.declared) {
		return nil
	}
	if err := s.repository.DeclareStaff(context.Background(), declared); err != nil {
		return fmt.Errorf("declaring the staff: %w", err)
	}
	s.declared = declared
	s.log.Info("staff accounts in force", "accounts", len(declared))
	return nil
}

// accountsOf the station, without their passwords.
func accountsOf(station stationconf.Station) []casework.FirstPassword {
	var accounts []casework.FirstPassword
	if head := station.Head; head.Username != "" {
		accounts = append(accounts, casework.FirstPassword{Username: head.Username, Name: head.Name, Role: casework.Head})
	}
	for _, a := range station.Administrators {
		accounts = append(accounts, casework.FirstPassword{Username: a.Username, Name: a.Name, Role: casework.Administrator})
	}
	for _, d := range station.DeputyAccounts {
		accounts = append(accounts, casework.FirstPassword{Username: d.Username, Name: d.Name, Role: casework.Deputy, Deputy: d.Deputy})
	}
	return accounts
}

// open reports whether there are documents to answer from.
func (s *state) open() bool { return s.documents.Current() != nil }

var errNoDocuments = errors.New("the documents have never been read")

// ready names why requests cannot be answered. A bad newer document is no reason: the last good one is in force.
func (s *state) ready() error {
	if s.open() {
		return nil
	}
	if problem := s.problem.Load(); problem != nil {
		return *problem
	}
	return errNoDocuments
}

// patience is how long the following loop may stand still before the process should be restarted.
const patience = 6 * mounted.Beat

func (s *state) live() error {
	if still := s.now().Sub(s.follower.LastMoved()); still > patience {
		return fmt.Errorf("the loop that follows the mounted files has not moved for %s", still.Round(time.Second))
	}
	return nil
}

// sign is what stands on every page; empty before the first documents.
func (s *state) sign() web.Sign {
	d := s.documents.Current()
	if d == nil {
		return web.Sign{}
	}
	return web.Sign{
		Station: d.Station.DisplayName, County: d.Station.Township.County, Town: d.Station.Township.Name,
		Address: d.Station.Contact.Address, Phone: d.Station.Contact.Phone,
	}
}

// rules of the station's cases; ok is false before the first documents.
func (s *state) rules() (casework.Rules, bool) {
	d := s.documents.Current()
	if d == nil {
		return casework.Rules{}, false
	}
	return d.Rules, true
}

// sender is whose limits a request counts against.
func (s *state) sender(r *http.Request) netip.Prefix {
	var proxies guard.Proxies
	if d := s.documents.Current(); d != nil {
		proxies = d.Proxies
	}
	return guard.Sender(proxies.Visitor(r))
}

// provider of identities, the zero value where the station has none.
func (s *state) provider() oidc.Config {
	d := s.documents.Current()
	if d == nil || d.Station.OIDC == nil {
		return oidc.Config{}
	}
	return oidc.Config(*d.Station.OIDC)
}

func (s *state) clientSecret() (string, error) { return mounted.ClientSecret(s.config.OIDCDir) }

// open311Keys are those of programs in force.
func (s *state) open311Keys() []string { return mounted.Keys(s.config.Open311Dir) }

// backlog counts what waits, as of today at the station, and tells how long the audit log is. asked is the length that the operator
// saw last, 0 for none.
func (s *state) backlog(ctx context.Context, asked int64) (stationconf.BacklogReport, error) {
	d := s.documents.Current()
	if d == nil {
		return stationconf.BacklogReport{}, errNoDocuments
	}
	b, err := s.repository.Backlog(ctx, d.Today(s.now()))
	if err != nil {
		return stationconf.BacklogReport{}, fmt.Errorf("counting the backlog: %w", err)
	}
	s.metrics.CasesInStates(b.States)
	report := stationconf.BacklogReport{
		Version: s.version, OldestPending: b.OldestPending, Received: b.Received, Visits: b.Visits, Closed: b.Closed,
		Reopened: b.Reopened, Withdrawn: b.Withdrawn, Merged: b.Merged, Closings: &stationconf.Closings{OnTime: b.OnTime, Late: b.Late},
		Authorities:  s.authorities.Report(),
		Routes:       make(map[casework.Route]stationconf.RouteBacklog, len(b.Routes)),
		Satisfaction: make(map[string]int64, len(b.Satisfaction)),
	}
	for route, counts := range b.Routes {
		report.Routes[route] = stationconf.RouteBacklog(counts)
	}
	for rating, n := range b.Satisfaction {
		report.Satisfaction[string(rating)] = n
	}
	report.Audit, err = s.audit(ctx, asked)
	return report, err
}

// audit is where the log ends, and what it was at the length asked.
func (s *state) audit(ctx context.Context, asked int64) (*stationconf.Audit, error) {
	head, err := s.repository.LogHead(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	audit := &stationconf.Audit{Length: head.Length, Head: hex.EncodeToString(head.Hash)}
	if asked > 0 {
		p, ok, err := s.repository.LogAt(ctx, asked)
		if err != nil {
			return nil, fmt.Errorf("reading the audit log: %w", err)
		}
		if ok {
			audit.Asked = &stationconf.AuditPoint{Length: p.Length, Hash: hex.EncodeToString(p.Hash)}
		}
	}
	return audit, nil
}

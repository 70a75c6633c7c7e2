package figures

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/web"
)

// statisticsView is the page of figures.
type statisticsView struct {
	Form      *web.Form
	Shortcuts []shortcut
	// First and Last are the days of the period.
	First, Last time.Time
	// Limited is true for who sees the cases of some villages alone, whose names are in Seen.
	Limited bool
	Seen    string

	Received, Reopened figure
	Pending            pendingTable
	Punctuality        punctuality
	Ended, Ratings     chart
	Satisfaction       satisfaction
	Topics, Villages   chart
	// Export is the address of the ledger of what was received in the period.
	Export string
}

func (f *Figures) showStatistics(w http.ResponseWriter, r *http.Request) error {
	documents, scope := f.documents(), f.scope(r)
	today := documents.Today(f.now())
	chosen, form := readSpan(r.URL.Query(), today)
	period := documents.Rules.Period(chosen.first, chosen.last, today)
	counted, err := f.repository.Statistics(r.Context(), period, scope)
	if err != nil {
		return fmt.Errorf("counting the cases: %w", err)
	}
	words := func(key string) string { return f.area.Text(r, key) }
	view := viewStatistics(counted, drill{period, documents.Rules}, words)
	view.Form, view.Shortcuts = form, shortcuts(today, chosen)
	view.First, view.Last = chosen.first.In(documents.Location), chosen.last.In(documents.Location)
	view.Limited, view.Seen = scope.Limited, strings.Join(scope.Villages, words("ledger.between"))
	return f.area.RenderForm(w, r, "statistics", form, view)
}

// viewStatistics shows what was counted.
func viewStatistics(s casework.Statistics, d drill, words func(string) string) statisticsView {
	return statisticsView{
		Received: d.figure(s.Received, d.received()), Reopened: d.figure(s.Reopened, reopened(d.received())),
		Pending: viewPending(s, d), Punctuality: viewPunctuality(s, d),
		Ended: viewEnded(s, d, words), Ratings: viewRatings(s, d, words), Satisfaction: viewSatisfaction(s),
		Topics: viewTopics(s, d), Villages: viewVillages(s, d, words),
		Export: (&url.URL{Path: "/desk/export", RawQuery: casefilter.Query(d.received(), d.rules).Encode()}).String(),
	}
}

// drill leads from a figure to the list of the cases it counts: by the same filter as the figure was counted by. Scope is not part of
// it; the list is bounded by who reads it, as the figures are.
type drill struct {
	period casework.Period
	rules  casework.Rules
}

// figure is a count with the address of the cases it counts; empty where there is none to list.
type figure struct {
	N       int
	Address string
}

func (d drill) figure(n int, f casework.Filter) figure {
	if n == 0 {
		return figure{}
	}
	return figure{N: n, Address: casefilter.Address(f, d.rules)}
}

func (d drill) received() casework.Filter {
	return casework.Filter{ReceivedFrom: d.period.From, ReceivedTo: d.period.To}
}

func (d drill) ended() casework.Filter {
	return casework.Filter{EndedFrom: d.period.First, EndedTo: d.period.Last}
}

func (d drill) due(t casework.Timing) casework.Filter {
	return casework.Filter{DueFrom: d.period.First, DueTo: d.period.Last, Timing: t}
}

func reopened(f casework.Filter) casework.Filter {
	f.Reopened = true
	return f
}

// punctuality is how much of what was due was done in time.
type punctuality struct {
	// Due is all that was: the sum of the three. Closed are the first two.
	Due, Closed               int
	OnTime, Late, OpenOverdue figure
	// Share of OnTime, as 87.5%; empty when nothing was due.
	Share string
}

func viewPunctuality(s casework.Statistics, d drill) punctuality {
	due := s.OnTime + s.Late + s.OpenOverdue
	return punctuality{
		Due: due, Closed: s.OnTime + s.Late, Share: share(s.OnTime, due),
		OnTime:      d.figure(s.OnTime, d.due(casework.TimingOnTime)),
		Late:        d.figure(s.Late, d.due(casework.TimingLate)),
		OpenOverdue: d.figure(s.OpenOverdue, d.due(casework.TimingOverdue)),
	}
}

// satisfaction is how content residents were.
type satisfaction struct {
	// Rated cases, and Content those of them whose residents are at least basically satisfied.
	Rated, Content int
	// Share of Content, as 87.5%; empty when nothing was rated.
	Share string
}

func viewSatisfaction(s casework.Statistics) satisfaction {
	v := satisfaction{Content: s.Satisfaction[casework.Satisfied] + s.Satisfaction[casework.BasicallySatisfied]}
	v.Rated = v.Content + s.Satisfaction[casework.NotSatisfied]
	v.Share = share(v.Content, v.Rated)
	return v
}

// share of a whole in percent, rounded down: what is not all of it is never shown as 100%. Empty when there is no whole.
func share(part, whole int) string {
	if whole == 0 {
		return ""
	}
	permille := part * 1000 / whole
	if permille%10 == 0 {
		return fmt.Sprintf("%d%%", permille/10)
	}
	return fmt.Sprintf("%d.%d%%", permille/10, permille%10)
}

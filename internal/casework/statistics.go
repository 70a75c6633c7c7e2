package casework

import (
	"time"

	"township.dev/liaison/internal/workday"
)

// Period is a range of the station's days, both counted, as seen on a day.
type Period struct {
	First, Last workday.Date
	// From and To are the period's first instant and the first one after it.
	From, To time.Time
	// Today decides what is overdue.
	Today workday.Date
	// Since are the instants from which on a case received is of each age but the last.
	Since [Ages - 1]time.Time
}

// Period of the station's days, seen on today.
func (r Rules) Period(first, last, today workday.Date) Period {
	p := Period{First: first, Last: last, From: r.start(first), To: r.start(last.AddDays(1)), Today: today}
	for age, days := range ageDays {
		p.Since[age] = r.start(today.AddDays(1 - days))
	}
	return p
}

// start of the station's day.
func (r Rules) start(d workday.Date) time.Time { return d.In(r.location()).UTC() }

// Received bounds when cases of the age were received: from the first instant, before the second; zero where there is no bound.
func (p Period) Received(a Age) (from, to time.Time) {
	if a < AgeLonger {
		from = p.Since[a]
	}
	if a > 0 {
		to = p.Since[a-1]
	}
	return from, to
}

// Age of a pending case, in days since it was received.
type Age int

// Ages that pending cases are counted by: up to a week, a month, three months, and longer.
const (
	AgeWeek Age = iota
	AgeMonth
	AgeQuarter
	AgeLonger
	Ages
)

// ageDays bounds each Age but the last: a case is of it when it was received fewer days ago.
var ageDays = [Ages - 1]int{7, 30, 90}

// Statistics of cases. Received, the ended ones, timing and satisfaction are of the period; what is pending is of now.
type Statistics struct {
	Received int
	// Pending by route and age.
	Pending map[Route][Ages]int
	// Closed by result, Withdrawn and Merged ended in the period.
	Closed            map[Result]int
	Withdrawn, Merged int
	// OnTime and Late are the cases due in the period that were closed by their due day or after it; OpenOverdue those due in
	// the period that still wait though their day has passed.
	OnTime, Late, OpenOverdue int
	// Reopened cases, of those received in the period.
	Reopened int
	// Satisfaction with the cases that ended in the period, as far as it was told.
	Satisfaction map[Satisfaction]int
	// Topics and Villages of the cases received in the period, the most frequent first.
	Topics, Villages []Tally
}

// Tally is how often a name occurs, and how many of those still wait.
type Tally struct {
	Name    string
	N       int
	Pending int
}

// OnTimeRate is the share of cases due in the period that were closed in time, 0 to 1, with those that still wait overdue
// counted as not: leaving them out would hide just the ones that matter. known is false when nothing was due.
func (s Statistics) OnTimeRate() (rate float64, known bool) {
	due := s.OnTime + s.Late + s.OpenOverdue
	if due == 0 {
		return 0, false
	}
	return float64(s.OnTime) / float64(due), true
}

// PendingOn a route, of whatever age.
func (s Statistics) PendingOn(r Route) (n int) {
	for _, count := range s.Pending[r] {
		n += count
	}
	return n
}

// Backlog is what waits now and what has been since the database began.
type Backlog struct {
	// Routes holds every route, Unclassified included.
	Routes map[Route]RouteBacklog
	// States holds every state.
	States map[State]int
	// OldestPending is when the case that waits longest was received; zero when none waits.
	OldestPending time.Time
	// All below only grow.
	Received  int64
	Visits    int64
	Withdrawn int64
	Merged    int64
	Reopened  int64
	// Closed holds every result, Satisfaction every rating.
	Closed       map[Result]int64
	Satisfaction map[Satisfaction]int64
	// OnTime and Late are the closings by the due day and after it. A case that was opened again has two.
	OnTime, Late int64
}

// RouteBacklog counts the pending cases of one route.
type RouteBacklog struct {
	Pending int
	Overdue int
}

// Pending of all routes.
func (b Backlog) Pending() (n int) {
	for _, r := range b.Routes {
		n += r.Pending
	}
	return n
}

// Overdue of all routes.
func (b Backlog) Overdue() (n int) {
	for _, r := range b.Routes {
		n += r.Overdue
	}
	return n
}

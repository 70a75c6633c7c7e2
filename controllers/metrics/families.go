package metrics

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// place are the labels that every metric has, by name.
var place = []string{"namespace", "station"}

// family is one metric: its name, what it says, and the labels it has beside its place.
type family struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	labels []string
	// order of all labels by name, as the exposition has them: indexes of the place's and then of the family's own.
	order []int
}

func gauge(name, help string, labels ...string) *family {
	return newFamily(prometheus.GaugeValue, name, help, labels)
}

func counter(name, help string, labels ...string) *family {
	return newFamily(prometheus.CounterValue, name, help, labels)
}

func newFamily(kind prometheus.ValueType, name, help string, labels []string) *family {
	all := slices.Concat(place, labels)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(all[a], all[b]) })
	return &family{desc: prometheus.NewDesc(name, help, all, nil), kind: kind, labels: labels, order: order}
}

// The metrics that dashboards, alerts and outside tools rely on. A name or a label, once released, is not changed.
var (
	stationInfo = gauge("liaison_station_info",
		"A declared station and the township it serves; always 1.", "county", "township", "code")
	stationReady = gauge("liaison_station_ready",
		"1 when the station's condition Ready is True, else 0.")
	stationSuspended = gauge("liaison_station_suspended",
		"1 when the station is stopped by its spec, else 0.")

	casesPending = gauge("liaison_cases_pending",
		"Cases received and not closed, by the route they take.", "route")
	casesOverdue = gauge("liaison_cases_overdue",
		"Pending cases past their deadline, by the route they take.", "route")
	oldestPending = gauge("liaison_case_oldest_pending_seconds",
		"How long the case that waits longest has been waiting; 0 when none waits.")
	casesReceived = counter("liaison_cases_received_total",
		"Cases received since the station's database began.")
	casesClosed = counter("liaison_cases_closed_total",
		"Cases closed since the station's database began, by result: A resolved, B planned, C not possible now, D for reference, withdrawn, merged with another.", "result")
	caseClosings = counter("liaison_case_closings_total",
		"Closings of cases since the station's database began, by whether they came by the due day; absent while the intake does not tell.", "on_time")
	casesReopened = counter("liaison_cases_reopened_total",
		"Cases opened again since the station's database began, because the resident was not satisfied.")
	satisfaction = counter("liaison_satisfaction_total",
		"Residents' ratings of handled cases since the station's database began: satisfied, basically_satisfied, not_satisfied.", "rating")
	visits = counter("liaison_visits_total",
		"Visits by residents since the station's database began; a visit need not leave a case.")

	receptionNext = gauge("liaison_reception_next_timestamp_seconds",
		"When the next reception of residents begins, in seconds since 1970; absent while none is planned.")
	uncoveredShifts = gauge("liaison_duty_uncovered_shifts",
		"Planned shifts from today on that lack a deputy or a leader.")
	brokenAnnouncements = gauge("liaison_duty_broken_announcements",
		"Announced shifts from today on that cannot be held as announced: somebody cannot serve, or the day has become a holiday.")
	fairnessSpread = gauge("liaison_duty_fairness_spread",
		"Most turns less fewest turns among the deputies who serve today, turns up to today, receptions and ordinary duty counted apart.", "ledger")
	calendarKnown = gauge("liaison_holiday_calendar_known",
		"1 when the holiday arrangement of the year is known to the station's duty planning, else 0; this year and the next.", "year")

	backlogAge = gauge("liaison_backlog_age_seconds",
		"Age of the station's figures: time since its intake last answered, or since the operator first looked for it when it has not answered yet.")
	pollErrors = counter("liaison_backlog_poll_errors_total",
		"Polls of the station's intake that brought no backlog, since the operator started.")
	auditIntact = gauge("liaison_audit_intact",
		"1 when the intake's audit log has every entry the operator has seen, else 0; absent while no intake has shown its log.")
)

var families = []*family{
	stationInfo, stationReady, stationSuspended,
	casesPending, casesOverdue, oldestPending, casesReceived, casesClosed, caseClosings, casesReopened, satisfaction, visits,
	receptionNext, uncoveredShifts, brokenAnnouncements, fairnessSpread, calendarKnown,
	backlogAge, pollErrors, auditIntact,
}

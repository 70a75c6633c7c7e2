package metrics

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"township.dev/liaison/api/v1alpha1"
)

// place are the labels that every metric has, by name.
var place = []string{"namespace", "station"}

// family is one metric: its name, what it says, the labels it has beside its place, and how its samples are had from a station.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string
	samples    samples
	// order of all labels by name, as the exposition has them: indexes of the place's and then of the family's own.
	order []int
}

// samples puts what a station has of a family; nothing is put of what is not known.
type samples func(v *view, put put)

// put takes one sample with the values of the family's own labels, in the order of their declaration.
type put func(value float64, labels ...string)

func gauge(name, help string, of samples, labels ...string) *family {
	return newFamily(dto.MetricType_GAUGE, name, help, of, labels)
}

func counter(name, help string, of samples, labels ...string) *family {
	return newFamily(dto.MetricType_COUNTER, name, help, of, labels)
}

func newFamily(kind dto.MetricType, name, help string, of samples, labels []string) *family {
	all := slices.Concat(place, labels)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(all[a], all[b]) })
	return &family{name: name, help: help, kind: kind, labels: labels, samples: of, order: order}
}

// labelled are the labels by name, as the exposition has them.
func (f *family) labelled(place []*dto.LabelPair, values []string) []*dto.LabelPair {
	if len(values) == 0 {
		return place
	}
	labels := make([]*dto.LabelPair, len(f.order))
	for to, from := range f.order {
		if own := from - len(place); own < 0 {
			labels[to] = place[from]
		} else {
			labels[to] = pair(&f.labels[own], values[own])
		}
	}
	return labels
}

// pair shares the name, which a million pairs have in common.
func pair(name *string, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: name, Value: &value}
}

// Labels returns the names of all metrics of stations with those of their labels. Dashboards, alerts and outside tools rely on them: a name or a label,
// once released, is not changed.
func Labels() map[string][]string {
	labels := map[string][]string{}
	for _, f := range families {
		labels[f.name] = slices.Concat(place, f.labels)
	}
	return labels
}

var families = []*family{
	gauge("liaison_station_info",
		"A declared station and the township it serves; always 1.", township, "county", "township", "code"),
	gauge("liaison_station_ready",
		"1 when the station's condition Ready is True, else 0.", readiness),
	gauge("liaison_station_suspended",
		"1 when the station is stopped by its spec, else 0.", suspension),

	gauge("liaison_cases_pending",
		"Cases received and not closed, by the route they take.",
		byRoute(func(of v1alpha1.RouteBacklog) int32 { return of.Pending }), "route"),
	gauge("liaison_cases_overdue",
		"Pending cases past their deadline, by the route they take.",
		byRoute(func(of v1alpha1.RouteBacklog) int32 { return of.Overdue }), "route"),
	gauge("liaison_case_oldest_pending_seconds",
		"How long the case that waits longest has been waiting; 0 when none waits.", oldestPending),
	counter("liaison_cases_received_total",
		"Cases received since the station's database began.", received),
	counter("liaison_cases_closed_total",
		"Cases closed since the station's database began, by result: A resolved, B planned, C not possible now, D for reference, withdrawn, merged with another.",
		closed, "result"),
	counter("liaison_case_closings_total",
		"Closings of cases since the station's database began, by whether they came by the due day; absent while the intake does not tell.",
		closings, "on_time"),
	counter("liaison_cases_reopened_total",
		"Cases opened again since the station's database began, because the resident was not satisfied.", reopened),
	counter("liaison_satisfaction_total",
		"Residents' ratings of handled cases since the station's database began: satisfied, basically_satisfied, not_satisfied.",
		satisfaction, "rating"),
	counter("liaison_visits_total",
		"Visits by residents since the station's database began; a visit need not leave a case.", visits),

	gauge("liaison_reception_next_timestamp_seconds",
		"When the next reception of residents begins, in seconds since 1970; absent while none is planned.", receptionNext),
	gauge("liaison_reception_next_uncovered",
		"Places at the next reception without a deputy or a leader: nobody can take them, or who was announced cannot serve; absent while none is planned.",
		receptionUncovered),
	gauge("liaison_duty_uncovered_shifts",
		"Planned shifts from today on that lack a deputy or a leader.", uncoveredShifts),
	gauge("liaison_duty_broken_announcements",
		"Announced shifts from today on that cannot be held as announced: somebody cannot serve, or the day has become a holiday.", brokenAnnouncements),
	gauge("liaison_duty_fairness_spread",
		"Most turns less fewest turns among the deputies who serve today, turns up to today, receptions and ordinary duty counted apart.",
		fairnessSpread, "ledger"),
	gauge("liaison_holiday_calendar_known",
		"1 when the holiday arrangement of the year is known to the station's duty planning, else 0; this year and the next.", calendarKnown, "year"),

	gauge("liaison_backlog_age_seconds",
		"Age of the station's figures: time since its intake last answered, or since the operator first looked for it when it has not answered yet.", backlogAge),
	counter("liaison_backlog_poll_errors_total",
		"Polls of the station's intake that brought no backlog, since the operator started.", pollErrors),
	gauge("liaison_audit_intact",
		"1 when the intake's audit log has every entry the operator has seen, else 0; absent while no intake has shown its log.", auditIntact),
}

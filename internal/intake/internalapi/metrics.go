// Package internalapi is what only the cluster sees of an intake: probes, metrics, and the backlog for the operator.
package internalapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// Metrics of one intake process, in a registry of their own. No label holds anything of a person or a case.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	latency   *prometheus.HistogramVec
	submitted prometheus.Counter
	refused   *prometheus.CounterVec
	reloads   *prometheus.CounterVec
	announced *prometheus.CounterVec
	doubtful  prometheus.Gauge
	states    *prometheus.GaugeVec
	submitsAt map[string]bool
}

// NewMetrics returns metrics that count submissions at the given routes (by pattern).
func NewMetrics(version string, submissionRoutes ...string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "liaison_intake_requests_total", Help: "Requests answered, by route and status code.",
		}, []string{"method", "route", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "liaison_intake_request_duration_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		submitted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "liaison_intake_cases_submitted_total", Help: "Suggestions acknowledged to a resident, repeated ones of the same idempotency key included.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "liaison_intake_submissions_refused_total", Help: "Suggestions refused, by reason.",
		}, []string{"reason"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "liaison_intake_document_reloads_total", Help: "Readings of changed documents, by result; after failed the last good ones stay in force.",
		}, []string{"result"}),
		announced: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "liaison_intake_announcements_total", Help: "Attempts to tell the webhook of a reception and messages given up, by result; after unknown nothing is tried again by itself.",
		}, []string{"result"}),
		doubtful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "liaison_intake_announcements_unknown", Help: "Messages of which nobody knows whether they arrived, their reception still to come.",
		}),
		states: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "liaison_intake_cases", Help: "Cases by state, as of the last time the backlog was counted.",
		}, []string{"state"}),
		submitsAt: map[string]bool{},
	}
	for _, pattern := range submissionRoutes {
		m.submitsAt[pattern] = true
	}
	for _, result := range []string{reloadApplied, reloadFailed} {
		m.reloads.WithLabelValues(result)
	}
	for _, state := range []announcement.State{announcement.Delivered, announcement.Refused, announcement.Unknown, announcement.GivenUp} {
		m.announced.WithLabelValues(string(state))
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "liaison_intake_info", Help: "Always 1; the label tells the version of the intake.",
	}, []string{"version"})
	info.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.submitted, m.refused, m.reloads, m.announced, m.doubtful, m.states, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Results of a reload.
const (
	reloadApplied = "applied"
	reloadFailed  = "failed"
)

// Reloaded counts a reading of changed documents.
func (m *Metrics) Reloaded(err error) {
	if err != nil {
		m.reloads.WithLabelValues(reloadFailed).Inc()
		return
	}
	m.reloads.WithLabelValues(reloadApplied).Inc()
}

// AnnouncementSettled implements announce.Metrics.
func (m *Metrics) AnnouncementSettled(state announcement.State) {
	m.announced.WithLabelValues(string(state)).Inc()
}

// AnnouncementsUnknown implements announce.Metrics.
func (m *Metrics) AnnouncementsUnknown(n int) { m.doubtful.Set(float64(n)) }

// CasesInStates sets the gauge of cases.
func (m *Metrics) CasesInStates(states map[casework.State]int) {
	for state, n := range states {
		m.states.WithLabelValues(string(state)).Set(float64(n))
	}
}

// Observe returns the function that counts the requests of one route.
func (m *Metrics) Observe(pattern string) func(web.Outcome) {
	method, route, found := strings.Cut(pattern, " ")
	if !found {
		method, route = "any", pattern
	}
	latency := m.latency.WithLabelValues(method, route)
	submits := m.submitsAt[pattern]
	return func(o web.Outcome) {
		latency.Observe(o.Took.Seconds())
		m.requests.WithLabelValues(method, route, strconv.Itoa(o.Status)).Inc()
		if submits {
			m.countSubmission(o)
		}
	}
}

func (m *Metrics) countSubmission(o web.Outcome) {
	switch {
	case o.Problem != "":
		m.refused.WithLabelValues(o.Problem).Inc()
	case o.Status < http.StatusBadRequest:
		m.submitted.Inc()
	}
}

// handler of GET /metrics.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

package metrics

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/backlog"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/fromcrd"
)

func readiness(station *v1alpha1.LiaisonStation) float64 {
	if meta.IsStatusConditionTrue(station.Status.Conditions, v1alpha1.ConditionReady) {
		return 1
	}
	return 0
}

// collectCases puts every route of a station that has figures, also where nothing waits: a series that comes and goes cannot be summed.
func collectCases(s series, figures *v1alpha1.Backlog, now time.Time) {
	if figures == nil {
		return
	}
	waiting := map[string]v1alpha1.RouteBacklog{}
	for _, route := range figures.ByRoute {
		waiting[route.Route] = route
	}
	for _, route := range fromcrd.Routes() {
		of := waiting[fromcrd.RouteName(route)]
		s.put(casesPending, float64(of.Pending), string(route))
		s.put(casesOverdue, float64(of.Overdue), string(route))
	}
	longest := time.Duration(0)
	if figures.OldestPending != nil {
		longest = now.Sub(figures.OldestPending.Time)
	}
	s.put(oldestPending, max(longest, 0).Seconds())
	s.put(casesReceived, float64(figures.Received))
	s.put(visits, float64(figures.Visits))
}

func collectPolls(s series, record backlog.Record, now time.Time) {
	s.put(backlogAge, max(now.Sub(record.Heard()), 0).Seconds())
	s.put(pollErrors, float64(record.Errors))
	if record.Answered.IsZero() {
		return // how cases were closed stands in no object; the first answer brings it
	}
	for _, result := range casework.Results() {
		s.put(casesClosed, float64(record.Report.Closed[result]), string(result))
	}
}

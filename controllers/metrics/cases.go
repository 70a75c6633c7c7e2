package metrics

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

func suspension(station *v1alpha1.LiaisonStation) float64 {
	if station.Spec.Suspend {
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
		return // how cases were closed and rated stands in no object; the first answer brings it
	}
	report := record.Report
	for _, result := range casework.Results() {
		s.put(casesClosed, float64(report.Closed[result]), string(result))
	}
	s.put(casesClosed, float64(report.Withdrawn), "withdrawn")
	s.put(casesClosed, float64(report.Merged), "merged")
	if c := report.Closings; c != nil { // an older intake does not tell, and none on time would be a lie
		s.put(caseClosings, float64(c.OnTime), "true")
		s.put(caseClosings, float64(c.Late), "false")
	}
	s.put(casesReopened, float64(report.Reopened))
	for _, rating := range casework.Satisfactions() {
		s.put(satisfaction, float64(report.Satisfaction[string(rating)]), string(rating))
	}
}

// collectAudit puts nothing for a station whose intake has not shown its audit log; an alert on 0 must not fire for it.
func collectAudit(s series, station *v1alpha1.LiaisonStation) {
	condition := meta.FindStatusCondition(station.Status.Conditions, v1alpha1.ConditionAuditIntact)
	if condition == nil {
		return
	}
	intact := 0.0
	if condition.Status == metav1.ConditionTrue {
		intact = 1
	}
	s.put(auditIntact, intact)
}

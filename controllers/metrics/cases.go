package metrics

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
)

func township(v *view, put put) {
	of := v.station.Spec.Township
	put(1, of.County, of.Name, of.Code)
}

func readiness(v *view, put put) {
	put(oneIf(meta.IsStatusConditionTrue(v.station.Status.Conditions, v1alpha1.ConditionReady)))
}

func suspension(v *view, put put) { put(oneIf(v.station.Spec.Suspend)) }

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// byRoute puts every route of a station that has figures, also where nothing waits: a series that comes and goes cannot be summed.
func byRoute(count func(v1alpha1.RouteBacklog) int32) samples {
	return func(v *view, put put) {
		figures := v.station.Status.Backlog
		if figures == nil {
			return
		}
		for _, route := range fromcrd.Routes() {
			put(float64(count(onRoute(figures, fromcrd.RouteName(route)))), string(route))
		}
	}
}

func onRoute(figures *v1alpha1.Backlog, name string) v1alpha1.RouteBacklog {
	for _, of := range figures.ByRoute {
		if of.Route == name {
			return of
		}
	}
	return v1alpha1.RouteBacklog{}
}

func oldestPending(v *view, put put) {
	figures := v.station.Status.Backlog
	if figures == nil {
		return
	}
	longest := time.Duration(0)
	if figures.OldestPending != nil {
		longest = v.now.Sub(figures.OldestPending.Time)
	}
	put(max(longest, 0).Seconds())
}

func received(v *view, put put) {
	if figures := v.station.Status.Backlog; figures != nil {
		put(float64(figures.Received))
	}
}

func visits(v *view, put put) {
	if figures := v.station.Status.Backlog; figures != nil {
		put(float64(figures.Visits))
	}
}

func backlogAge(v *view, put put) {
	if v.remembered {
		put(max(v.now.Sub(v.polled.Heard()), 0).Seconds())
	}
}

func pollErrors(v *view, put put) {
	if v.remembered {
		put(float64(v.polled.Errors))
	}
}

// report is the intake's last. How cases were closed and rated stands in no object; the first answer brings it.
func (v *view) report() (report stationconf.BacklogReport, came bool) {
	return v.polled.Report, v.remembered && !v.polled.Answered.IsZero()
}

func closed(v *view, put put) {
	report, came := v.report()
	if !came {
		return
	}
	for _, result := range casework.Results() {
		put(float64(report.Closed[result]), string(result))
	}
	put(float64(report.Merged), "merged")
	put(float64(report.Withdrawn), "withdrawn")
}

// closings puts nothing for an older intake, which does not tell: none on time would be a lie.
func closings(v *view, put put) {
	if report, came := v.report(); came && report.Closings != nil {
		put(float64(report.Closings.Late), "false")
		put(float64(report.Closings.OnTime), "true")
	}
}

func reopened(v *view, put put) {
	if report, came := v.report(); came {
		put(float64(report.Reopened))
	}
}

func satisfaction(v *view, put put) {
	report, came := v.report()
	if !came {
		return
	}
	for _, rating := range casework.Satisfactions() {
		put(float64(report.Satisfaction[string(rating)]), string(rating))
	}
}

// auditIntact puts nothing for a station whose intake has not shown its audit log; an alert on 0 must not fire for it.
func auditIntact(v *view, put put) {
	if condition := meta.FindStatusCondition(v.station.Status.Conditions, v1alpha1.ConditionAuditIntact); condition != nil {
		put(oneIf(condition.Status == metav1.ConditionTrue))
	}
}

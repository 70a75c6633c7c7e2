package backlog

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
)

// standing is the part of a station's status that this controller owns.
type standing struct {
	backlog *v1alpha1.Backlog
	version string
	// condition is BacklogFresh.
	condition metav1.Condition
	// audit is AuditIntact; without a type while no intake has shown its log.
	audit metav1.Condition
	// authorities is AuthoritiesTrusted; without a type while the intake has none to tell of.
	authorities metav1.Condition
}

// presentStanding is what the station's status says now.
func presentStanding(station *v1alpha1.LiaisonStation) standing {
	return standing{
		backlog:   station.Status.Backlog,
		version:   station.Status.IntakeVersion,
		condition: presentCondition(station, v1alpha1.ConditionBacklogFresh),
		audit:     presentCondition(station, v1alpha1.ConditionAuditIntact),

		authorities: presentCondition(station, v1alpha1.ConditionAuthoritiesTrusted),
	}
}

func presentCondition(station *v1alpha1.LiaisonStation, conditionType string) metav1.Condition {
	condition := meta.FindStatusCondition(station.Status.Conditions, conditionType)
	if condition == nil {
		return metav1.Condition{}
	}
	present := *condition
	present.ObservedGeneration = 0 // not ours; see turned
	return present
}

// fresh is the standing of a station whose intake just answered.
func (present standing) fresh(station *v1alpha1.LiaisonStation, report stationconf.BacklogReport, now time.Time) standing {
	wanted := standing{
		backlog: backlogFrom(report),
		version: report.Version,
		condition: turned(present.condition, metav1.Condition{
			Type: v1alpha1.ConditionBacklogFresh, Status: metav1.ConditionTrue, Reason: ReasonAnswering,
			Message: "The figures are those of the intake's last answer.",
		}, now),
		authorities: present.trusting(station, report.Authorities, now),
	}
	return present.audited(station, report.Audit, wanted, now)
}

// stale is the standing of a station that has been silent for too long. It keeps the figures it has.
func (present standing) stale(reason, station string, now time.Time) standing {
	have := "The figures are those of the last answer."
	if present.backlog == nil {
		have = "There are no figures yet."
	}
	present.condition = turned(present.condition, metav1.Condition{
		Type: v1alpha1.ConditionBacklogFresh, Status: metav1.ConditionFalse, Reason: reason, Message: have + " " + remedy(reason, station),
	}, now)
	return present
}

// turned is the wanted condition with the transition time of the present one, which moves only when the status does.
//
// It carries no observedGeneration: it speaks of the running intake and not of the spec, and would otherwise be written again with every edit.
func turned(present, wanted metav1.Condition, now time.Time) metav1.Condition {
	wanted.LastTransitionTime = present.LastTransitionTime
	if present.Status != wanted.Status {
		wanted.LastTransitionTime = metav1.NewTime(now.Truncate(time.Second))
	}
	return wanted
}

func (present standing) same(other standing) bool {
	return present.version == other.version &&
		equality.Semantic.DeepEqual(present.backlog, other.backlog) &&
		equality.Semantic.DeepEqual(present.condition, other.condition) &&
		equality.Semantic.DeepEqual(present.audit, other.audit) &&
		equality.Semantic.DeepEqual(present.authorities, other.authorities)
}

// backlogFrom puts a report into the form of the status.
func backlogFrom(report stationconf.BacklogReport) *v1alpha1.Backlog {
	backlog := &v1alpha1.Backlog{Received: report.Received, Visits: report.Visits, Closed: closedIn(report)}
	// Routes that this release does not know count in the totals: their cases wait all the same.
	for _, waiting := range report.Routes {
		backlog.Pending += int32(waiting.Pending) // checkReport bounds the sum
		backlog.Overdue += int32(waiting.Overdue)
	}
	for _, route := range fromcrd.Routes() {
		if waiting := report.Routes[route]; waiting.Pending > 0 {
			backlog.ByRoute = append(backlog.ByRoute, v1alpha1.RouteBacklog{
				Route: fromcrd.RouteName(route), Pending: int32(waiting.Pending), Overdue: int32(waiting.Overdue),
			})
		}
	}
	if backlog.Pending > 0 {
		// The API keeps whole seconds; finer ones would make each comparison fail.
		oldest := metav1.NewTime(report.OldestPending.Truncate(time.Second))
		backlog.OldestPending = &oldest
	}
	return backlog
}

func closedIn(report stationconf.BacklogReport) int64 {
	closed := report.Withdrawn + report.Merged
	for _, n := range report.Closed {
		closed += n
	}
	return closed
}

// write applies the standing to the station's status, unless it is what the status says already, and then tells of a broken audit log, or of missing certificates, once.
func (r *Reconciler) write(ctx context.Context, station *v1alpha1.LiaisonStation, wanted standing) error {
	present := presentStanding(station)
	if present.same(wanted) {
		return nil
	}
	_, err := r.applier.ApplyStatus(ctx, wanted.applyTo(station))
	// A station that is gone has no use for these figures. One created anew under the same name is of another version, and comes again.
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("writing the backlog: %w", err)
	}
	outcome.Events(r.recorder, r.applier.Client.Scheme(), station, present.findings(), wanted.findings())
	return nil
}

// findings are AuditIntact and AuthoritiesTrusted where they are set.
func (present standing) findings() []metav1.Condition {
	var set []metav1.Condition
	for _, condition := range []metav1.Condition{present.audit, present.authorities} {
		if condition.Type != "" {
			set = append(set, condition)
		}
	}
	return set
}

func (present standing) applyTo(station *v1alpha1.LiaisonStation) *applyv1alpha1.LiaisonStationApplyConfiguration {
	status := applyv1alpha1.LiaisonStationStatus()
	for _, condition := range append(present.findings(), present.condition) {
		status.WithConditions(applymetav1.Condition().
			WithType(condition.Type).WithStatus(condition.Status).WithReason(condition.Reason).
			WithMessage(condition.Message).WithLastTransitionTime(condition.LastTransitionTime))
	}
	if present.version != "" {
		status.WithIntakeVersion(present.version)
	}
	if present.backlog != nil {
		status.WithBacklog(applyBacklog(present.backlog))
	}
	return applyv1alpha1.LiaisonStation(station.Name, station.Namespace).WithUID(station.UID).WithResourceVersion(station.ResourceVersion).WithStatus(status)
}

func applyBacklog(backlog *v1alpha1.Backlog) *applyv1alpha1.BacklogApplyConfiguration {
	apply := applyv1alpha1.Backlog().
		WithPending(backlog.Pending).WithOverdue(backlog.Overdue).
		WithReceived(backlog.Received).WithClosed(backlog.Closed).WithVisits(backlog.Visits)
	for _, route := range backlog.ByRoute {
		apply.WithByRoute(applyv1alpha1.RouteBacklog().
			WithRoute(route.Route).WithPending(route.Pending).WithOverdue(route.Overdue))
	}
	if backlog.OldestPending != nil {
		apply.WithOldestPending(*backlog.OldestPending)
	}
	if backlog.Audit != nil {
		apply.WithAudit(applyv1alpha1.AuditHead().WithLength(backlog.Audit.Length).WithHead(backlog.Audit.Head))
	}
	return apply
}

package roster

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
)

// validate stops at a roster that breaks a rule. The API server refuses most such rosters; this one may have been stored before the rule was.
func validate(_ context.Context, _ *Reconciler, v *visit) {
	if len(v.problems) > 0 {
		v.halt(outcome.Stalled(ReasonInvalidSpec, "%s. The months published before stay as they are.", v.problems))
	}
}

// consult reads the calendars in force for the roster.
func consult(ctx context.Context, r *Reconciler, v *visit) {
	var objects []v1alpha1.HolidayCalendar
	for _, namespace := range r.calendarNamespaces(v.roster.Namespace) {
		var list v1alpha1.HolidayCalendarList
		if err := r.Client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			v.halt(fmt.Errorf("listing the HolidayCalendars of namespace %s: %w", namespace, err))
			return
		}
		objects = append(objects, list.Items...)
	}
	calendar, err := fromcrd.Calendar(objects, r.OperatorNamespace, v.roster.Namespace)
	if err != nil {
		v.halt(outcome.Stalled(ReasonInvalidCalendar, "%v. The months published before stay as they are.", err))
	}
	v.calendar = calendar
}

// calendarNamespaces are those whose calendars serve a roster.
func (r *Reconciler) calendarNamespaces(namespace string) []string {
	if r.OperatorNamespace == "" || r.OperatorNamespace == namespace {
		return []string{namespace}
	}
	return []string{r.OperatorNamespace, namespace}
}

package roster

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
)

// validate tells what in the roster cannot be right. The API server refuses most of it; this roster may have been stored before the rule was.
func validate(_ context.Context, _ *Reconciler, v *visit) {
	if faults := v.problems.Faults(); len(faults) > 0 {
		v.input = append(v.input, outcome.Stalled(ReasonInvalidSpec, "%s. The rest is planned without it.", faults))
	}
	v.remarks = append(v.problems.Remarks(), fromcrd.Remarks(&v.roster.Spec, v.today)...)
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
	calendar, problems := fromcrd.Calendar(objects, r.OperatorNamespace, v.roster.Namespace)
	if len(problems) > 0 {
		v.input = append(v.input, outcome.Stalled(ReasonInvalidCalendar, "%s. The rest is planned without it.", problems))
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

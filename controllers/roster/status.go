package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/rota"
	"township.dev/liaison/internal/workday"
)

// summarise sets Ready and ScheduleReady. A shift that nobody can take is the schedule's fault and not the roster's: the roster does what it is there for.
func (v *visit) summarise() {
	if len(v.faults) > 0 {
		reason, message := v.mainFault()
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, reason, message)
		return
	}
	planned := fmt.Sprintf("Planned until %s.", v.status.PlannedUntil)
	v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionTrue, ReasonPlanned, planned)
	if missing := v.missing(); missing != "" {
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, ReasonShiftsUncovered, missing+v.provisional())
		return
	}
	v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionTrue, ReasonPlanned, planned+v.provisional())
}

// mainFault is what the user should hear of first: what waits for them, then what waits for something else.
func (v *visit) mainFault() (reason, message string) {
	for _, fault := range v.faults {
		if stalled, ok := errors.AsType[*outcome.StalledError](fault); ok {
			return stalled.Reason, stalled.Message
		}
	}
	for _, fault := range v.faults {
		if waiting, ok := errors.AsType[*outcome.WaitError](fault); ok {
			return waiting.Reason, waiting.Message
		}
	}
	return ReasonNotPlanned, "A request failed and is retried; the months published before stay as they are."
}

// missing tells of the first shift from today on that lacks somebody.
func (v *visit) missing() string {
	for _, plan := range v.plans {
		for _, s := range plan.Shifts {
			if s.Uncovered > 0 && !s.Date.Before(v.today) {
				return fmt.Sprintf("Nobody can take %d shifts in full, the first on %s; list more deputies, shorten their leave, or ask for fewer per shift.",
					*v.status.UncoveredShifts, s.Date)
			}
		}
	}
	return ""
}

// provisional tells which months may still change, and which notices settle them.
func (v *visit) provisional() string {
	var months, years []string
	for _, plan := range v.plans {
		if !plan.Provisional {
			continue
		}
		months = append(months, plan.Month.String())
		for day := plan.Month.First(); !day.After(plan.Month.Last()); day = day.AddDays(1) {
			if year := v.noticeMissing(day); year != "" && !slices.Contains(years, year) {
				years = append(years, year)
			}
		}
	}
	if months == nil {
		return ""
	}
	return fmt.Sprintf(" Provisional: %s; days there may move until the holiday arrangement of %s is published and applied as a HolidayCalendar.",
		strings.Join(months, ", "), strings.Join(years, ", "))
}

// noticeMissing is the year of the notice that settles the day: its own or, in late December, the next; empty when none is missing.
func (v *visit) noticeMissing(day workday.Date) string {
	switch {
	case v.calendar.Known(day):
		return ""
	case v.calendar.Known(workday.NewDate(day.Year(), time.January, 1)):
		return strconv.Itoa(day.Year() + 1)
	default:
		return strconv.Itoa(day.Year())
	}
}

// writeStatus applies the status when it differs from what was read.
func (r *Reconciler) writeStatus(ctx context.Context, v *visit) error {
	v.status.ObservedGeneration = v.roster.Generation
	v.status.Conditions = v.conditions.List()
	if equality.Semantic.DeepEqual(v.before, v.status) {
		return nil
	}
	err := r.applier().ApplyStatus(ctx, applyv1alpha1.DeputyRoster(v.roster.Name, v.roster.Namespace).
		WithUID(v.roster.UID). // a roster created again under the name is another
		WithStatus(v.applyStatus()))
	if apierrors.IsNotFound(err) {
		return nil // deleted in the meantime
	}
	return err
}

func (v *visit) applyStatus() *applyv1alpha1.DeputyRosterStatusApplyConfiguration {
	status := applyv1alpha1.DeputyRosterStatus().
		WithObservedGeneration(v.status.ObservedGeneration).
		WithConditions(v.conditions.Apply()...)
	if v.status.ActiveDeputies != nil {
		status.WithActiveDeputies(*v.status.ActiveDeputies)
	}
	if v.status.UncoveredShifts != nil {
		status.WithUncoveredShifts(*v.status.UncoveredShifts)
	}
	if v.status.PlannedUntil != "" {
		status.WithPlannedUntil(v.status.PlannedUntil)
	}
	status.OnDutyToday = rota.ApplyOnDuty(v.status.OnDutyToday)
	status.NextReception = rota.ApplyNextReception(v.status.NextReception)
	return status
}

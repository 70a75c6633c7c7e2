package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/rota"
	"township.dev/liaison/internal/duty"
)

// summarise sets Ready and ScheduleReady. A shift that nobody can take is the schedule's fault and not the roster's: the roster does what it is there for.
func (v *visit) summarise() {
	v.judgeCalendar()
	v.judgeAnnouncements()
	planned := fmt.Sprintf("Planned until %s.", v.status.PlannedUntil)
	if faults := slices.Concat(v.input, v.faults); len(faults) > 0 {
		reason, message := mainFault(faults)
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	} else {
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionTrue, ReasonPlanned, planned+v.remarked())
	}
	if len(v.faults) > 0 {
		reason, message := mainFault(v.faults)
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, reason, message)
		return
	}
	if missing := v.missing(); missing != "" {
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, ReasonShiftsUncovered, missing+v.provisional())
		return
	}
	v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionTrue, ReasonPlanned, planned+v.provisional())
}

// mainFault is what the user should hear of first: what waits for them, then what waits for something else.
func mainFault(faults []error) (reason, message string) {
	for _, fault := range faults {
		if stalled, ok := errors.AsType[*outcome.StalledError](fault); ok {
			return stalled.Reason, stalled.Message
		}
	}
	for _, fault := range faults {
		if waiting, ok := errors.AsType[*outcome.WaitError](fault); ok {
			return waiting.Reason, waiting.Message
		}
	}
	return ReasonNotPlanned, "A request failed and is retried; the months published before stay as they are."
}

// remarked tells what stands in the roster without effect.
func (v *visit) remarked() string {
	if len(v.remarks) == 0 {
		return ""
	}
	return fmt.Sprintf(" Without effect: %s.", v.remarks)
}

// judgeCalendar says whether the holidays of every planned year are known. Without a plan, what was said before stands.
func (v *visit) judgeCalendar() {
	if v.plans == nil || v.status.Calendar == nil {
		return
	}
	if unknown := v.status.Calendar.Unknown; len(unknown) > 0 {
		years := make([]string, 0, len(unknown))
		for _, year := range unknown {
			years = append(years, strconv.Itoa(int(year)))
		}
		v.conditions.Set(v1alpha1.ConditionCalendarKnown, metav1.ConditionFalse, ReasonYearUnknown, fmt.Sprintf(
			"The holiday arrangement of %s is not known, so that days from %s on may still move. Apply it as a HolidayCalendar when the State Council has published it.",
			strings.Join(years, ", "), v.status.ProvisionalFrom))
		return
	}
	v.conditions.Set(v1alpha1.ConditionCalendarKnown, metav1.ConditionTrue, ReasonYearsKnown, "The holiday arrangement of every planned year is known.")
}

// judgeAnnouncements says whether what was announced can be held. Announced shifts never change by themselves: an override mends them.
func (v *visit) judgeAnnouncements() {
	if v.plans == nil {
		return
	}
	broken := v.brokenShifts()
	if len(broken) == 0 {
		v.conditions.Set(v1alpha1.ConditionAnnouncementsHold, metav1.ConditionTrue, ReasonAsAnnounced, "Every announced shift can be held.")
		return
	}
	reason := ReasonDeputyUnavailable
	if broken[0].Why == duty.DayOff {
		reason = ReasonDayOff
	}
	told := make([]string, 0, mostBroken+1)
	for i, b := range broken {
		if i == mostBroken {
			told = append(told, fmt.Sprintf("and %d more", len(broken)-mostBroken))
			break
		}
		told = append(told, brokenInWords(b))
	}
	v.conditions.Set(v1alpha1.ConditionAnnouncementsHold, metav1.ConditionFalse, reason, fmt.Sprintf(
		"%s. Announced shifts are not changed by themselves: name who serves instead, or cancel the day, in spec.overrides.", strings.Join(told, "; ")))
}

// mostBroken is how many broken announcements a message tells.
const mostBroken = 5

func (v *visit) brokenShifts() []duty.Broken {
	var all []duty.Broken
	for _, plan := range v.plans {
		all = append(all, plan.Broken...)
	}
	return all
}

func brokenInWords(b duty.Broken) string {
	shift := fmt.Sprintf("the %s of %s", kinds[v1alpha1.ShiftKind(b.Kind)], b.Date)
	who := "deputy " + b.Person
	if b.Leader {
		who = "leader " + b.Person
	}
	switch {
	case b.Why == duty.DayOff && b.Holiday != "":
		return shift + " falls on " + b.Holiday
	case b.Why == duty.DayOff:
		return shift + " falls on a day off"
	case b.Why == duty.NotOnRoster:
		return fmt.Sprintf("%s: %s is not on the roster any more", shift, who)
	case b.Why == duty.NotInService:
		return fmt.Sprintf("%s: %s is not in service that day", shift, who)
	default:
		return fmt.Sprintf("%s: %s is on leave", shift, who)
	}
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
		for _, year := range v.calendar.Missing(plan.Month.First(), plan.Month.Last()) {
			if number := strconv.Itoa(year); !slices.Contains(years, number) {
				years = append(years, number)
			}
		}
	}
	if months == nil {
		return ""
	}
	return fmt.Sprintf(" Provisional: %s; days there may move until the holiday arrangement of %s is published and applied as a HolidayCalendar.",
		strings.Join(months, ", "), strings.Join(years, ", "))
}

// writeStatus applies the status when it differs from what was read.
func (r *Reconciler) writeStatus(ctx context.Context, v *visit) error {
	v.status.ObservedGeneration = v.roster.Generation
	v.status.Conditions = v.conditions.List()
	if equality.Semantic.DeepEqual(v.before, v.status) {
		return nil
	}
	_, err := r.applier().ApplyStatus(ctx, applyv1alpha1.DeputyRoster(v.roster.Name, v.roster.Namespace).
		// A roster created again under the name is another, and an apply to a status heeds no UID.
		WithUID(v.roster.UID).WithResourceVersion(v.roster.ResourceVersion).
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
	if v.status.BrokenAnnouncements != nil {
		status.WithBrokenAnnouncements(*v.status.BrokenAnnouncements)
	}
	if v.status.ProvisionalFrom != "" {
		status.WithProvisionalFrom(v.status.ProvisionalFrom)
	}
	if fair := v.status.Fairness; fair != nil {
		status.WithFairness(applyv1alpha1.Fairness().WithReception(fair.Reception).WithDuty(fair.Duty))
	}
	if c := v.status.Calendar; c != nil {
		status.WithCalendar(applyv1alpha1.CalendarCoverage().WithKnown(c.Known...).WithUnknown(c.Unknown...))
	}
	status.OnDutyToday = rota.ApplyOnDuty(v.status.OnDutyToday)
	status.NextReception = rota.ApplyNextReception(v.status.NextReception)
	return status
}

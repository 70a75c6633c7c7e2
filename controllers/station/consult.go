package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// consult reads what other objects say about the station: its roster, that roster's plans and the holidays in force. It makes the
// documents of them. Nothing it misses holds the intake up.
func consult(ctx context.Context, r *Reconciler, v *visit) error {
	calendars, err := v.read(ctx, r)
	if err != nil {
		v.blocked = cmp.Or(v.blocked, err)
		return err
	}
	return errors.Join(v.writeCalendar(calendars, r.Options.OperatorNamespace), v.writeSchedule(), v.checkDeputies())
}

// read fails only where the cache does.
func (v *visit) read(ctx context.Context, r *Reconciler) ([]v1alpha1.HolidayCalendar, error) {
	if err := v.readRoster(ctx, r.Client); err != nil {
		return nil, err
	}
	v.location = fromcrd.Zone(v.roster)
	if err := v.readPlans(ctx, r.Client); err != nil {
		return nil, err
	}
	return r.holidayCalendars(ctx, v.station.Namespace)
}

func (v *visit) readRoster(ctx context.Context, c client.Reader) error {
	if v.station.Spec.RosterRef == nil {
		return nil
	}
	roster := &v1alpha1.DeputyRoster{}
	err := c.Get(ctx, types.NamespacedName{Namespace: v.station.Namespace, Name: v.station.Spec.RosterRef.Name}, roster)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("reading the roster: %w", err)
	}
	v.roster = roster
	return nil
}

// readPlans reads the plans by name, which follows from roster and month.
func (v *visit) readPlans(ctx context.Context, c client.Reader) error {
	if v.roster == nil {
		return nil
	}
	present := workday.MonthOf(v.today())
	for n := range fromcrd.LongestHorizon {
		plan := v1alpha1.DutySchedule{}
		key := types.NamespacedName{Namespace: v.station.Namespace, Name: fromcrd.ScheduleName(v.roster.Name, present.Add(n))}
		err := c.Get(ctx, key, &plan)
		switch {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return fmt.Errorf("reading DutySchedule %s: %w", key.Name, err)
		case plan.Spec.RosterRef.Name == v.roster.Name:
			v.plans = append(v.plans, plan)
		}
	}
	return nil
}

// writeCalendar makes calendar.json from the calendars that can be right. Of a year declared twice the older declaration counts, so that a second one
// applied by mistake moves no deadline.
func (v *visit) writeCalendar(calendars []v1alpha1.HolidayCalendar, operatorNamespace string) error {
	calendar, problems := fromcrd.Calendar(calendars, operatorNamespace, v.station.Namespace)
	err := v.encode(stationconf.CalendarFile, func() ([]byte, error) {
		return stationconf.EncodeCalendar(stationconf.Calendar{Years: calendar.Years()})
	})
	switch {
	case err != nil:
		return outcome.Stalled(ReasonInvalidCalendar, "The holidays cannot be used, the intake keeps those it has: %v.", err)
	case len(problems) > 0:
		return outcome.Stalled(ReasonInvalidCalendar, "%s. The intake has the other holidays.", problems)
	default:
		return nil
	}
}

func (r *Reconciler) holidayCalendars(ctx context.Context, namespace string) ([]v1alpha1.HolidayCalendar, error) {
	var all []v1alpha1.HolidayCalendar
	namespaces := []string{r.Options.OperatorNamespace, namespace}
	if namespace == r.Options.OperatorNamespace {
		namespaces = namespaces[:1]
	}
	for _, ns := range namespaces {
		list := &v1alpha1.HolidayCalendarList{}
		if err := r.Client.List(ctx, list, client.InNamespace(ns)); err != nil {
			return nil, fmt.Errorf("listing the HolidayCalendars of namespace %s: %w", ns, err)
		}
		all = append(all, list.Items...)
	}
	return all, nil
}

// writeSchedule makes schedule.json and says in ScheduleReady whether it holds a plan. While the roster controller has not seen a new roster, it leaves
// the document out: its months are about to come, and would have it written twice.
func (v *visit) writeSchedule() error {
	empty := func() ([]byte, error) { return stationconf.EncodeSchedule(stationconf.Schedule{}) }
	if v.roster == nil {
		if err := v.encode(stationconf.ScheduleFile, empty); err != nil {
			return err
		}
		return v.withoutRoster()
	}
	if len(v.plans) == 0 && !lookedAt(v.roster) {
		return v.judgePlans()
	}
	err := v.encode(stationconf.ScheduleFile, func() ([]byte, error) {
		doc, err := scheduleDocument(v.roster, v.plans, v.today())
		if err != nil {
			return nil, err
		}
		return stationconf.EncodeSchedule(doc)
	})
	if err != nil {
		message := fmt.Sprintf("The duty schedule cannot be used, the intake keeps the one it has: %v. "+
			"Delete the DutySchedule at fault and it is planned anew.", err)
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, ReasonInvalidSchedule, message)
		return outcome.Stalled(ReasonInvalidSchedule, "%s", message)
	}
	return v.judgePlans()
}

func (v *visit) withoutRoster() error {
	if v.station.Spec.RosterRef == nil {
		v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionFalse, ReasonNoRoster,
			"The station names no roster in spec.rosterRef, so its site shows no duty schedule.")
		return nil
	}
	return v.fail(v1alpha1.ConditionScheduleReady, ReasonRosterNotFound, fmt.Sprintf(
		"DeputyRoster %s does not exist in namespace %s. Apply it, or correct spec.rosterRef.name; until then the site shows no duty schedule.",
		v.station.Spec.RosterRef.Name, v.station.Namespace))
}

func (v *visit) judgePlans() error {
	present := workday.MonthOf(v.today())
	if len(v.plans) == 0 || v.plans[0].Spec.Month != present.String() {
		return v.fail(v1alpha1.ConditionScheduleReady, ReasonNotPlanned, fmt.Sprintf(
			"DeputyRoster %s has no plan for %s yet. If this lasts, its own conditions say why: kubectl -n %s describe deputyroster %s.",
			v.roster.Name, present, v.station.Namespace, v.roster.Name))
	}
	v.conditions.Set(v1alpha1.ConditionScheduleReady, metav1.ConditionTrue, ReasonPlanned,
		"The intake shows the duty schedule up to "+v.plans[len(v.plans)-1].Spec.Month+".")
	return nil
}

// encode makes a document, or leaves it out where that fails.
func (v *visit) encode(name string, write func() ([]byte, error)) error {
	data, err := write()
	if err != nil {
		return err
	}
	v.documents[name] = string(data)
	return nil
}

// mostNamed is how many deputies a message names.
const mostNamed = 5

// checkDeputies looks for deputies whom the station names and the roster does not have.
func (v *visit) checkDeputies() error {
	if v.roster == nil {
		v.conditions.Set(v1alpha1.ConditionDeputiesKnown, metav1.ConditionUnknown, ReasonNoRoster, "There is no roster to look the deputies up in.")
		return nil
	}
	unknown := unknownDeputies(v.station.Spec, v.roster)
	if len(unknown) == 0 {
		v.conditions.Set(v1alpha1.ConditionDeputiesKnown, metav1.ConditionTrue, ReasonAllKnown, "")
		return nil
	}
	told := unknown
	if len(unknown) > mostNamed {
		told = append(unknown[:mostNamed:mostNamed], fmt.Sprintf("and %d more", len(unknown)-mostNamed))
	}
	message := fmt.Sprintf("DeputyRoster %s does not have: %s. Add the deputy to the roster, or correct spec.township.villages or spec.staff.deputies.",
		v.roster.Name, strings.Join(told, "; "))
	v.conditions.Set(v1alpha1.ConditionDeputiesKnown, metav1.ConditionFalse, ReasonUnknownDeputy, message)
	return outcome.Stalled(ReasonUnknownDeputy, "%s", message)
}

// unknownDeputies says where each is named, of an account by its place in the list: a username is as good as a name.
func unknownDeputies(spec v1alpha1.LiaisonStationSpec, roster *v1alpha1.DeputyRoster) []string {
	known := map[string]bool{"": true} // a village need not have one
	for _, d := range roster.Spec.Deputies {
		known[d.ID] = true
	}
	var unknown []string
	for _, village := range spec.Township.Villages {
		if !known[village.LiaisonDeputy] {
			unknown = append(unknown, fmt.Sprintf("%s (liaisonDeputy of %s)", village.LiaisonDeputy, village.Name))
		}
	}
	for i, account := range spec.Staff.Deputies {
		if !known[account.Deputy] {
			unknown = append(unknown, fmt.Sprintf("%s (deputy of spec.staff.deputies[%d])", account.Deputy, i))
		}
	}
	return unknown
}

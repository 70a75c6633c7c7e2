package swap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
)

// change is an override with what it changes.
type change struct {
	kind     v1alpha1.ShiftKind
	override v1alpha1.Override
	// before and after are who serves, by name and id.
	before, after []string
	warning       string
}

// decide checks that the swap can be, and says what it comes to.
func (s *swap) decide(roster *v1alpha1.DeputyRoster, plan *v1alpha1.DutySchedule) (*change, error) {
	from, err := deputy(roster, s.from)
	if err != nil {
		return nil, err
	}
	to, err := deputy(roster, s.to)
	if err != nil {
		return nil, err
	}
	shift, err := s.shift(plan, from)
	if err != nil {
		return nil, err
	}
	if err := s.check(roster, plan, to); err != nil {
		return nil, err
	}
	after := slices.Clone(shift.Deputies)
	after[slices.Index(after, from.ID)] = to.ID
	done := &change{
		kind: shift.Kind, override: s.override(roster, shift.Kind, after),
		before: namesOf(roster, shift.Deputies), after: namesOf(roster, after),
	}
	if shift.Uncovered > 0 {
		done.warning = fmt.Sprintf("the shift also lacks %d; once it is decided by hand it is no longer reported as uncovered. Add who else comes to the override", shift.Uncovered)
	}
	return done, nil
}

// deputy finds a deputy by id or, where that is nobody's, by name.
func deputy(roster *v1alpha1.DeputyRoster, wanted string) (*v1alpha1.Deputy, error) {
	var named []*v1alpha1.Deputy
	for i := range roster.Spec.Deputies {
		d := &roster.Spec.Deputies[i]
		if d.ID == wanted {
			return d, nil
		}
		if d.Name == wanted {
			named = append(named, d)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return nil, exit.Bad(fmt.Errorf("%s is neither id nor name of a deputy on %s", wanted, roster.Name), "kubectl get deputyroster -n "+roster.Namespace+" "+roster.Name+" -o yaml lists them; leaders are changed by an override's leader")
	}
	ids := make([]string, 0, len(named))
	for _, d := range named {
		ids = append(ids, d.ID)
	}
	return nil, exit.Bad(fmt.Errorf("%d deputies are called %s", len(named), wanted), "give the id, one of "+strings.Join(ids, ", "))
}

// shift finds the one that the deputy has on the day.
func (s *swap) shift(plan *v1alpha1.DutySchedule, from *v1alpha1.Deputy) (*v1alpha1.Shift, error) {
	var held []*v1alpha1.Shift
	for _, shift := range s.onThatDay(plan) {
		if slices.Contains(shift.Deputies, from.ID) && (s.kind == "" || s.kind == string(shift.Kind)) {
			held = append(held, shift)
		}
	}
	switch len(held) {
	case 1:
		return held[0], nil
	case 0:
		return nil, exit.Bad(fmt.Errorf("%s has no %s on %s", called(from), cmp.Or(s.kind, "shift"), s.date), s.whoIsOn(plan))
	default:
		return nil, exit.Bad(fmt.Errorf("%s is on for both reception and duty on %s", called(from), s.date), "say which with --kind Reception or --kind Duty")
	}
}

// onThatDay are the shifts that are held on the day.
func (s *swap) onThatDay(plan *v1alpha1.DutySchedule) []*v1alpha1.Shift {
	var held []*v1alpha1.Shift
	for i := range plan.Spec.Shifts {
		if shift := &plan.Spec.Shifts[i]; shift.Date == v1alpha1.Date(s.date.String()) && !shift.Cancelled {
			held = append(held, shift)
		}
	}
	return held
}

func (s *swap) whoIsOn(plan *v1alpha1.DutySchedule) string {
	var on []string
	for _, shift := range s.onThatDay(plan) {
		on = append(on, fmt.Sprintf("%s: %s", shift.Kind, strings.Join(shift.Deputies, ", ")))
	}
	if len(on) == 0 {
		return "that day has no shift; kubectl liaison duty month shows the month"
	}
	return "that day has " + strings.Join(on, "; ")
}

// check says why a deputy cannot serve on the day. The planner would keep an override all the same, for what is decided by hand wins.
func (s *swap) check(roster *v1alpha1.DeputyRoster, plan *v1alpha1.DutySchedule, to *v1alpha1.Deputy) error {
	rules, _ := fromcrd.RosterOf(&roster.Spec) // a deputy with a fault in the roster does not serve by these rules
	at := slices.IndexFunc(rules.Deputies, func(d duty.Deputy) bool { return d.ID == to.ID })
	switch {
	case at < 0 || !rules.Deputies[at].InService(s.date):
		return exit.Bad(fmt.Errorf("%s is not in service on %s", called(to), s.date), "choose a deputy who is Active and whose from and until include the day")
	case rules.Deputies[at].OnLeave(s.date):
		return exit.Bad(fmt.Errorf("%s is on leave on %s", called(to), s.date), "choose somebody else, or shorten the leave in the roster")
	}
	for _, shift := range s.onThatDay(plan) {
		if slices.Contains(shift.Deputies, to.ID) {
			return exit.Bad(fmt.Errorf("%s is on already on %s (%s)", called(to), s.date, shift.Kind), "nobody serves twice on a day; choose somebody else")
		}
	}
	return nil
}

// override is the one of that day, with what else it decides kept, or a new one.
func (s *swap) override(roster *v1alpha1.DeputyRoster, kind v1alpha1.ShiftKind, deputies []string) v1alpha1.Override {
	override := v1alpha1.Override{Date: v1alpha1.Date(s.date.String()), Kind: kind}
	if at := overrideAt(&roster.Spec, override.Date, kind); at >= 0 {
		override = roster.Spec.Overrides[at]
	}
	override.Deputies = deputies
	if s.reason != "" {
		override.Reason = s.reason
	}
	return override
}

func overrideAt(spec *v1alpha1.DeputyRosterSpec, date v1alpha1.Date, kind v1alpha1.ShiftKind) int {
	return slices.IndexFunc(spec.Overrides, func(o v1alpha1.Override) bool { return o.Date == date && o.Kind == kind })
}

func namesOf(roster *v1alpha1.DeputyRoster, ids []string) []string {
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		name := id
		if at := slices.IndexFunc(roster.Spec.Deputies, func(d v1alpha1.Deputy) bool { return d.ID == id }); at >= 0 {
			name = called(&roster.Spec.Deputies[at])
		}
		names = append(names, name)
	}
	return names
}

func called(d *v1alpha1.Deputy) string { return fmt.Sprintf("%s (%s)", d.Name, d.ID) }

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
	held := s.onThatDay(roster, plan)
	shift, err := s.shift(held, from)
	if err != nil {
		return nil, err
	}
	if err := s.check(roster, held, to); err != nil {
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
func (s *swap) shift(held []v1alpha1.Shift, from *v1alpha1.Deputy) (*v1alpha1.Shift, error) {
	var own []*v1alpha1.Shift
	for i := range held {
		if shift := &held[i]; slices.Contains(shift.Deputies, from.ID) && (s.kind == "" || s.kind == string(shift.Kind)) {
			own = append(own, shift)
		}
	}
	switch len(own) {
	case 1:
		return own[0], nil
	case 0:
		return nil, exit.Bad(fmt.Errorf("%s has no %s on %s", called(from), cmp.Or(s.kind, "shift"), s.date), whoIsOn(held))
	default:
		return nil, exit.Bad(fmt.Errorf("%s is on for both reception and duty on %s", called(from), s.date), "say which with --kind Reception or --kind Duty")
	}
}

// onThatDay are the shifts that are held on the day, as they stand decided.
func (s *swap) onThatDay(roster *v1alpha1.DeputyRoster, plan *v1alpha1.DutySchedule) []v1alpha1.Shift {
	var held []v1alpha1.Shift
	for i := range plan.Spec.Shifts {
		if plan.Spec.Shifts[i].Date != v1alpha1.Date(s.date.String()) {
			continue
		}
		if shift := decided(&roster.Spec, plan.Spec.Shifts[i]); !shift.Cancelled {
			held = append(held, shift)
		}
	}
	return held
}

// decided is a published shift with what its override says. The plan may be older than the override, and a swap that went by the plan would then undo the one
// before it.
func decided(spec *v1alpha1.DeputyRosterSpec, shift v1alpha1.Shift) v1alpha1.Shift {
	at := overrideAt(spec, shift.Date, shift.Kind)
	if at < 0 {
		return shift
	}
	shift.Cancelled = spec.Overrides[at].Cancelled
	if named := spec.Overrides[at].Deputies; len(named) > 0 {
		shift.Deputies = named
	}
	return shift
}

func whoIsOn(held []v1alpha1.Shift) string {
	if len(held) == 0 {
		return "that day has no shift; kubectl liaison duty month shows the month"
	}
	on := make([]string, 0, len(held))
	for i := range held {
		on = append(on, fmt.Sprintf("%s: %s", held[i].Kind, strings.Join(held[i].Deputies, ", ")))
	}
	return "that day has " + strings.Join(on, "; ")
}

// check says why a deputy cannot serve on the day. The planner would keep an override all the same, for what is decided by hand wins.
func (s *swap) check(roster *v1alpha1.DeputyRoster, held []v1alpha1.Shift, to *v1alpha1.Deputy) error {
	rules, _ := fromcrd.RosterOf(&roster.Spec) // a deputy with a fault in the roster does not serve by these rules
	at := slices.IndexFunc(rules.Deputies, func(d duty.Deputy) bool { return d.ID == to.ID })
	switch {
	case at < 0 || !rules.Deputies[at].InService(s.date):
		return exit.Bad(fmt.Errorf("%s is not in service on %s", called(to), s.date), "choose a deputy who is Active and whose from and until include the day")
	case rules.Deputies[at].OnLeave(s.date):
		return exit.Bad(fmt.Errorf("%s is on leave on %s", called(to), s.date), "choose somebody else, or shorten the leave in the roster")
	}
	for i := range held {
		if slices.Contains(held[i].Deputies, to.ID) {
			return exit.Bad(fmt.Errorf("%s is on already on %s (%s)", called(to), s.date, held[i].Kind), "nobody serves twice on a day; choose somebody else")
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

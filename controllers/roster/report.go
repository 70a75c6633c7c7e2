package roster

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// report sets what a reader of the status wants to know: how many can serve, who serves today, when residents are received next, how far the plan reaches
// and what it lacks. Where there is no new plan, it tells of the months that are published; where they could not be read, of what it told before.
func report(_ context.Context, _ *Reconciler, v *visit) {
	if v.unread {
		v.status = *v.before.DeepCopy()
		return
	}
	shifts, until := v.onView()
	v.status.ActiveDeputies = new(v.activeDeputies())
	v.status.OnDutyToday = v.onDuty(shifts)
	v.status.NextReception = nextReception(shifts, v.today)
	v.status.UncoveredShifts = new(uncoveredFrom(shifts, v.today))
	if until.IsZero() {
		return
	}
	v.status.PlannedUntil = date(until)
	if v.calendar != nil {
		v.status.Calendar = coverage(v.calendar, v.today, until)
	}
	v.reportPlan()
}

// reportPlan tells what only a new plan knows; without one, what was told before stands.
func (v *visit) reportPlan() {
	if v.plans == nil {
		v.status.BrokenAnnouncements = v.before.BrokenAnnouncements
		v.status.ProvisionalFrom = v.before.ProvisionalFrom
		v.status.Fairness = v.before.Fairness
		v.keepUncovered()
		return
	}
	v.status.BrokenAnnouncements = new(v.brokenAnnouncements())
	v.status.ProvisionalFrom = date(v.provisionalFrom())
	v.status.Fairness = v.fairness()
	if next := v.status.NextReception; next != nil {
		next.Uncovered = new(v.uncoveredAt(next.Date))
	}
}

// keepUncovered leaves what is missing at the next reception as it was told. Of a reception that is the next one only now, nobody knows who can still serve.
func (v *visit) keepUncovered() {
	next, told := v.status.NextReception, v.before.NextReception
	if next != nil && told != nil && next.Date == told.Date {
		next.Uncovered = told.Uncovered
	}
}

// brokenAnnouncements counts the shifts, each once however many cannot serve there.
func (v *visit) brokenAnnouncements() int32 {
	type shift struct {
		date workday.Date
		kind duty.Kind
	}
	shifts := map[shift]bool{}
	for _, b := range v.brokenShifts() {
		shifts[shift{b.Date, b.Kind}] = true
	}
	return int32(len(shifts))
}

// uncoveredAt counts the places of a day's reception that nobody takes: those left open, and those of people who cannot serve as announced.
func (v *visit) uncoveredAt(day v1alpha1.Date) int32 {
	n := 0
	for _, plan := range v.plans {
		for i := range plan.Shifts {
			if s := &plan.Shifts[i]; s.Kind == duty.Reception && date(s.Date) == day {
				n += s.Uncovered
			}
		}
	}
	for _, b := range v.brokenShifts() {
		if b.Kind == duty.Reception && date(b.Date) == day && b.Person != "" {
			n++
		}
	}
	return int32(n)
}

// coverage says of which planned years the notice is known. The last days of December need the next year's.
func coverage(calendar *workday.Calendar, first, last workday.Date) *v1alpha1.CalendarCoverage {
	covered := &v1alpha1.CalendarCoverage{}
	missing := calendar.Missing(first, last)
	for year := first.Year(); year <= last.Year(); year++ {
		if !slices.Contains(missing, year) {
			covered.Known = append(covered.Known, int32(year))
		}
	}
	for _, year := range missing {
		covered.Unknown = append(covered.Unknown, int32(year))
	}
	return covered
}

// provisionalFrom is the first day from today on that may still move; zero when none may.
func (v *visit) provisionalFrom() workday.Date {
	for _, plan := range v.plans {
		if !plan.Provisional {
			continue
		}
		for day := plan.Month.First(); !day.After(plan.Month.Last()); day = day.AddDays(1) {
			if !day.Before(v.today) && !v.calendar.Known(day) {
				return day
			}
		}
	}
	return workday.Date{}
}

// fairness is how far apart the turns of those who serve today are, turns up to today.
func (v *visit) fairness() *v1alpha1.Fairness {
	present := v.plans[0]
	var serving []string
	for i := range v.rules.Deputies {
		if v.rules.Deputies[i].InService(v.today) {
			serving = append(serving, v.rules.Deputies[i].ID)
		}
	}
	spread := func(opening duty.Ledger, kind duty.Kind) int32 {
		return int32(opening.After(present.Shifts, kind, v.today).Spread(serving))
	}
	return &v1alpha1.Fairness{Reception: spread(present.Opening.Reception, duty.Reception), Duty: spread(present.Opening.Duty, duty.Duty)}
}

// onView is every shift that people can see from the present month on, in order, and the last planned day.
func (v *visit) onView() (shifts []duty.Shift, until workday.Date) {
	if v.plans != nil {
		for _, plan := range v.plans {
			if v.taken[plan.Month] {
				continue
			}
			shifts = append(shifts, plan.Shifts...)
			until = plan.Month.Last()
		}
		return shifts, until
	}
	for of, month := range v.published {
		if of.Before(v.present()) {
			continue
		}
		shifts = append(shifts, month.Shifts...)
		if of.Last().After(until) {
			until = of.Last()
		}
	}
	slices.SortStableFunc(shifts, func(a, b duty.Shift) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(b.Kind, a.Kind)) // a day's reception before its duty
	})
	return shifts, until
}

func date(d workday.Date) v1alpha1.Date { return v1alpha1.Date(d.String()) }

func (v *visit) activeDeputies() int32 {
	n := int32(0)
	for i := range v.rules.Deputies {
		if v.rules.Deputies[i].InService(v.today) {
			n++
		}
	}
	return n
}

// onDuty is who serves today; nil when nobody does.
func (v *visit) onDuty(shifts []duty.Shift) *v1alpha1.OnDuty {
	i := slices.IndexFunc(shifts, func(s duty.Shift) bool { return s.Date == v.today && len(s.Deputies) > 0 })
	if i < 0 {
		return nil
	}
	names := make([]string, 0, len(shifts[i].Deputies))
	for _, id := range shifts[i].Deputies {
		names = append(names, v.nameOf(id))
	}
	return &v1alpha1.OnDuty{
		Date: date(v.today), Kind: v1alpha1.ShiftKind(shifts[i].Kind),
		Names: strings.Join(names, "、"), Deputies: slices.Clone(shifts[i].Deputies),
	}
}

// nameOf is the deputy's name, or the id of one who has left the roster since the day was announced.
func (v *visit) nameOf(id string) string {
	for i := range v.roster.Spec.Deputies {
		if v.roster.Spec.Deputies[i].ID == id {
			return v.roster.Spec.Deputies[i].Name
		}
	}
	return id
}

// nextReception is the first reception from the day on; a day counts to its end.
func nextReception(shifts []duty.Shift, from workday.Date) *v1alpha1.NextReception {
	for _, s := range shifts {
		if s.Kind == duty.Reception && !s.Cancelled && !s.Date.Before(from) {
			return &v1alpha1.NextReception{
				Date: date(s.Date), Hours: v1alpha1.HoursOfDay(s.Hours), Place: s.Place, Topic: s.Topic, Provisional: s.Provisional,
			}
		}
	}
	return nil
}

func uncoveredFrom(shifts []duty.Shift, from workday.Date) int32 {
	n := int32(0)
	for _, s := range shifts {
		if s.Uncovered > 0 && !s.Date.Before(from) {
			n++
		}
	}
	return n
}

package fromcrd

import (
	"cmp"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// What a roster that leaves a field out means; the API server fills in the same.
const (
	defaultTimeZone       = "Asia/Shanghai"
	defaultHorizonMonths  = 3
	defaultPerReception   = 2
	defaultPerDay         = 1
	defaultReceptionHours = "09:00-11:00"
	// defaultAnnounceDays is for a roster without receptions, whose duty is still announced ahead.
	defaultAnnounceDays = 3
)

// Roster is a roster as the planner needs it.
type Roster struct {
	duty.Roster
	// Zone in which days begin and end.
	Zone *time.Location
	// HorizonMonths planned, the current one included.
	HorizonMonths int
	// AnnounceDays is how many days ahead of today count as announced.
	AnnounceDays int
}

// RosterOf reads a roster. Where there are problems, the result is of no use but for its Zone, which falls back on the default one.
func RosterOf(spec *v1alpha1.DeputyRosterSpec) (Roster, Problems) {
	problems := Check(spec)
	roster := Roster{
		Zone:          zoneOrDefault(spec),
		HorizonMonths: int(cmp.Or(spec.HorizonMonths, defaultHorizonMonths)),
		AnnounceDays:  defaultAnnounceDays,
	}
	for _, deputy := range spec.Deputies {
		roster.Deputies = append(roster.Deputies, deputyOf(deputy))
	}
	for _, leader := range spec.Leaders {
		roster.Leaders = append(roster.Leaders, duty.Leader{ID: leader.ID})
	}
	if spec.Reception != nil {
		roster.Reception = receptionOf(spec.Reception)
		roster.AnnounceDays = int(spec.Reception.AnnounceDaysBefore)
	}
	if spec.Duty != nil {
		roster.Duty = &duty.DutyRule{
			EveryDay: spec.Duty.Days == v1alpha1.DutyEveryDay,
			Deputies: int(cmp.Or(spec.Duty.DeputiesPerDay, defaultPerDay)),
			Hours:    string(spec.Duty.Hours),
		}
	}
	return roster, problems
}

// Zone is the time zone in which a roster's days begin and end. Without a roster (nil), and where the roster's zone cannot be read, which
// its own conditions say, it is that of all China.
func Zone(roster *v1alpha1.DeputyRoster) *time.Location {
	if roster == nil {
		return zoneOrDefault(&v1alpha1.DeputyRosterSpec{})
	}
	return zoneOrDefault(&roster.Spec)
}

func zoneOrDefault(spec *v1alpha1.DeputyRosterSpec) *time.Location {
	zone, err := zoneOf(spec)
	if err != nil {
		return time.FixedZone(defaultTimeZone, 8*60*60)
	}
	return zone
}

// zoneOf refuses Local, which Go knows and which would be the machine's.
func zoneOf(spec *v1alpha1.DeputyRosterSpec) (*time.Location, error) {
	if spec.TimeZone == "Local" {
		return nil, errors.New("the name Local is no IANA name")
	}
	return time.LoadLocation(cmp.Or(spec.TimeZone, defaultTimeZone))
}

func deputyOf(declared v1alpha1.Deputy) duty.Deputy {
	deputy := duty.Deputy{
		ID:      declared.ID,
		Serving: cmp.Or(declared.Status, v1alpha1.DeputyActive) == v1alpha1.DeputyActive,
		From:    dateOf(declared.From),
		Until:   dateOf(declared.Until),
	}
	for _, leave := range declared.Leave {
		deputy.Leave = append(deputy.Leave, duty.Span{From: dateOf(leave.From), Until: dateOf(leave.Until)})
	}
	return deputy
}

// dateOf reads a date that Check has looked at; an absent one, or one that is not a date, is no date.
func dateOf(d v1alpha1.Date) workday.Date {
	if d == "" {
		return workday.Date{}
	}
	date, err := workday.ParseDate(string(d))
	if err != nil {
		return workday.Date{}
	}
	return date
}

func receptionOf(declared *v1alpha1.Reception) *duty.ReceptionRule {
	return &duty.ReceptionRule{
		Days:     duty.DayOfMonth(declared.Schedule.DayOfMonth),
		Postpone: postponements[cmp.Or(declared.Postpone, v1alpha1.PostponeNonWorkingDay)],
		Deputies: int(cmp.Or(declared.Deputies, defaultPerReception)),
		Leaders:  int(declared.Leaders),
		Hours:    string(cmp.Or(declared.Hours, defaultReceptionHours)),
		Place:    declared.Place,
		Topics:   declared.Topics,
	}
}

var postponements = map[v1alpha1.PostponeRule]duty.Postponement{
	v1alpha1.PostponeNonWorkingDay: duty.PostponeNonWorking,
	v1alpha1.PostponePublicHoliday: duty.PostponePublicHoliday,
	v1alpha1.PostponeNever:         duty.PostponeNever,
}

// specPath is where a roster's fields stand.
var specPath = field.NewPath("spec")

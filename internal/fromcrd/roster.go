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
	defaultHistoryMonths  = 24
	defaultPerReception   = 2
	defaultPerDay         = 1
	defaultReceptionHours = "09:00-11:00"
	// defaultAnnounceDays is for a roster without receptions, whose duty is still announced ahead.
	defaultAnnounceDays = 3
)

// LongestHistory is how many past months' schedules a roster can keep.
const LongestHistory = 120

// Roster is a roster as the planner needs it.
type Roster struct {
	duty.Roster
	// Zone in which days begin and end.
	Zone *time.Location
	// HorizonMonths planned, the current one included.
	HorizonMonths int
	// HistoryMonths kept before the current one.
	HistoryMonths int
	// AnnounceDays is how many days ahead of today count as announced.
	AnnounceDays int
}

// specPath is where an object's fields stand.
var specPath = field.NewPath("spec")

// RosterOf reads a roster, and tells what is wrong with it: the rules of the CRD once more in Go, and those that it cannot hold. What cannot be right is
// left out, as its problem says, so that the rest can be planned: a deputy with a fault gets no turns, a reception rule or an override with one counts
// for nothing, hours that cannot be read are left open.
func RosterOf(spec *v1alpha1.DeputyRosterSpec) (Roster, Problems) {
	r := reader{spec: spec}
	r.readPeople()
	r.readReceptions()
	r.readDuty()
	r.readOverrides()
	r.readFrame()
	return r.roster, r.Problems
}

// reader reads a roster and collects its problems.
type reader struct {
	spec   *v1alpha1.DeputyRosterSpec
	roster Roster
	Problems
	// people and leaders already read, by id.
	deputies, leaders map[string]*field.Path
}

// readFrame reads how far the plan reaches and where its days begin.
func (r *reader) readFrame() {
	r.roster.Zone = zoneOrDefault(r.spec)
	if _, err := zoneOf(r.spec); err != nil {
		r.add(specPath.Child("timeZone"), "%q is no time zone; write an IANA name, for example Asia/Shanghai, which is used until then", r.spec.TimeZone)
	}
	r.roster.HorizonMonths = r.within("horizonMonths", r.spec.HorizonMonths, defaultHorizonMonths, LongestHorizon)
	r.roster.HistoryMonths = r.within("historyMonths", r.spec.HistoryMonths, defaultHistoryMonths, LongestHistory)
}

// within reads a number of months; 0 stands for the default.
func (r *reader) within(name string, months int32, usual, most int) int {
	if months < 0 || int(months) > most {
		r.add(specPath.Child(name), "must be 1 to %d; until then it is taken as %d", most, usual)
		return usual
	}
	return int(cmp.Or(months, int32(usual)))
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

// dateOf reads a date that was looked at before; an absent one, or one that is not a date, is no date.
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

// Remarks tell of what is right and has no effect any more on the day: leave and overrides of months that are over.
func Remarks(spec *v1alpha1.DeputyRosterSpec, today workday.Date) Problems {
	var p Problems
	begin := workday.MonthOf(today).First()
	for i := range spec.Deputies {
		for k, leave := range spec.Deputies[i].Leave {
			if until := dateOf(leave.Until); !until.IsZero() && until.Before(begin) {
				p.remark(specPath.Child("deputies").Index(i).Child("leave").Index(k),
					"ended on %s, before the months that are planned, and changes nothing any more; it can be removed", until)
			}
		}
	}
	for i := range spec.Overrides {
		if date := dateOf(spec.Overrides[i].Date); !date.IsZero() && date.Before(begin) {
			p.remark(specPath.Child("overrides").Index(i),
				"is for %s, before the months that are planned, and changes nothing any more; it can be removed", date)
		}
	}
	return p
}

package fromcrd

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/workday"
)

var (
	idPattern    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	hoursPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// Check tells what is wrong with a roster: the rules of the CRD once more in Go, and those that it cannot hold.
func Check(spec *v1alpha1.DeputyRosterSpec) Problems {
	var p Problems
	if len(spec.Deputies) == 0 {
		p.add(specPath.Child("deputies"), "a roster needs at least one deputy")
	}
	p.checkPeople(spec)
	p.checkReception(spec)
	p.checkDuty(spec)
	if spec.HorizonMonths < 0 || spec.HorizonMonths > LongestHorizon {
		p.add(specPath.Child("horizonMonths"), "must be 1 to %d", LongestHorizon)
	}
	if _, err := zoneOf(spec); err != nil {
		p.add(specPath.Child("timeZone"), "%q is no time zone; write an IANA name, for example Asia/Shanghai", spec.TimeZone)
	}
	return p
}

func (p *Problems) checkPeople(spec *v1alpha1.DeputyRosterSpec) {
	taken := map[string]*field.Path{}
	for i := range spec.Deputies {
		path := specPath.Child("deputies").Index(i)
		p.checkID(path.Child("id"), spec.Deputies[i].ID, taken)
		p.checkDeputy(path, &spec.Deputies[i])
	}
	// A leader may bear a deputy's id: the two never stand in one list.
	taken = map[string]*field.Path{}
	for i := range spec.Leaders {
		p.checkID(specPath.Child("leaders").Index(i).Child("id"), spec.Leaders[i].ID, taken)
	}
}

func (p *Problems) checkID(path *field.Path, id string, taken map[string]*field.Path) {
	if !idPattern.MatchString(id) {
		p.add(path, "%q must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example d031", id)
		return
	}
	if other, twice := taken[id]; twice {
		p.add(path, "%q is also the id at %s; give each an id of their own", id, other)
		return
	}
	taken[id] = path
}

func (p *Problems) checkDeputy(path *field.Path, deputy *v1alpha1.Deputy) {
	switch deputy.Level {
	case v1alpha1.DeputyCounty, v1alpha1.DeputyTownship:
	default:
		p.add(path.Child("level"), "%q must be County or Township", deputy.Level)
	}
	switch deputy.Status {
	case "", v1alpha1.DeputyActive, v1alpha1.DeputySuspended, v1alpha1.DeputyTerminated:
	default:
		p.add(path.Child("status"), "%q must be Active, Suspended or Terminated", deputy.Status)
	}
	from, fromOK := p.checkDate(path.Child("from"), deputy.From, true)
	until, untilOK := p.checkDate(path.Child("until"), deputy.Until, true)
	if fromOK && untilOK && !from.IsZero() && !until.IsZero() && until.Before(from) {
		p.add(path.Child("until"), "must not be before from (%s)", from)
	}
	p.checkLeave(path.Child("leave"), deputy.Leave)
}

func (p *Problems) checkLeave(path *field.Path, leave []v1alpha1.Leave) {
	type span struct{ from, until workday.Date }
	var before []span
	for i, declared := range leave {
		at := path.Index(i)
		from, fromOK := p.checkDate(at.Child("from"), declared.From, false)
		until, untilOK := p.checkDate(at.Child("until"), declared.Until, false)
		if !fromOK || !untilOK {
			continue
		}
		if until.Before(from) {
			p.add(at.Child("until"), "leave must not end before it begins (%s)", from)
			continue
		}
		for k, other := range before {
			if !other.until.Before(from) && !until.Before(other.from) {
				p.add(at, "overlaps %s (%s to %s); join or shorten them", path.Index(k), other.from, other.until)
			}
		}
		before = append(before, span{from, until})
	}
}

// checkDate reads a date, absent where it may be.
func (p *Problems) checkDate(path *field.Path, declared v1alpha1.Date, optional bool) (workday.Date, bool) {
	if declared == "" && optional {
		return workday.Date{}, true
	}
	date, err := workday.ParseDate(string(declared))
	if err != nil {
		p.add(path, "%s", err)
	}
	return date, err == nil
}

func (p *Problems) checkReception(spec *v1alpha1.DeputyRosterSpec) {
	rule := spec.Reception
	if rule == nil {
		return
	}
	path := specPath.Child("reception")
	if day := rule.Schedule.DayOfMonth; day < 1 || day > 28 {
		p.add(path.Child("schedule", "dayOfMonth"), "must be 1 to 28, so that every month has that day")
	}
	if _, known := postponements[rule.Postpone]; !known && rule.Postpone != "" {
		p.add(path.Child("postpone"), "%q must be NonWorkingDay, PublicHoliday or Never", rule.Postpone)
	}
	p.checkPlaces(path.Child("deputies"), rule.Deputies, 20, len(spec.Deputies), "deputies")
	p.checkPlaces(path.Child("leaders"), rule.Leaders, 5, len(spec.Leaders), "leaders")
	p.checkHours(path.Child("hours"), rule.Hours)
	for i, topic := range rule.Topics {
		if strings.TrimSpace(topic) == "" {
			p.add(path.Child("topics").Index(i), "must not be empty; remove it or name the topic")
		}
	}
	if days := rule.AnnounceDaysBefore; days < 0 || days > 31 {
		p.add(path.Child("announceDaysBefore"), "must be 0 to 31")
	}
}

func (p *Problems) checkDuty(spec *v1alpha1.DeputyRosterSpec) {
	rule := spec.Duty
	if rule == nil {
		return
	}
	path := specPath.Child("duty")
	switch rule.Days {
	case "", v1alpha1.DutyWorkingDays, v1alpha1.DutyEveryDay:
	default:
		p.add(path.Child("days"), "%q must be WorkingDays or EveryDay", rule.Days)
	}
	p.checkPlaces(path.Child("deputiesPerDay"), rule.DeputiesPerDay, 20, len(spec.Deputies), "deputies")
	p.checkHours(path.Child("hours"), rule.Hours)
}

// checkPlaces looks at how many people a shift wants; 0 stands for the default or for none.
func (p *Problems) checkPlaces(path *field.Path, wanted int32, most, listed int, who string) {
	if wanted < 0 || int(wanted) > most {
		p.add(path, "must not be negative or above %d", most)
		return
	}
	if int(wanted) > listed {
		p.add(path, "wants %d %s and the roster lists %d; lower it or list more", wanted, who, listed)
	}
}

func (p *Problems) checkHours(path *field.Path, hours v1alpha1.HoursOfDay) {
	if hours == "" {
		return
	}
	begin, end, _ := strings.Cut(string(hours), "-")
	switch {
	case !hoursPattern.MatchString(string(hours)):
		p.add(path, "%q must be written HH:MM-HH:MM in 24-hour time, for example 09:00-11:00", hours)
	case end <= begin:
		p.add(path, "%q must end after it begins on the same day, for example 09:00-11:00", hours)
	}
}

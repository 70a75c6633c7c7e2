package metrics

import (
	"strconv"
	"time"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// calendars tells which years' holiday arrangements duty planning knows in which namespace.
type calendars struct {
	objects           []v1alpha1.HolidayCalendar
	operatorNamespace string
	// own names the namespaces with HolidayCalendars of their own; all others share one calendar.
	own map[string]bool
	// inForce is filled as namespaces are asked for.
	inForce map[string]*workday.Calendar
}

func calendarsOf(objects []v1alpha1.HolidayCalendar, operatorNamespace string) calendars {
	c := calendars{
		objects: objects, operatorNamespace: operatorNamespace,
		own: map[string]bool{}, inForce: map[string]*workday.Calendar{},
	}
	for i := range objects {
		c.own[objects[i].Namespace] = true
	}
	return c
}

// know reports whether the notice of the year is in force in the namespace.
func (c calendars) know(namespace string, year int) bool {
	if !c.own[namespace] {
		namespace = c.operatorNamespace
	}
	calendar, asked := c.inForce[namespace]
	if !asked {
		calendar, _ = fromcrd.Calendar(c.objects, c.operatorNamespace, namespace)
		c.inForce[namespace] = calendar
	}
	return calendar.Known(workday.NewDate(year, time.January, 1))
}

func calendarKnown(v *view, put put) {
	this := v.now.In(v.zone).Year()
	for _, year := range []int{this, this + 1} {
		put(oneIf(v.calendars.know(v.station.Namespace, year)), strconv.Itoa(year))
	}
}

// zones loads each time zone once: reading one costs a file, and ten thousand rosters share one.
type zones map[string]*time.Location

func (z zones) of(roster *v1alpha1.DeputyRoster) *time.Location {
	name := "" // a roster that names none, and a station without a roster
	if roster != nil {
		name = roster.Spec.TimeZone
	}
	if _, loaded := z[name]; !loaded {
		z[name] = fromcrd.Zone(roster)
	}
	return z[name]
}

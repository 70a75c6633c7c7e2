package announce

import (
	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// uidsOf names the shifts of the schedule, in their order.
func uidsOf(d *mounted.Documents) []string {
	shifts := make([]announcement.Shift, len(d.Schedule.Shifts))
	for i, s := range d.Schedule.Shifts {
		shifts[i] = announcement.Shift{Reception: isReception(s), Rule: s.Rule, Date: s.Date, PostponedFrom: s.PostponedFrom}
	}
	return announcement.UIDs(d.Station.Namespace, d.Station.Name, shifts)
}

func isReception(s stationconf.Shift) bool { return s.Kind == stationconf.ShiftReception }

// covered are the days the schedule speaks of. A schedule is planned from the month on in which it is read, even where nothing
// is on in that month any more.
func covered(d *mounted.Documents, today workday.Date) announcement.Span {
	if d.Schedule.PlannedUntil.IsZero() {
		return announcement.Span{}
	}
	return announcement.Span{From: workday.MonthOf(today).First(), Until: d.Schedule.PlannedUntil}
}

// planOf is what the schedule says of receptions.
func planOf(words *web.Catalogue, d *mounted.Documents, today workday.Date) announcement.Plan {
	plan := announcement.Plan{Covered: covered(d, today), Location: d.Location}
	uids := uidsOf(d)
	for i, s := range d.Schedule.Shifts {
		if !isReception(s) {
			continue
		}
		plan.Receptions = append(plan.Receptions, announcement.Planned{
			Reception: receptionOf(words, d, s, uids[i]), AnnounceOn: s.AnnounceOn, Cancelled: s.Cancelled,
		})
	}
	return plan
}

// receptionOf is what is told of a shift. Phones are not.
func receptionOf(words *web.Catalogue, d *mounted.Documents, s stationconf.Shift, uid string) announcement.Reception {
	r := announcement.Reception{
		UID: uid, Date: s.Date, Hours: s.Hours, Place: placeOf(words, d, s), Topic: s.Topic,
		PostponedFrom: s.PostponedFrom, Provisional: s.Provisional,
	}
	for _, id := range s.Deputies {
		if p, known := d.Person(id); known {
			r.Deputies = append(r.Deputies, announcement.Deputy{Name: p.Name, Level: p.Level})
		}
	}
	for _, id := range s.Leaders {
		if p, known := d.Person(id); known {
			r.Leaders = append(r.Leaders, announcement.Leader{Name: p.Name, Title: p.Title})
		}
	}
	return r
}

// placeOf is where the shift is: at the station, unless it has a place of its own.
func placeOf(words *web.Catalogue, d *mounted.Documents, s stationconf.Shift) string {
	switch station := d.Station; {
	case s.Place != "":
		return s.Place
	case station.Contact.Address != "":
		return words.Text("announce.at_station", "station", station.DisplayName, "address", station.Contact.Address)
	default:
		return station.DisplayName
	}
}

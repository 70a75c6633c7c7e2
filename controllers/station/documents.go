package station

import (
	"fmt"
	"slices"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// documents are what the ConfigMap holds, by the name of the file. One that is missing here could not be made this time; the
// ConfigMap then keeps the last good one.
type documents map[string]string

// whole reports whether every document could be made.
func (d documents) whole() bool {
	return d[stationconf.StationFile] != "" && d[stationconf.CalendarFile] != "" && d[stationconf.ScheduleFile] != ""
}

// complete takes the documents that could not be made from those the ConfigMap holds already; where it holds none, the holidays
// built into the operator and an empty schedule serve, because the intake starts with nothing missing.
func (d documents) complete(held map[string]string) (documents, error) {
	for name, write := range map[string]func() ([]byte, error){
		stationconf.CalendarFile: func() ([]byte, error) {
			return stationconf.EncodeCalendar(stationconf.Calendar{Years: workday.Published()})
		},
		stationconf.ScheduleFile: func() ([]byte, error) { return stationconf.EncodeSchedule(stationconf.Schedule{}) },
	} {
		if d[name] != "" {
			continue
		}
		if d[name] = held[name]; d[name] != "" {
			continue
		}
		data, err := write()
		if err != nil {
			return nil, err
		}
		d[name] = string(data)
	}
	return d, nil
}

// scheduleDocument is the plan as the public may know it: of the people, those who serve today or stand in a planned shift; of
// their phones, those they publish; of their leave, nothing. An error names the DutySchedule and its field.
func scheduleDocument(roster *v1alpha1.DeputyRoster, plans []v1alpha1.DutySchedule, today workday.Date) (stationconf.Schedule, error) {
	var doc stationconf.Schedule
	planned := map[string]bool{}
	for i := range plans {
		month, err := fromcrd.PublishedOf(&plans[i])
		if err != nil {
			return stationconf.Schedule{}, fmt.Errorf("DutySchedule %s: %w", plans[i].Name, err)
		}
		for _, shift := range month.Shifts {
			doc.Shifts = append(doc.Shifts, shiftDocument(shift, announceDays(roster, shift)))
			for _, id := range slices.Concat(shift.Deputies, shift.Leaders) {
				planned[id] = true
			}
		}
		doc.PlannedUntil = month.Month.Last()
	}
	slices.SortStableFunc(doc.Shifts, func(a, b stationconf.Shift) int { return a.Date.Compare(b.Date) })
	for _, d := range roster.Spec.Deputies {
		if planned[d.ID] || serves(d, today) {
			doc.Deputies = append(doc.Deputies, deputyDocument(d))
		}
	}
	for _, l := range roster.Spec.Leaders {
		doc.Leaders = append(doc.Leaders, stationconf.Person{ID: l.ID, Name: l.Name, Title: l.Title})
	}
	return doc, nil
}

// serves compares days as text: a Date is written so that the order of text is the order of days.
func serves(d v1alpha1.Deputy, today workday.Date) bool {
	day := v1alpha1.Date(today.String())
	active := d.Status == v1alpha1.DeputyActive || d.Status == ""
	return active && (d.From == "" || d.From <= day) && (d.Until == "" || day <= d.Until)
}

func deputyDocument(d v1alpha1.Deputy) stationconf.Person {
	person := stationconf.Person{ID: d.ID, Name: d.Name, Level: string(d.Level), Village: d.Village, Group: d.Group, Specialties: d.Specialties}
	if d.PublishPhone {
		person.Phone = d.Phone
	}
	return person
}

// announceDays is how many days ahead the shift's rule has it announced. A reception whose rule is gone goes by the roster's first.
func announceDays(roster *v1alpha1.DeputyRoster, s duty.Shift) int {
	days := int32(0)
	if roster.Spec.Reception != nil {
		days = roster.Spec.Reception.AnnounceDaysBefore
	}
	for i := range roster.Spec.AdditionalReceptions {
		if rule := &roster.Spec.AdditionalReceptions[i]; rule.Name == s.Rule {
			days = rule.AnnounceDaysBefore
		}
	}
	return int(days)
}

func shiftDocument(s duty.Shift, announceDays int) stationconf.Shift {
	doc := stationconf.Shift{
		Date: s.Date, Kind: string(s.Kind), Deputies: s.Deputies, Leaders: s.Leaders, Hours: s.Hours, Place: s.Place,
		Topic: s.Topic, PostponedFrom: s.PostponedFrom, Rule: s.Rule, Cancelled: s.Cancelled, Provisional: s.Provisional, Uncovered: s.Uncovered,
	}
	if s.Kind == duty.Reception {
		doc.AnnounceOn = s.Date.AddDays(-announceDays)
	}
	return doc
}

package stationconf

import (
	"fmt"

	"township.dev/liaison/internal/casework"
)

func (s Station) checkTopics(c *checker) {
	c.refuse(len(s.Topics) > 0, "topics", "must hold at least one topic, or no suggestion can be made")
	seen := map[string]bool{}
	for i, topic := range s.Topics {
		field := fmt.Sprintf("topics[%d]", i)
		c.text(field, topic, 20)
		c.refuse(!seen[topic], field, "%q stands twice", topic)
		seen[topic] = true
	}
}

// The longest deadlines, as in the API: every due day is found by walking the calendar.
const (
	mostWorkingDays = 250
	mostMonths      = 12
)

func (s Station) checkDeadlines(c *checker) {
	known := map[casework.Route]bool{}
	for _, route := range casework.Routes() {
		known[route] = true
		d, found := s.Deadlines[route]
		field := "deadlines." + string(route)
		c.refuse(found, field, "is missing; every route needs a deadline")
		if found {
			c.deadline(field, d)
		}
	}
	for route := range s.Deadlines {
		c.refuse(known[route], "deadlines."+string(route), "is not a route; routes are on_the_spot, township, county and explain")
	}
}

func (c *checker) deadline(field string, d casework.Deadline) {
	c.refuse((d.WorkingDays > 0) != (d.Months > 0), field, "must have exactly one of workingDays and months")
	c.refuse(d.WorkingDays >= 0 && d.Months >= 0, field, "must not be negative")
	c.refuse(d.WorkingDays <= mostWorkingDays && d.Months <= mostMonths, field, "must be at most %d working days or %d months", mostWorkingDays, mostMonths)
}

func (c *checker) optionalDeadline(field string, d casework.Deadline) {
	if d != (casework.Deadline{}) {
		c.deadline(field, d)
	}
}

// checkHandling looks at who handles cases and at the terms beside the routes' own; what is absent has its default.
func (s Station) checkHandling(c *checker) {
	s.checkUnits(c)
	c.optionalDeadline("triage", s.Triage)
	c.optionalDeadline("extension", s.Extension)
	c.days("reminders.beforeDays", s.Reminders.BeforeDays, 30)
	c.days("reminders.afterDays", s.Reminders.AfterDays, 60)
	c.refuse(s.RetentionYears >= 0 && s.RetentionYears <= 50, "retentionYears", "must be from 1 to 50, or 0 for %d", casework.RetentionYears)
}

func (s Station) checkUnits(c *checker) {
	seen := map[string]bool{}
	for i, unit := range s.Units {
		field := fmt.Sprintf("units[%d]", i)
		c.text(field+".name", unit.Name, 40)
		c.refuse(!seen[unit.Name], field+".name", "%q stands twice; staff choose a unit by name", unit.Name)
		c.refuse(unit.Level == UnitTownship || unit.Level == UnitCounty, field+".level", "must be %s or %s", UnitTownship, UnitCounty)
		seen[unit.Name] = true
	}
}

func (c *checker) days(field string, days []int, most int) {
	seen := map[int]bool{}
	for i, n := range days {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.refuse(n >= 1 && n <= most, at, "must be from 1 to %d working days", most)
		c.refuse(!seen[n], at, "%d stands twice", n)
		seen[n] = true
	}
}

package stationconf

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"township.dev/liaison/internal/workday"
)

// FieldError says what is wrong with one field of a document.
type FieldError struct {
	Document string
	// Field is the path of the field, for example villages[2].code; empty when the document as a whole is at fault.
	Field   string
	Problem string
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s %s", e.Document, e.Problem)
	}
	return fmt.Sprintf("%s: %s %s", e.Document, e.Field, e.Problem)
}

// checker collects problems with the path at which it stands.
type checker struct {
	document string
	path     string
	problems []error
}

func (c *checker) at(format string, args ...any) *checker {
	path := fmt.Sprintf(format, args...)
	if c.path != "" {
		path = c.path + "." + path
	}
	return &checker{document: c.document, path: path}
}

func (c *checker) refuse(ok bool, field, format string, args ...any) {
	if ok {
		return
	}
	c.problems = append(c.problems, &FieldError{Document: c.document, Field: strings.TrimPrefix(c.path+"."+field, "."), Problem: fmt.Sprintf(format, args...)})
}

// within runs a check one level down and keeps its problems.
func (c *checker) within(path string, check func(*checker)) {
	inner := c.at("%s", path)
	check(inner)
	c.problems = append(c.problems, inner.problems...)
}

func (c *checker) text(field, value string, maxRunes int) {
	c.refuse(strings.TrimSpace(value) != "", field, "must not be empty")
	c.optionalText(field, value, maxRunes)
}

func (c *checker) optionalText(field, value string, maxRunes int) {
	c.refuse(utf8.ValidString(value) && !strings.ContainsFunc(value, unicode.IsControl), field, "must be text without control characters")
	c.refuse(utf8.RuneCountInString(value) <= maxRunes, field, "must have at most %d characters", maxRunes)
}

// optionalLines is optionalText that may run over several lines.
func (c *checker) optionalLines(field, value string, maxRunes int) {
	control := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }
	c.refuse(utf8.ValidString(value) && !strings.ContainsFunc(value, control), field, "must be text without control characters other than line breaks and tabs")
	c.refuse(utf8.RuneCountInString(value) <= maxRunes, field, "must have at most %d characters", maxRunes)
}

var (
	townshipCode = regexp.MustCompile(`^[0-9]{9}$`)
	villageCode  = regexp.MustCompile(`^[0-9]{12}$`)
	username     = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)
	hoursOfDay   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// Location is the station's time zone.
func (s Station) Location() (*time.Location, error) {
	loc, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q of the station: %w", s.TimeZone, err)
	}
	return loc, nil
}

func (s Station) check(c *checker) {
	c.text("namespace", s.Namespace, 63)
	c.text("name", s.Name, 40)
	c.text("displayName", s.DisplayName, 60)
	_, err := s.Location()
	c.refuse(s.TimeZone != "" && err == nil, "timeZone", "must be an IANA name, for example Asia/Shanghai")
	c.within("township", s.Township.check)
	c.within("contact", s.Contact.check)
	s.checkStaff(c)
	s.checkTopics(c)
	s.checkDeadlines(c)
	s.checkHandling(c)
	s.checkReach(c)
	c.within("site", s.Site.check)
	s.checkSignIn(c)
}

func (t Township) check(c *checker) {
	c.text("name", t.Name, 30)
	c.refuse(townshipCode.MatchString(t.Code), "code", "must be the nine-digit code of the township")
	c.text("county", t.County, 30)
	c.refuse(t.Population >= 0, "population", "must not be negative")
	names, codes := map[string]bool{}, map[string]bool{}
	for i, v := range t.Villages {
		field := fmt.Sprintf("villages[%d]", i)
		c.text(field+".name", v.Name, 30)
		c.refuse(!names[v.Name], field+".name", "%q stands twice; residents choose their village by name", v.Name)
		c.refuse(villageCode.MatchString(v.Code) && strings.HasPrefix(v.Code, t.Code), field+".code", "must have twelve digits and begin with the township's code")
		c.refuse(!codes[v.Code], field+".code", "%q stands twice", v.Code)
		c.optionalText(field+".liaisonDeputy", v.LiaisonDeputy, 32)
		names[v.Name], codes[v.Code] = true, true
	}
}

func (k Contact) check(c *checker) {
	c.optionalText("address", k.Address, 120)
	c.optionalText("phone", k.Phone, 24)
	c.optionalText("openingHours", k.OpeningHours, 120)
}

func (k Calendar) check(c *checker) {
	years := map[int]bool{}
	for i, y := range k.Years {
		c.refuse(!years[y.Year], fmt.Sprintf("years[%d].year", i), "%d stands twice", y.Year)
		years[y.Year] = true
		c.within(fmt.Sprintf("years[%d]", i), func(c *checker) { checkYear(c, y) })
	}
}

func checkYear(c *checker, y workday.Year) {
	c.refuse(y.Year >= 2000 && y.Year <= 2100, "year", "must be 2000 to 2100")
	seen := map[workday.Date]bool{}
	checkDays := func(list string, days []workday.Day) {
		for i, d := range days {
			field := fmt.Sprintf("%s[%d].date", list, i)
			inYear := d.Date.Year() == y.Year || (d.Date.Year() == y.Year-1 && d.Date.Month() == time.December)
			c.refuse(inYear, field, "must lie in %d or in the December before", y.Year)
			c.refuse(!seen[d.Date], field, "%s stands twice", d.Date)
			seen[d.Date] = true
		}
	}
	checkDays("offDays", y.OffDays)
	checkDays("workDays", y.WorkDays)
}

func (s Schedule) check(c *checker) {
	checkPeople(c, "deputies", s.Deputies)
	checkPeople(c, "leaders", s.Leaders)
	for i, shift := range s.Shifts {
		c.within(fmt.Sprintf("shifts[%d]", i), shift.check)
		c.refuse(i == 0 || !shift.Date.Before(s.Shifts[i-1].Date), fmt.Sprintf("shifts[%d].date", i), "must not be before the shift listed ahead of it")
	}
}

func checkPeople(c *checker, list string, people []Person) {
	seen := map[string]bool{}
	for i, p := range people {
		field := fmt.Sprintf("%s[%d]", list, i)
		c.text(field+".id", p.ID, 32)
		c.refuse(!seen[p.ID], field+".id", "%q stands twice", p.ID)
		c.text(field+".name", p.Name, 30)
		c.optionalText(field+".title", p.Title, 30)
		c.optionalText(field+".village", p.Village, 30)
		c.optionalText(field+".phone", p.Phone, 24)
		c.optionalText(field+".group", p.Group, 30)
		for n, specialty := range p.Specialties {
			c.text(fmt.Sprintf("%s.specialties[%d]", field, n), specialty, 30)
		}
		seen[p.ID] = true
	}
}

func (s Shift) check(c *checker) {
	c.refuse(!s.Date.IsZero(), "date", "must be a day, for example 2026-10-10")
	c.refuse(s.Kind == ShiftReception || s.Kind == ShiftDuty, "kind", "must be %s or %s", ShiftReception, ShiftDuty)
	c.refuse(s.Hours == "" || hoursOfDay.MatchString(s.Hours), "hours", "must be written HH:MM-HH:MM, for example 09:00-11:00")
	c.refuse(s.Uncovered >= 0, "uncovered", "must not be negative")
	c.optionalText("place", s.Place, 60)
	c.optionalText("topic", s.Topic, 30)
	c.optionalText("rule", s.Rule, 32)
	c.refuse(!s.Cancelled || len(s.Deputies)+len(s.Leaders) == 0, "cancelled", "must not be set beside people")
}

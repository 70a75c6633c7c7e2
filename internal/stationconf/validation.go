package stationconf

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"township.dev/liaison/internal/casework"
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
	c.text("head.name", s.Head.Name, 30)
	c.optionalText("head.title", s.Head.Title, 30)
	s.checkAdministrators(c)
	s.checkTopics(c)
	s.checkDeadlines(c)
	s.checkReach(c)
}

// checkReach looks at how the station is reached and how it reaches others.
func (s Station) checkReach(c *checker) {
	site, err := url.Parse(s.SiteURL)
	c.refuse(s.SiteURL == "" || err == nil && site.Host != "" && (site.Scheme == "http" || site.Scheme == "https") && !strings.HasSuffix(s.SiteURL, "/"),
		"siteURL", "must be an http or https address without a slash at its end")
	c.refuse(s.Webhook == nil || s.Webhook.Format == WebhookJSON || s.Webhook.Format == WebhookWeCom,
		"webhook.format", "must be %s or %s", WebhookJSON, WebhookWeCom)
}

func (s Station) checkAdministrators(c *checker) {
	c.refuse(len(s.Administrators) > 0, "administrators", "must name at least one administrator, or nobody can sign in to the desk")
	seen := map[string]bool{}
	for i, a := range s.Administrators {
		field := fmt.Sprintf("administrators[%d]", i)
		c.refuse(username.MatchString(a.Username), field+".username", "must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -")
		c.refuse(!seen[a.Username], field+".username", "%q stands twice", a.Username)
		c.text(field+".name", a.Name, 30)
		seen[a.Username] = true
	}
}

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
		c.refuse(!found || (d.WorkingDays > 0) != (d.Months > 0), field, "must have exactly one of workingDays and months")
		c.refuse(d.WorkingDays >= 0 && d.Months >= 0, field, "must not be negative")
		c.refuse(d.WorkingDays <= mostWorkingDays && d.Months <= mostMonths, field, "must be at most %d working days or %d months", mostWorkingDays, mostMonths)
	}
	for route := range s.Deadlines {
		c.refuse(known[route], "deadlines."+string(route), "is not a route; routes are on_the_spot, township, county and explain")
	}
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

func (r BacklogReport) check(c *checker) {
	known := map[casework.Route]bool{casework.Unclassified: true}
	for _, route := range casework.Routes() {
		known[route] = true
	}
	for route := range known {
		_, found := r.Routes[route]
		c.refuse(found, "routes."+string(route), "is missing")
	}
	for route, b := range r.Routes {
		field := "routes." + string(route)
		c.refuse(known[route], field, "is not a route")
		c.refuse(b.Pending >= 0 && b.Overdue >= 0, field, "must not be negative")
		c.refuse(b.Overdue <= b.Pending, field+".overdue", "must not exceed pending")
	}
	for result, n := range r.Closed {
		field := "closed." + string(result)
		c.refuse(strings.Contains("ABCD", string(result)) && len(result) == 1, field, "is not a result; results are A, B, C and D")
		c.refuse(n >= 0, field, "must not be negative")
	}
	c.refuse(r.Received >= 0, "received", "must not be negative")
	c.refuse(r.Visits >= 0, "visits", "must not be negative")
	c.optionalText("version", r.Version, 128)
}

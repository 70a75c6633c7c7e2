package calendar

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/workday"
)

// events reads the events of a calendar.
type events struct {
	*told.Findings
	file  string
	years map[int]*workday.Year
	// stands is the line of the event that arranges a day already.
	stands map[workday.Date]int
	// passed are events that say neither that a day is off nor that it is worked.
	passed int
	// cancelled are events that were called off.
	cancelled int
}

// readICS reads a calendar whose events say which days are off and which are worked, as subscriptions for China do: 元旦（休）, 春节 补班, 国庆节假期.
func readICS(file string, data []byte, findings *told.Findings) ([]workday.Year, error) {
	parsed, err := ics.ParseCalendar(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("is no calendar (ICS) that can be read: %w", err)
	}
	e := &events{Findings: findings, file: file, years: map[int]*workday.Year{}, stands: map[workday.Date]int{}}
	lines := linesOf(data, "BEGIN:VEVENT")
	for i, event := range parsed.Events() {
		line := 0
		if i < len(lines) {
			line = lines[i]
		}
		e.read(event, line)
	}
	if e.passed > 0 {
		e.Remark("%s: %s that say neither that a day is off (休, 假) nor that it is worked (班) are passed over", file, told.Count(e.passed, "event"))
	}
	if e.cancelled > 0 {
		e.Remark("%s: passed over: %s", file, told.Count(e.cancelled, "cancelled event"))
	}
	if len(e.years) == 0 && len(e.Wrong) == 0 {
		return nil, errors.New("has no event that says that a day is off (休, 假) or worked (班)")
	}
	return e.inOrder(), nil
}

func linesOf(data []byte, beginning string) []int {
	var found []int
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if string(bytes.TrimSpace(line)) == beginning {
			found = append(found, n)
		}
	}
	return found
}

func (e *events) inOrder() []workday.Year {
	var years []workday.Year
	for _, year := range e.years {
		years = append(years, *year)
	}
	slices.SortFunc(years, func(a, b workday.Year) int { return cmp.Compare(a.Year, b.Year) })
	return years
}

func (e *events) refuse(line int, format string, args ...any) {
	e.Refuse("%s: line %d: %s", e.file, line, fmt.Sprintf(format, args...))
}

// What marks a summary, and what is left of it is the holiday's name.
var (
	workMark = regexp.MustCompile(`补班|调休上班|上班|[(\[]班[)\]]|班$`)
	offMark  = regexp.MustCompile(`放假|假期|休假|休息|[休假]`)
	leftOver = regexp.MustCompile(`调休|第\d+天|共\d+天|[\s/()\[\]:·-]+`)
)

func (e *events) read(event *ics.VEvent, line int) {
	summary := strings.NewReplacer("（", "(", "）", ")", "【", "[", "】", "]", "：", ":").Replace(strings.TrimSpace(property(event, ics.ComponentPropertySummary)))
	special := property(event, "X-APPLE-SPECIAL-DAY")
	work := special == "ALTERNATE-WORKDAY" || workMark.MatchString(summary)
	name := leftOver.ReplaceAllString(workMark.ReplaceAllString(summary, ""), "") // 调休 alone says neither
	off := special == "WORK-HOLIDAY" || offMark.MatchString(name)
	name = offMark.ReplaceAllString(name, "")
	switch {
	case strings.EqualFold(property(event, ics.ComponentPropertyStatus), string(ics.ObjectStatusCancelled)):
		e.cancelled++
	case !work && !off:
		e.passed++
	case work && off:
		e.refuse(line, "the event %q says both that the day is off and that it is worked", summary)
	case event.GetProperty(ics.ComponentPropertyRrule) != nil:
		e.refuse(line, "the event %q recurs; a calendar of holidays names each day", summary)
	case name == "" || len([]rune(name)) > mostName:
		e.refuse(line, "the event %q does not name its holiday in 1 to %d characters", summary, mostName)
	default:
		e.readDays(event, line, name, off)
	}
}

func property(event *ics.VEvent, name ics.ComponentProperty) string {
	if found := event.GetProperty(name); found != nil {
		return found.Value
	}
	return ""
}

// readDays reads the days of an event.
func (e *events) readDays(event *ics.VEvent, line int, name string, off bool) {
	first, err := dayOf(property(event, ics.ComponentPropertyDtStart))
	if err != nil {
		e.refuse(line, "DTSTART %s", err)
		return
	}
	length, err := lengthOf(event, first)
	if err != nil {
		e.refuse(line, "%s", err)
		return
	}
	if length < 1 || length > longestSpan {
		e.refuse(line, "the event %s lasts %d days, which no holiday does", name, length)
		return
	}
	for n := range length {
		e.add(line, workday.Day{Date: first.AddDays(n), Name: name}, off)
	}
}

// lengthOf is how many days an event lasts: to the day before DTEND, as long as DURATION says, or one day where it has neither.
func lengthOf(event *ics.VEvent, first workday.Date) (int, error) {
	last, duration := property(event, ics.ComponentPropertyDtEnd), property(event, ics.ComponentPropertyDuration)
	switch {
	case last != "" && duration != "":
		return 0, errors.New("has both DTEND and DURATION; remove the one that is wrong")
	case duration != "":
		return daysOf(duration)
	case last == "":
		return 1, nil
	}
	end, err := dayOf(last)
	if err != nil {
		return 0, fmt.Errorf("DTEND %w", err)
	}
	if end == first { // some programs write the last day itself
		return 1, nil
	}
	return end.DaysSince(first), nil
}

var wholeDays = regexp.MustCompile(`^\+?P(\d{1,4})([DW])$`)

// daysOf reads a duration of whole days or weeks.
func daysOf(duration string) (int, error) {
	parts := wholeDays.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(duration)))
	if parts == nil {
		return 0, fmt.Errorf("DURATION %q is no whole number of days; write it as P7D, or give the day behind the last one as DTEND", duration)
	}
	days, err := strconv.Atoi(parts[1])
	if parts[2] == "W" {
		days *= 7
	}
	return days, err
}

// dayOf reads a day as a calendar writes it, 20260101.
func dayOf(value string) (workday.Date, error) {
	day, err := time.Parse("20060102", value)
	if err != nil {
		return workday.Date{}, fmt.Errorf("%q is no whole day; write it as 20260101", value)
	}
	return workday.DateOf(day), nil
}

func (e *events) add(line int, day workday.Day, off bool) {
	if other, twice := e.stands[day.Date]; twice {
		e.refuse(line, "%s is arranged by the event on line %d already", day.Date, other)
		return
	}
	e.stands[day.Date] = line
	year := e.yearOf(day)
	if off {
		year.OffDays = append(year.OffDays, day)
		return
	}
	if weekday := day.Date.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
		e.refuse(line, "%s is a %s, on which people work anyway", day.Date, weekday)
	}
	year.WorkDays = append(year.WorkDays, day)
}

// yearOf is the year of the notice that arranges the day: the New Year's holiday may begin in December.
func (e *events) yearOf(day workday.Day) *workday.Year {
	number := day.Date.Year()
	if day.Date.Month() == time.December && strings.Contains(day.Name, newYearsDay) {
		number++
	}
	if e.years[number] == nil {
		e.years[number] = &workday.Year{Year: number}
	}
	return e.years[number]
}

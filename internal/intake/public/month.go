package public

import (
	"net/http"
	"time"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// span is the months a schedule covers, both ends included; the zero value covers none.
type span struct{ first, last workday.Month }

// spanOf reaches to the last planned day, or further for a reception that was moved past it. It begins with the present month
// even where nothing is on in it, because a schedule is planned from the month on in which it is read.
func spanOf(s stationconf.Schedule, present workday.Month) span {
	first, last := present, s.PlannedUntil
	if n := len(s.Shifts); n > 0 {
		if month := workday.MonthOf(s.Shifts[0].Date); month.Before(first) {
			first = month
		}
		if s.Shifts[n-1].Date.After(last) {
			last = s.Shifts[n-1].Date
		}
	}
	if last.IsZero() {
		return span{}
	}
	return span{first, workday.MonthOf(last)}
}

func (s span) covers(m workday.Month) bool {
	return s != span{} && !m.Before(s.first) && !s.last.Before(m)
}

// monthView is one month of the arrangement, and the way to those beside it.
type monthView struct {
	Station stationconf.Station
	// Month is the first instant of the month; Previous and Next are those of its neighbours, nil where the schedule ends.
	Month          time.Time
	Previous, Next *time.Time
	// IsPresent is true for the month in which today is.
	IsPresent bool
	// Covered is false for a month about which nothing is published yet.
	Covered     bool
	Provisional bool
	Receptions  []shiftView
	Duty        []shiftView
	Days        []dayView
}

// Ahead are the receptions still to come.
func (m monthView) Ahead() []shiftView { return m.receptions(false) }

// Held are the receptions that are over.
func (m monthView) Held() []shiftView { return m.receptions(true) }

func (m monthView) receptions(past bool) []shiftView {
	var some []shiftView
	for _, s := range m.Receptions {
		if s.Past == past {
			some = append(some, s)
		}
	}
	return some
}

// dayView is one day of the calendar with what is on it, most often nothing or one shift.
type dayView struct {
	Date   time.Time
	Today  bool
	Shifts []shiftView
}

// Column of the day in a week as Weekdays has it, from 1.
func (d dayView) Column() int { return (int(d.Date.Weekday())+6)%7 + 1 }

// Weekdays in the order of the calendar's columns: weeks begin on Monday.
func (monthView) Weekdays() []int { return []int{1, 2, 3, 4, 5, 6, 0} }

// DutyHours of all the month's duty, empty where they differ.
func (m monthView) DutyHours() string {
	hours := ""
	for _, s := range m.Duty {
		if hours != "" && s.Hours != hours {
			return ""
		}
		hours = s.Hours
	}
	return hours
}

// month finds the month that the address names, which must be covered. An address without one means the present month,
// of which the page can also say that nothing is known.
func (p *Public) month(r *http.Request) (monthView, error) {
	d, now := p.documents(), p.now()
	present := workday.MonthOf(d.Today(now))
	written := r.PathValue("month")
	if written == "" {
		return viewMonth(d, present, now), nil
	}
	month, err := workday.ParseMonth(written)
	if err != nil || !spanOf(d.Schedule, present).covers(month) {
		return monthView{}, web.NotFound
	}
	return viewMonth(d, month, now), nil
}

func viewMonth(d *mounted.Documents, month workday.Month, now time.Time) monthView {
	today := d.Today(now)
	present := workday.MonthOf(today)
	covered := spanOf(d.Schedule, present)
	view := monthView{
		Station: d.Station, Month: month.First().In(d.Location), IsPresent: month == present, Covered: covered.covers(month),
		Previous: neighbour(covered, month, -1, d.Location), Next: neighbour(covered, month, +1, d.Location),
	}
	days := make([]dayView, month.Last().Day())
	for i := range days {
		day := month.Day(i + 1)
		days[i] = dayView{Date: day.In(d.Location), Today: day == today}
	}
	for _, shift := range d.Schedule.Shifts {
		if workday.MonthOf(shift.Date) != month {
			continue
		}
		s := viewShift(d, shift, now)
		view.Provisional = view.Provisional || s.Provisional && !s.Cancelled
		day := &days[shift.Date.Day()-1]
		day.Shifts = append(day.Shifts, s)
		if s.Reception {
			view.Receptions = append(view.Receptions, s)
		} else {
			view.Duty = append(view.Duty, s)
		}
	}
	view.Days = days
	return view
}

// neighbour is the month beside the given one, nil outside the schedule; from past its end, the way back leads to its last month.
func neighbour(covered span, month workday.Month, step int, loc *time.Location) *time.Time {
	to := month.Add(step)
	if step < 0 && covered.last.Before(to) {
		to = covered.last
	}
	if !covered.covers(to) {
		return nil
	}
	first := to.First().In(loc)
	return &first
}

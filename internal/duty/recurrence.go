package duty

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// Recurrence is a rule for the days of receptions.
type Recurrence interface {
	// In returns the days of the month in order.
	In(workday.Month) []workday.Date
}

// DaysOfMonth are days that every month has, 1 to 28, in order.
type DaysOfMonth []int

// In implements Recurrence.
func (d DaysOfMonth) In(m workday.Month) []workday.Date {
	days := make([]workday.Date, 0, len(d))
	for _, number := range d {
		days = append(days, m.Day(number))
	}
	return days
}

// Weekday is a day of the week, each of them or one in a month.
type Weekday struct {
	Day time.Weekday
	// Nth of the month, 1 to 4, or -1 for the last; 0 means every one.
	Nth int
}

// In implements Recurrence.
func (w Weekday) In(m workday.Month) []workday.Date {
	var days []workday.Date
	first := m.First().AddDays((int(w.Day-m.First().Weekday()) + 7) % 7)
	for day := first; !day.After(m.Last()); day = day.AddDays(7) {
		days = append(days, day)
	}
	switch {
	case w.Nth == 0:
		return days
	case w.Nth < 0:
		return days[len(days)-1:]
	default:
		return days[w.Nth-1 : w.Nth]
	}
}

// Dates are single days in order.
type Dates []workday.Date

// In implements Recurrence.
func (d Dates) In(m workday.Month) []workday.Date {
	var days []workday.Date
	for _, day := range d {
		if workday.MonthOf(day) == m {
			days = append(days, day)
		}
	}
	return days
}

// MarketDay (赶集日) is a rhythm of days without a beginning or an end.
type MarketDay struct {
	// Anchor is any one day of the rhythm.
	Anchor workday.Date
	// Every so many days, at least 1.
	Every int
}

// In implements Recurrence.
func (d MarketDay) In(m workday.Month) []workday.Date {
	var days []workday.Date
	since := m.First().DaysSince(d.Anchor) % d.Every
	for day := m.First().AddDays((d.Every - since) % d.Every); !day.After(m.Last()); day = day.AddDays(d.Every) {
		days = append(days, day)
	}
	return days
}

// Months restricts a rule to some months of the year.
type Months struct {
	Rule Recurrence
	// Numbers of the months, 1 to 12.
	Numbers []time.Month
}

// In implements Recurrence.
func (r Months) In(m workday.Month) []workday.Date {
	if !slices.Contains(r.Numbers, m.First().Month()) {
		return nil
	}
	return r.Rule.In(m)
}

// Package workday answers "when is it due?": working days by the law's calendar, with weekends, holidays (节假日) and make-up days (调休上班日).
// It is pure: no clock, no files outside the binary, no Kubernetes.
package workday

import (
	"maps"
	"slices"
	"time"
)

// Calendar is every notice in force. The zero value knows no year and takes weekends as off.
// It is immutable and safe for concurrent use.
type Calendar struct {
	years map[int]Year
	days  map[Date]arranged
}

// arranged is what a notice says of one day.
type arranged struct {
	name string
	off  bool
}

// NewCalendar puts notices in force. A later Year replaces an earlier one with the same number, as an amendment does.
// The error names the year and the day that cannot be right.
func NewCalendar(years ...Year) (*Calendar, error) {
	c := &Calendar{years: map[int]Year{}, days: map[Date]arranged{}}
	for _, year := range years {
		if err := year.validate(); err != nil {
			return nil, err
		}
		c.years[year.Year] = year.clone()
	}
	// Oldest first: where two notices speak of one day in late December, the next year's is the newer word.
	for _, year := range c.Years() {
		for _, day := range year.OffDays {
			c.days[day.Date] = arranged{name: day.Name, off: true}
		}
		for _, day := range year.WorkDays {
			c.days[day.Date] = arranged{name: day.Name}
		}
	}
	return c, nil
}

// Years returns the notices in force, oldest first.
func (c *Calendar) Years() []Year {
	years := make([]Year, 0, len(c.years))
	for _, number := range slices.Sorted(maps.Keys(c.years)) {
		years = append(years, c.years[number].clone())
	}
	return years
}

// yearEnd is the first day of December that the next year's notice may still arrange.
const yearEnd = 25

// Known reports whether the notices that can arrange the day are in: that of its year and, from 25 December on, that of the next.
// A day that is not known may yet turn out off or working.
func (c *Calendar) Known(d Date) bool { return c.KnownThrough(d, d) }

// KnownThrough reports whether every day from first to last is known.
func (c *Calendar) KnownThrough(first, last Date) bool {
	from, to := arrangedBy(first, last)
	for year := from; year <= to; year++ {
		if !c.has(year) {
			return false
		}
	}
	return true
}

// Missing returns the years whose notices are still to come before every day from first to last is known, oldest first.
func (c *Calendar) Missing(first, last Date) []int {
	var missing []int
	from, to := arrangedBy(first, last)
	for year := from; year <= to; year++ {
		if !c.has(year) {
			missing = append(missing, year)
		}
	}
	return missing
}

// arrangedBy returns the first and the last of the years whose notices it takes to know the days from first to last; none (to before from) where
// last is before first.
func arrangedBy(first, last Date) (from, to int) {
	if last.Before(first) {
		return first.Year(), first.Year() - 1
	}
	to = last.Year()
	if last.Month() == time.December && last.Day() >= yearEnd {
		to++
	}
	return first.Year(), to
}

func (c *Calendar) has(year int) bool {
	_, ok := c.years[year]
	return ok
}

// IsWorking reports whether people work on the day: a make-up day, or a weekday that is not off.
// In a year that is not known only weekends are off; ask Known before relying on the answer.
func (c *Calendar) IsWorking(d Date) bool {
	if day, ok := c.days[d]; ok {
		return !day.off
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// Holiday returns the public holiday whose arrangement gives the day off. An ordinary weekend is none.
func (c *Calendar) Holiday(d Date) (name string, off bool) {
	day := c.days[d]
	if !day.off {
		return "", false
	}
	return day.name, true
}

// MakeUp returns the public holiday that the day is worked in exchange for.
func (c *Calendar) MakeUp(d Date) (name string, working bool) {
	day, ok := c.days[d]
	if !ok || day.off {
		return "", false
	}
	return day.name, true
}

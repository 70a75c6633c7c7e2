package workday

import (
	"fmt"
	"time"
)

// Month is a calendar month of a year. It is comparable with == and usable as a map key. As text it is written 2026-10.
type Month struct {
	year  int
	month time.Month
}

// NewMonth returns the month, normalising values outside their usual range as time.Date does.
func NewMonth(year int, month time.Month) Month { return MonthOf(NewDate(year, month, 1)) }

// MonthOf returns the month the day lies in.
func MonthOf(d Date) Month { return Month{year: d.Year(), month: d.Month()} }

// ParseMonth reads a month written 2026-10.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fmt.Errorf("month %q must be written YYYY-MM, for example 2026-10", s)
	}
	return MonthOf(DateOf(t)), nil
}

// Add returns the month n months later, or earlier when n is negative.
func (m Month) Add(n int) Month { return NewMonth(m.year, m.month+time.Month(n)) }

// MonthsSince returns how many months m is after other; negative when it is before.
func (m Month) MonthsSince(other Month) int { return 12*(m.year-other.year) + int(m.month-other.month) }

// Day returns the day of the month by its number, which must exist.
func (m Month) Day(number int) Date { return NewDate(m.year, m.month, number) }

// First day of the month.
func (m Month) First() Date { return m.Day(1) }

// Last day of the month.
func (m Month) Last() Date { return NewDate(m.year, m.month+1, 0) }

// Before reports whether m is before other.
func (m Month) Before(other Month) bool { return m.First().Before(other.First()) }

// String returns the month as 2026-10.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.year, m.month) }

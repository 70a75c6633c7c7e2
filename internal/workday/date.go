package workday

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil day without a time or a zone. It is comparable with == and usable as a map key; the zero value means no date.
// As text it is written 2026-10-10 (RFC 3339 full-date), the zero value as the empty string.
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate returns the day, normalising values outside their usual ranges as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the day on which the instant falls in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{year: y, month: m, day: d}
}

// ParseDate reads a day written 2026-10-10.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q must be written YYYY-MM-DD and exist, for example 2026-10-10", s)
	}
	return DateOf(t), nil
}

// In returns the first instant of the day in the location.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, loc)
}

// AddDays returns the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	if day := d.day + n; day >= 1 && day <= 28 {
		return Date{d.year, d.month, day} // every month has these; plans walk through years of days
	}
	return NewDate(d.year, d.month, d.day+n)
}

// Compare returns -1, 0 or +1 as d is before, the same as, or after other.
func (d Date) Compare(other Date) int { return cmp.Compare(d.ordinal(), other.ordinal()) }

// ordinal orders days as one number; plans compare days by the million.
func (d Date) ordinal() int { return d.year<<9 | int(d.month)<<5 | d.day }

// DaysSince returns how many days d is after other; negative when it is before.
func (d Date) DaysSince(other Date) int {
	return int(d.In(time.UTC).Sub(other.In(time.UTC)) / (24 * time.Hour))
}

// Before reports whether d is before other.
func (d Date) Before(other Date) bool { return d.ordinal() < other.ordinal() }

// After reports whether d is after other.
func (d Date) After(other Date) bool { return d.ordinal() > other.ordinal() }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Year of the day.
func (d Date) Year() int { return d.year }

// Month of the day.
func (d Date) Month() time.Month { return d.month }

// Day of the month.
func (d Date) Day() int { return d.day }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return d.In(time.UTC).Weekday() }

// String returns the day as 2026-10-10, and the empty string for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

package workday

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Year is one notice of the State Council (国务院办公厅关于部分节假日安排的通知). Its days may lie in the December before.
type Year struct {
	Year     int    `json:"year"`
	Source   string `json:"source,omitempty"`
	OffDays  []Day  `json:"offDays"`
	WorkDays []Day  `json:"workDays,omitempty"`
}

// Day is one day of a notice with the holiday it belongs to.
type Day struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}

//go:embed published.json
var published []byte

// Published returns the notices built into the binary, oldest first.
func Published() []Year {
	var years []Year
	if err := json.Unmarshal(published, &years); err != nil {
		panic(fmt.Sprintf("workday: the built-in holiday data cannot be read: %v", err)) // the data is part of the build; a test reads it
	}
	return years
}

// validate reports the first day that cannot stand in the notice.
func (y Year) validate() error {
	off := make(map[Date]bool, len(y.OffDays))
	for _, day := range y.OffDays {
		if err := y.holds(day); err != nil {
			return err
		}
		off[day.Date] = true
	}
	for _, day := range y.WorkDays {
		if err := y.holds(day); err != nil {
			return err
		}
		if off[day.Date] {
			return fmt.Errorf("holidays of %d: %s (%s) stands both in offDays and in workDays; remove it from one of them", y.Year, day.Date, day.Name)
		}
	}
	return nil
}

// holds reports an error unless the day lies in the notice's year or in the December before it.
func (y Year) holds(day Day) error {
	own := day.Date.Year() == y.Year
	before := day.Date.Year() == y.Year-1 && day.Date.Month() == time.December
	if own || before {
		return nil
	}
	if day.Date.IsZero() {
		return fmt.Errorf("holidays of %d: a day named %q has no date", y.Year, day.Name)
	}
	return fmt.Errorf("holidays of %d: %s (%s) lies neither in %d nor in the December before; a notice numbers its days by its own year", y.Year, day.Date, day.Name, y.Year)
}

// clone keeps a calendar apart from the slices it was made of.
func (y Year) clone() Year {
	y.OffDays = slices.Clone(y.OffDays)
	y.WorkDays = slices.Clone(y.WorkDays)
	return y
}

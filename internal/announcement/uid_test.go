package announcement_test

import (
	"slices"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

func october(day int) workday.Date { return workday.NewDate(2026, time.October, day) }

func TestAShiftKeepsItsNameWhereverItsDayMoves(t *testing.T) {
	reception := func(rule string, day, from int) announcement.Shift {
		s := announcement.Shift{Reception: true, Rule: rule, Date: october(day)}
		if from != 0 {
			s.PostponedFrom = october(from)
		}
		return s
	}
	duty := func(day int) announcement.Shift { return announcement.Shift{Date: october(day)} }
	for name, c := range map[string]struct {
		shifts []announcement.Shift
		want   []string
	}{
		"on its day":                       {[]announcement.Shift{reception("", 10, 0)}, []string{"reception-2026-10-10"}},
		"postponed":                        {[]announcement.Shift{reception("", 12, 10)}, []string{"reception-2026-10-10"}},
		"postponed further":                {[]announcement.Shift{reception("", 13, 10)}, []string{"reception-2026-10-10"}},
		"by another rule":                  {[]announcement.Shift{reception("market", 10, 0)}, []string{"reception-market-2026-10-10"}},
		"by a rule that is called main":    {[]announcement.Shift{reception("main", 10, 0), reception("", 10, 0)}, []string{"reception-main-2026-10-10", "reception-2026-10-10"}},
		"duty":                             {[]announcement.Shift{duty(10)}, []string{"duty-2026-10-10"}},
		"one by hand where one moved away": {[]announcement.Shift{reception("", 10, 0), reception("", 12, 10)}, []string{"reception-2026-10-10-2", "reception-2026-10-10"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := announcement.UIDs("ji", "zhongduo", c.shifts)
			for i := range c.want {
				c.want[i] += "@zhongduo.ji.liaison"
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

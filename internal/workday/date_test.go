package workday_test

import (
	"encoding/json"
	"testing"
	"time"

	"township.dev/liaison/internal/workday"
)

func TestMonthsAreCountedAcrossYears(t *testing.T) {
	for _, test := range []struct {
		m, other workday.Month
		want     int
	}{
		{workday.NewMonth(2026, 3), workday.NewMonth(2026, 3), 0},
		{workday.NewMonth(2027, 1), workday.NewMonth(2026, 11), 2},
		{workday.NewMonth(2026, 11), workday.NewMonth(2028, 1), -14},
	} {
		if got := test.m.MonthsSince(test.other); got != test.want || test.other.Add(got) != test.m {
			t.Errorf("%s is %d months after %s, want %d", test.m, got, test.other, test.want)
		}
	}
}

func TestDateIsTheDayInItsOwnLocation(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	instant := time.Date(2026, 10, 9, 16, 30, 0, 0, time.UTC)
	if got := workday.DateOf(instant.In(shanghai)).String(); got != "2026-10-10" {
		t.Errorf("half past midnight in Shanghai is on %s, want 2026-10-10", got)
	}
	if got := workday.NewDate(2026, 10, 10).In(shanghai); !got.Equal(time.Date(2026, 10, 9, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("10 October in Shanghai begins at %s", got.UTC())
	}
}

func TestDateArithmetic(t *testing.T) {
	eve := workday.NewDate(2026, 12, 31)
	next := eve.AddDays(1)
	if next.String() != "2027-01-01" || !eve.Before(next) || !next.After(eve) || eve.Compare(eve) != 0 {
		t.Errorf("the day after %s is %s", eve, next)
	}
	if got := workday.NewDate(2024, 3, 1).DaysSince(workday.NewDate(2024, 2, 1)); got != 29 {
		t.Errorf("February 2024 has %d days", got)
	}
	if got := eve.DaysSince(next); got != -1 {
		t.Errorf("%s is %d days after %s", eve, got, next)
	}
}

func TestDateAsText(t *testing.T) {
	type document struct {
		Date workday.Date `json:"date,omitzero"`
	}
	for _, text := range []string{`{"date":"2026-10-10"}`, `{}`} {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		if back, err := json.Marshal(d); err != nil || string(back) != text {
			t.Errorf("%s came back as %s (%v)", text, back, err)
		}
	}
	for _, bad := range []string{"2026-02-29", "2026-2-1", "10.10.2026", "2026-10-10T00:00:00Z"} {
		if _, err := workday.ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) gives no error", bad)
		}
	}
}

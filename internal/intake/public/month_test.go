package public

import (
	"testing"
	"time"

	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

func month(t *testing.T, text string) workday.Month {
	t.Helper()
	m, err := workday.ParseMonth(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhichMonthsAScheduleCovers(t *testing.T) {
	shifts := func(dates ...string) (s []stationconf.Shift) {
		for _, date := range dates {
			s = append(s, stationconf.Shift{Date: on(t, date), Kind: stationconf.ShiftDuty})
		}
		return s
	}
	for name, c := range map[string]struct {
		schedule    stationconf.Schedule
		first, last string
	}{
		"nothing planned":                {stationconf.Schedule{}, "", ""},
		"planned to a month's end":       {stationconf.Schedule{Shifts: shifts("2026-11-02"), PlannedUntil: on(t, "2027-01-31")}, "2026-11", "2027-01"},
		"nothing on this month":          {stationconf.Schedule{Shifts: shifts("2026-12-10"), PlannedUntil: on(t, "2026-12-31")}, "2026-11", "2026-12"},
		"nothing on in any month":        {stationconf.Schedule{PlannedUntil: on(t, "2026-12-31")}, "2026-11", "2026-12"},
		"a reception moved past the end": {stationconf.Schedule{Shifts: shifts("2026-11-02", "2027-02-01"), PlannedUntil: on(t, "2027-01-31")}, "2026-11", "2027-02"},
		"the document does not say":      {stationconf.Schedule{Shifts: shifts("2026-11-02", "2026-12-01")}, "2026-11", "2026-12"},
		"it also tells of last month":    {stationconf.Schedule{Shifts: shifts("2026-10-30"), PlannedUntil: on(t, "2026-11-30")}, "2026-10", "2026-11"},
		"its end has passed":             {stationconf.Schedule{Shifts: shifts("2026-09-30"), PlannedUntil: on(t, "2026-10-31")}, "2026-09", "2026-10"},
	} {
		t.Run(name, func(t *testing.T) {
			got := spanOf(c.schedule, month(t, "2026-11"))
			if c.first == "" {
				if got != (span{}) || got.covers(month(t, "2026-11")) {
					t.Errorf("covers %v", got)
				}
				return
			}
			if got.first.String() != c.first || got.last.String() != c.last {
				t.Errorf("covers %v to %v, want %s to %s", got.first, got.last, c.first, c.last)
			}
		})
	}
}

func TestTheWayBetweenMonths(t *testing.T) {
	covered := span{month(t, "2026-11"), month(t, "2027-01")}
	for at, want := range map[string][2]string{
		"2026-11": {"", "2026-12"},
		"2026-12": {"2026-11", "2027-01"},
		"2027-01": {"2026-12", ""},
		"2027-05": {"2027-01", ""}, // the operator has not planned for months
	} {
		var got [2]string
		for i, step := range []int{-1, +1} {
			if to := neighbour(covered, month(t, at), step, time.UTC); to != nil {
				got[i] = to.Format("2006-01")
			}
		}
		if got != want {
			t.Errorf("beside %s lie %v, want %v", at, got, want)
		}
	}
	if neighbour(span{}, month(t, "2026-11"), 1, time.UTC) != nil {
		t.Error("an empty schedule leads to a month")
	}
}

func TestAMonthBeginsUnderItsWeekday(t *testing.T) {
	d := august(t)
	for text, column := range map[string]int{"2026-08": 6, "2026-11": 7, "2026-06": 1} {
		if got := viewMonth(d, month(t, text), time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC)).Days[0].Column(); got != column {
			t.Errorf("%s begins in column %d, want %d", text, got, column)
		}
	}
}

// A month as a station has it: duty on every working day but the receptions.
func full(t *testing.T, receptions, perDay int) noticeView {
	t.Helper()
	people := []stationconf.Person{{Name: "欧阳建国", Level: "Township", Village: "白额村", Phone: "13900000001"}, {Name: "王芳", Level: "County", Village: "中垛村", Phone: "13900000002"}}
	v := noticeView{monthView: monthView{Station: stationconf.Station{
		DisplayName: "中垛乡人大代表联络站", Contact: stationconf.Contact{Address: "吉县中垛乡政府院内", Phone: "0357-7920000", OpeningHours: "周一至周五 08:30-18:00"},
	}}}
	for range receptions {
		v.Receptions = append(v.Receptions, shiftView{Reception: true, Deputies: people})
	}
	for range 22 - receptions {
		v.Duty = append(v.Duty, shiftView{Deputies: people[:perDay], Hours: "08:30-17:30"})
	}
	return v
}

func TestTheMoreTheNoticeHoldsTheSmallerItsLetters(t *testing.T) {
	one, five, crowded := typeSize(full(t, 1, 1)), typeSize(full(t, 5, 1)), typeSize(full(t, 5, 2))
	if one < 13 || five < 10 || five > one || crowded > five || crowded < 9 {
		t.Errorf("one reception is set in %d points, five in %d, five and two deputies a day in %d", one, five, crowded)
	}
	if got := typeSize(full(t, 22, 1)); got != 9 {
		t.Errorf("what fits no sheet is set in %d points", got)
	}
}

func TestHoursThatAreTheSameEveryDayAreSaidOnce(t *testing.T) {
	v := full(t, 1, 1)
	if got := v.DutyHours(); got != "08:30-17:30" {
		t.Errorf("the hours of all days: %q", got)
	}
	v.Duty[3].Hours = "09:00-11:00"
	if got := v.DutyHours(); got != "" {
		t.Errorf("the hours of days that differ: %q", got)
	}
}

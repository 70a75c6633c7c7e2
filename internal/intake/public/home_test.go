package public

import (
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

func on(t *testing.T, date string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func august(t *testing.T) *mounted.Documents {
	t.Helper()
	station := stationconf.Station{
		TimeZone: "Asia/Shanghai", Deadlines: casework.DefaultDeadlines(),
		Township: stationconf.Township{Villages: []stationconf.Village{{Name: "白额村", LiaisonDeputy: "d031"}, {Name: "中垛村", LiaisonDeputy: "gone"}}},
	}
	schedule := stationconf.Schedule{
		Deputies: []stationconf.Person{{ID: "d001", Name: "县代表01"}, {ID: "d031", Name: "乡代表09"}},
		Leaders:  []stationconf.Person{{ID: "l01", Name: "李站长"}},
		Shifts: []stationconf.Shift{
			{Date: on(t, "2026-08-07"), Kind: stationconf.ShiftDuty, Deputies: []string{"d001"}, Hours: "09:00-17:00"},
			{Date: on(t, "2026-08-10"), Kind: stationconf.ShiftReception, Deputies: []string{"d001", "gone"}, Leaders: []string{"l01"}, Hours: "09:00-11:00"},
			{Date: on(t, "2026-08-11"), Kind: stationconf.ShiftDuty, Uncovered: 1},
			{Date: on(t, "2026-09-10"), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, PostponedFrom: on(t, "2026-09-09"), Provisional: true},
		},
	}
	d, err := mounted.NewDocuments(station, stationconf.Calendar{}, schedule)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheHomePageByDayAndHour(t *testing.T) {
	d := august(t)
	for name, c := range map[string]struct {
		now    string
		onDuty int
		next   string
		coming int
	}{
		"a day of ordinary duty":                  {"2026-08-07T10:00:00+08:00", 1, "2026-08-10", 4},
		"a weekend":                               {"2026-08-08T10:00:00+08:00", 0, "2026-08-10", 3},
		"just before midnight at the station":     {"2026-08-09T15:59:59Z", 0, "2026-08-10", 3},
		"just after midnight at the station":      {"2026-08-09T16:00:00Z", 1, "2026-08-10", 3},
		"a reception that is still going on":      {"2026-08-10T10:59:00+08:00", 1, "2026-08-10", 3},
		"a reception that is over":                {"2026-08-10T11:00:00+08:00", 1, "2026-09-10", 3},
		"a day nobody could take":                 {"2026-08-11T09:00:00+08:00", 1, "2026-09-10", 2},
		"an announced reception without hours":    {"2026-09-10T20:00:00+08:00", 1, "2026-09-10", 1},
		"a time for which nothing is planned yet": {"2026-10-01T09:00:00+08:00", 0, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			view := viewHome(d, now)
			next := ""
			if view.Next != nil {
				next = view.Next.Date.Format(time.DateOnly)
			}
			if len(view.OnDuty) != c.onDuty || next != c.next || len(view.Coming) != c.coming {
				t.Errorf("on duty %d, next reception %q, coming %d; want %d, %q, %d", len(view.OnDuty), next, len(view.Coming), c.onDuty, c.next, c.coming)
			}
		})
	}
}

func TestWhomTheScheduleDoesNotKnowIsLeftOut(t *testing.T) {
	view := viewHome(august(t), time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC))
	if got := view.OnDuty[0].Names(); got != "李站长、县代表01" {
		t.Errorf("on duty: %q", got)
	}
	if view.Villages[0].Deputy == nil || view.Villages[0].Deputy.Name != "乡代表09" || view.Villages[1].Deputy != nil {
		t.Errorf("villages: %+v", view.Villages)
	}
}

package station_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

func TestAMissingRosterHoldsNothingUp(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).WithRoster("west").Obj())
	s.podIs("zhongduo", ready)

	missing := s.until("zhongduo", "ScheduleReady", "False/RosterNotFound")
	if !strings.Contains(missing.Message, "DeputyRoster west") || !strings.Contains(missing.Message, "spec.rosterRef.name") {
		t.Errorf("ScheduleReady says %q, not what is missing and what to do", missing.Message)
	}
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.until("zhongduo", "Reconciling", "True/RosterNotFound")
	s.happened("Warning RosterNotFound")
	s.settle("zhongduo")

	s.clock.SetTime(saturday.Add(6 * time.Minute))
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	s.until("zhongduo", "Stalled", "True/RosterNotFound")
	s.until("zhongduo", "Ready", "True/IntakeAnswers")

	cluster.Create(t, fixture.Roster("west").In(s.namespace).Deputies(2).Obj())
	s.until("zhongduo", "ScheduleReady", "False/NotPlanned")
	cluster.Create(t, fixture.Plan("west", "2026-10").In(s.namespace).Duty("2026-10-10", "d02").Obj())
	s.until("zhongduo", "ScheduleReady", "True/Planned")
	s.until("zhongduo", "Stalled", "False/Settled")
	s.settle("zhongduo")
}

func TestThePlanReachesStatusAndIntakeWithoutARestart(t *testing.T) {
	s := newStage(t)
	plan := fixture.Plan("west", "2026-10").In(s.namespace).
		Duty("2026-10-09", "d01").Duty("2026-10-10", "d02").Reception("2026-10-12", "道路交通", "d01", "d02").Obj()
	cluster.Create(t,
		fixture.Roster("west").In(s.namespace).Deputies(2).Deputy("d03").WithPhone("139 0000 0003", true).Deputy("d04").WithPhone("139 0000 0004", false).
			OnLeave("2026-10-01", "2026-10-31").Obj(),
		plan, fixture.Station("zhongduo").In(s.namespace).WithRoster("west").Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "ScheduleReady", "True/Planned")

	st := s.station("zhongduo")
	if d := st.Status.OnDutyToday; d == nil || d.Names != "代表d02" || d.Date != "2026-10-10" {
		t.Errorf("on duty today: %+v, want 代表d02", d)
	}
	if n := st.Status.NextReception; n == nil || n.Date != "2026-10-12" || n.Topic != "道路交通" {
		t.Errorf("next reception: %+v, want that of 12 October", n)
	}
	set := &appsv1.StatefulSet{ObjectMeta: s.meta("zhongduo-intake")}
	cluster.Get(t, set)
	generation := set.Generation

	s.edit(plan, func() { plan.Spec.Shifts[1].Deputies = []string{"d03"} })
	documents := &corev1.ConfigMap{ObjectMeta: s.meta("zhongduo-intake")}
	s.appears(documents, func() error {
		schedule, err := stationconf.DecodeSchedule([]byte(documents.Data[stationconf.ScheduleFile]))
		if err != nil {
			return err
		}
		if got := schedule.Shifts[1].Deputies; !slices.Equal(got, []string{"d03"}) {
			return fmt.Errorf("on duty on the 10th: %v", got)
		}
		return nil
	})
	if text := documents.Data[stationconf.ScheduleFile]; !strings.Contains(text, "139 0000 0003") || strings.Contains(text, "139 0000 0004") || strings.Contains(text, "leave") {
		t.Errorf("the schedule must have published phones only, and no leave: %s", text)
	}
	cluster.Get(t, set)
	if set.Generation != generation {
		t.Error("the pod template changed with the plan; the intake would restart")
	}

	s.clock.SetTime(saturday.Add(24 * time.Hour))
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	controlplane.Eventually(t, "nobody is on duty the day after", func(context.Context) error {
		if d := s.station("zhongduo").Status.OnDutyToday; d != nil {
			return fmt.Errorf("on duty: %+v", d)
		}
		return nil
	})
}

func TestAnUnknownLiaisonDeputyIsNamed(t *testing.T) {
	s := newStage(t)
	roster := fixture.Roster("west").In(s.namespace).Deputies(2).Obj()
	cluster.Create(t, roster, fixture.Plan("west", "2026-10").In(s.namespace).Obj(),
		fixture.Station("zhongduo").In(s.namespace).WithRoster("west").
			Village("141028204207", "白额村", "d31").Village("141028204208", "中垛村", "d01").Obj())
	s.podIs("zhongduo", ready)
	unknown := s.until("zhongduo", "DeputiesKnown", "False/UnknownDeputy")
	if !strings.Contains(unknown.Message, "白额村") || !strings.Contains(unknown.Message, "d31") || strings.Contains(unknown.Message, "中垛村") {
		t.Errorf("DeputiesKnown says %q, want the village and the id at fault only", unknown.Message)
	}
	s.until("zhongduo", "Stalled", "True/UnknownDeputy")
	s.until("zhongduo", "Ready", "True")
	s.happened("Warning UnknownDeputy")

	s.edit(roster, func() { roster.Spec.Deputies[1].ID = "d31" })
	s.until("zhongduo", "DeputiesKnown", "True")
	s.until("zhongduo", "Stalled", "False")
}

func TestADeputyWithAnAccountWhomTheRosterDoesNotHaveIsNamedAndKeepsIt(t *testing.T) {
	s := newStage(t)
	roster := fixture.Roster("west").In(s.namespace).Deputy("d01").Named("乡代表01").WithPhone("139 0000 0001", false).Obj()
	cluster.Create(t, roster, fixture.Plan("west", "2026-10").In(s.namespace).Obj(),
		fixture.Station("zhongduo").In(s.namespace).WithRoster("west").DeputySignsIn("li-si", "d01").DeputySignsIn("wang-wu", "d02").Obj())
	s.podIs("zhongduo", ready)
	unknown := s.until("zhongduo", "DeputiesKnown", "False/UnknownDeputy")
	if !strings.Contains(unknown.Message, "d02 (deputy of spec.staff.deputies[1])") || strings.Contains(unknown.Message, "d01") || strings.Contains(unknown.Message, "wang-wu") {
		t.Errorf("DeputiesKnown says %q, want the id and the place at fault only", unknown.Message)
	}
	s.until("zhongduo", "Ready", "True")

	_, _, staff := s.data("zhongduo")
	cluster.Get(t, staff)
	for _, username := range []string{"guanli1", "li-si", "wang-wu"} {
		if len(staff.Data[username]) == 0 {
			t.Errorf("%s has no first password", username)
		}
	}
	documents := &corev1.ConfigMap{ObjectMeta: s.meta("zhongduo-intake")}
	named := func(want string) func() error {
		return func() error {
			doc, err := stationconf.DecodeStation([]byte(documents.Data[stationconf.StationFile]))
			if err != nil {
				return err
			}
			if len(doc.DeputyAccounts) != 2 || doc.DeputyAccounts[0].Name != "乡代表01" || doc.DeputyAccounts[1].Name != want {
				return fmt.Errorf("the accounts are %+v", doc.DeputyAccounts)
			}
			return nil
		}
	}
	s.appears(documents, named("wang-wu"))

	s.edit(roster, func() {
		roster.Spec.Deputies = append(roster.Spec.Deputies, v1alpha1.Deputy{ID: "d02", Name: "乡代表02", Level: v1alpha1.DeputyTownship, Group: "民生组", Phone: "139 0000 0002"})
	})
	s.until("zhongduo", "DeputiesKnown", "True")
	s.appears(documents, named("乡代表02"))
	text := documents.Data[stationconf.StationFile] + documents.Data[stationconf.ScheduleFile]
	if strings.Contains(text, "139 0000") || !strings.Contains(text, "民生组") {
		t.Errorf("the documents must have the group and no phone that is not published: %s", text)
	}
}

func TestHolidaysReachTheIntake(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	documents := &corev1.ConfigMap{ObjectMeta: s.meta("zhongduo-intake")}
	has := func(year int, source string) func() error {
		return func() error {
			calendar, err := stationconf.DecodeCalendar([]byte(documents.Data[stationconf.CalendarFile]))
			if err != nil {
				return err
			}
			for _, y := range calendar.Years {
				if y.Year == year && (source == "" || y.OffDays[0].Name == source) {
					return nil
				}
			}
			return fmt.Errorf("no %d (%s) among %d years", year, source, len(calendar.Years))
		}
	}
	s.appears(documents, has(2026, ""))
	cluster.Create(t, fixture.HolidayCalendar("next").In(s.operatorNamespace).Year(2030).Off("2030-01-01", "元旦").Obj())
	s.appears(documents, has(2030, "元旦"))
	cluster.Create(t, fixture.HolidayCalendar("own").In(s.namespace).Year(2030).Off("2030-01-02", "本县").Obj())
	s.appears(documents, has(2030, "本县"))

	cluster.Create(t, fixture.HolidayCalendar("twice").In(s.namespace).Year(2030).Off("2030-01-03", "重复").Obj())
	stalled := s.until("zhongduo", "Stalled", "True/InvalidCalendar")
	if !strings.Contains(stalled.Message, "twice") || !strings.Contains(stalled.Message, "own") {
		t.Errorf("Stalled says %q, want both calendars named", stalled.Message)
	}
	s.appears(documents, has(2030, "本县"))
}

package roster_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
	"township.dev/liaison/test/fixture"
)

// zhongduo is the reference station's roster: 77 deputies, two of whom receive residents with a leader on the 10th, the others in turns on other working days.
func zhongduo() *fixture.RosterBuilder {
	return fixture.Roster("zhongduo").Deputies(77).Leaders(3).
		ReceptionOn(10, 2, 1).Topics("产业发展", "道路交通", "环境卫生").
		DutyOn(v1alpha1.DutyWorkingDays, 1)
}

// village is a small roster with the same rules.
func village() *fixture.RosterBuilder {
	return fixture.Roster("village").Deputies(5).Leaders(1).ReceptionOn(10, 1, 1).DutyOn(v1alpha1.DutyWorkingDays, 1)
}

func TestMonthsAreSchedules(t *testing.T) {
	b := newBench(t, "2026-10-01")
	b.create(zhongduo().Obj())
	b.settle("zhongduo")

	var names []string
	for _, schedule := range b.schedules() {
		names = append(names, schedule.Name)
		if len(schedule.OwnerReferences) > 0 || schedule.Labels[fromcrd.LabelRoster] != "zhongduo" {
			t.Errorf("%s has owners %v and labels %v, want no owner and the roster's label", schedule.Name, schedule.OwnerReferences, schedule.Labels)
		}
		if !meta.IsStatusConditionTrue(schedule.Status.Conditions, v1alpha1.ConditionReady) || schedule.Status.ObservedGeneration != schedule.Generation {
			t.Errorf("%s: status %+v of generation %d, want Ready", schedule.Name, schedule.Status, schedule.Generation)
		}
	}
	if diff := cmp.Diff([]string{"zhongduo-2026-10", "zhongduo-2026-11", "zhongduo-2026-12"}, names); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	if got := b.receptions(); got != "2026-10-10 2026-11-10 2026-12-10" {
		t.Errorf("receptions on %s", got)
	}
	october := b.schedule("zhongduo-2026-10").Spec
	want := v1alpha1.Shift{
		Date: "2026-10-10", Kind: v1alpha1.ShiftReception, Deputies: []string{"d01", "d02"}, Leaders: []string{"l01"}, Hours: "09:00-11:00", Topic: "产业发展",
		Origin: v1alpha1.OriginGenerated,
	}
	if i := slices.IndexFunc(october.Shifts, func(s v1alpha1.Shift) bool { return s.Kind == v1alpha1.ShiftReception }); !cmp.Equal(october.Shifts[i], want) {
		t.Errorf("the reception of October (-want +got):\n%s", cmp.Diff(want, october.Shifts[i]))
	}
	if october.AnnouncedUntil != "2026-10-04" || october.Provisional || len(october.OpeningLedgers.Duty) != 77 {
		t.Errorf("October is announced until %s, provisional %t, with %d accounts", october.AnnouncedUntil, october.Provisional, len(october.OpeningLedgers.Duty))
	}
	if december := b.schedule("zhongduo-2026-12").Spec; !december.Provisional || december.AnnouncedUntil != "" {
		t.Errorf("December is provisional %t, announced until %q", december.Provisional, december.AnnouncedUntil)
	}
}

func TestStatusTellsWhatPeopleAsk(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Deputy("d06").WithStatus(v1alpha1.DeputySuspended).Deputy("d07").OnLeave("2026-10-01", "2026-10-31").Obj())
	b.settle("village")

	status := b.roster("village").Status
	if *status.ActiveDeputies != 6 || *status.UncoveredShifts != 0 || status.PlannedUntil != "2026-12-31" {
		t.Errorf("%d active, %d uncovered, planned until %s", *status.ActiveDeputies, *status.UncoveredShifts, status.PlannedUntil)
	}
	if diff := cmp.Diff(&v1alpha1.OnDuty{Date: "2026-10-08", Kind: v1alpha1.ShiftDuty, Names: "代表d01", Deputies: []string{"d01"}}, status.OnDutyToday); diff != "" {
		t.Errorf("on duty today (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&v1alpha1.NextReception{Date: "2026-10-10", Hours: "09:00-11:00", Uncovered: new(int32(0))}, status.NextReception); diff != "" {
		t.Errorf("next reception (-want +got):\n%s", diff)
	}
	b.expect("village", v1alpha1.ConditionReady, "True/Planned", "2026-12-31")
	b.expect("village", v1alpha1.ConditionScheduleReady, "True/Planned", "2026-12", "arrangement of 2027")
	b.expect("village", v1alpha1.ConditionReconciling, "False/Settled")
	b.expect("village", v1alpha1.ConditionStalled, "False/Settled")
	b.assertConsistent("village")
	if told := b.events(); len(told) != 2 || !strings.HasPrefix(told[0], "Warning YearUnknown") || !strings.HasPrefix(told[1], "Normal Planned") {
		t.Errorf("events %q, want one that tells of the year not known yet and one of the plan", told)
	}
	b.assertSilent("village")
}

func TestDayBeginsAtMidnightOfTheRoster(t *testing.T) {
	b := newBench(t, "2026-10-09")
	b.create(village().Obj())
	b.clock.SetTime(time.Date(2026, 10, 9, 15, 30, 0, 0, time.UTC)) // half an hour to midnight in Shanghai
	if wait := b.reconcile("village").RequeueAfter; wait < 30*time.Minute || wait > 31*time.Minute {
		t.Errorf("looks again after %s, want just after midnight", wait)
	}
	if today := b.roster("village").Status.OnDutyToday; today.Date != "2026-10-09" {
		t.Errorf("half an hour before midnight, today is %s", today.Date)
	}
	b.clock.SetTime(time.Date(2026, 10, 9, 16, 0, 1, 0, time.UTC))
	b.settle("village")
	if today := b.roster("village").Status.OnDutyToday; today.Date != "2026-10-10" || today.Kind != v1alpha1.ShiftReception {
		t.Errorf("just after midnight, today is %s (%s)", today.Date, today.Kind)
	}
}

// Eleven weeks of midnights, the Spring Festival among them: what is past or announced never changes, every month follows the last one, and turns stay within one of each other.
func TestDaysGoBy(t *testing.T) {
	b := newBench(t, "2026-01-05")
	b.create(village().Obj())
	announced := map[string]v1alpha1.Shift{}
	for day := workday.NewDate(2026, 1, 5); day.Before(workday.NewDate(2026, 3, 21)); day = day.AddDays(1) {
		b.goTo(day.String())
		b.settle("village")
		until := v1alpha1.Date(day.AddDays(3).String())
		for _, shift := range b.shifts() {
			if shift.Date > until {
				continue
			}
			key := string(shift.Date) + string(shift.Kind)
			if before, known := announced[key]; known && !cmp.Equal(before, shift) {
				t.Fatalf("on %s the announced shift of %s changed (-before +after):\n%s", day, shift.Date, cmp.Diff(before, shift))
			}
			announced[key] = shift
		}
	}
	b.assertSilent("village")
	turns := map[string]int{"d01": 0, "d02": 0, "d03": 0, "d04": 0, "d05": 0}
	for _, shift := range b.shifts() {
		if shift.Kind == v1alpha1.ShiftDuty {
			turns[shift.Deputies[0]]++
		}
	}
	counts := []int{turns["d01"], turns["d02"], turns["d03"], turns["d04"], turns["d05"]}
	if len(turns) != 5 || slices.Max(counts)-slices.Min(counts) > 1 {
		t.Errorf("turns of duty: %v, want them within one of each other", turns)
	}
	if got := len(b.schedules()); got != 5 {
		t.Errorf("%d schedules, want those of January to May", got)
	}
}

func TestCalendarMovesWhatIsNotAnnounced(t *testing.T) {
	for _, where := range []string{"the operator's namespace", "the roster's namespace"} {
		t.Run(where, func(t *testing.T) {
			b := newBench(t, "2026-10-08")
			b.create(village().Obj())
			b.settle("village")
			amended := fixture.HolidayCalendar("amended").AsPublished(2026).Off("2026-11-10", "调整").Off("2026-10-09", "调整").Obj()
			if where == "the operator's namespace" {
				amended.Namespace = b.operatorNamespace
			}
			b.create(amended)
			b.settle("village")

			if got := b.receptions(); got != "2026-10-10 2026-11-11 2026-12-10" {
				t.Errorf("receptions on %s, want November's moved off the new holiday", got)
			}
			if !slices.ContainsFunc(b.shifts(), func(s v1alpha1.Shift) bool { return s.Date == "2026-10-09" }) {
				t.Error("the announced duty of 9 October is gone")
			}
			b.assertSilent("village")
		})
	}
}

func TestNextYearsNoticeFirmsUpDecember(t *testing.T) {
	b := newBench(t, "2026-12-01")
	b.create(village().Horizon(1).Obj())
	b.settle("village")
	if !b.schedule("village-2026-12").Spec.Provisional {
		t.Error("December is firm though the notice of 2027 is not in")
	}
	b.create(fixture.HolidayCalendar("y2027").Year(2027).Off("2026-12-31", "元旦").Off("2027-01-01", "元旦").Obj())
	b.settle("village")
	schedule := b.schedule("village-2026-12").Spec
	last := schedule.Shifts[len(schedule.Shifts)-1]
	if schedule.Provisional || last.Date != "2026-12-30" || last.Provisional {
		t.Errorf("December is provisional %t and ends with %+v, want it firm and 31 December off", schedule.Provisional, last)
	}
	if _, message := b.condition("village", v1alpha1.ConditionScheduleReady); strings.Contains(message, "Provisional") {
		t.Errorf("ScheduleReady still says %q", message)
	}
}

func TestRosterCreatedAgainContinues(t *testing.T) {
	b := newBench(t, "2026-03-02")
	b.create(village().Obj())
	b.settle("village")
	before := b.schedules()

	b.delete(b.roster("village"))
	b.reconcile("village")
	if len(b.schedules()) != len(before) {
		t.Fatal("the schedules went with their roster")
	}
	b.goTo("2026-04-20")
	b.create(village().Obj())
	b.settle("village")

	for i, month := range b.schedules()[:2] {
		kept := func(s v1alpha1.Shift) bool { return s.Date > "2026-04-23" }
		if diff := cmp.Diff(slices.DeleteFunc(before[i].Spec.Shifts, kept), slices.DeleteFunc(month.Spec.Shifts, kept)); diff != "" {
			t.Errorf("announced shifts of %s changed (-before +after):\n%s", month.Spec.Month, diff)
		}
	}
	if got := b.schedules()[3]; got.Spec.Month != "2026-06" || got.Spec.OpeningLedgers.Receptions != 3 {
		t.Errorf("%s opens after %d receptions, want June after 3", got.Spec.Month, got.Spec.OpeningLedgers.Receptions)
	}
	b.assertSilent("village")
}

// lateCache still shows a roster that is gone.
type lateCache struct {
	client.Client
	shows *v1alpha1.DeputyRoster
}

func (c lateCache) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	if into, ok := obj.(*v1alpha1.DeputyRoster); ok {
		c.shows.DeepCopyInto(into)
		return nil
	}
	return c.Client.Get(ctx, key, obj, opts...)
}

func TestARosterDoesNotGetTheStatusOfItsPredecessor(t *testing.T) {
	b := newBench(t, "2026-03-02")
	b.create(village().Obj())
	gone := b.roster("village")
	b.delete(gone)
	b.create(fixture.Roster("village").Deputies(3).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj())

	live := b.reconciler.Client
	b.reconciler.Client = lateCache{live, gone}
	if result := b.reconcile("village"); result.RequeueAfter == 0 || result.RequeueAfter > time.Second {
		t.Errorf("it looks again after %s", result.RequeueAfter)
	}
	if status := b.roster("village").Status; status.ActiveDeputies != nil || len(status.Conditions) > 0 {
		t.Errorf("the new roster has the status %+v", status)
	}
	b.reconciler.Client = live
	b.settle("village")
	if status := b.roster("village").Status; *status.ActiveDeputies != 3 {
		t.Errorf("%d active deputies", *status.ActiveDeputies)
	}
}

// behindSchedules is a cache that has heard of the roster, and of the first of its schedules only: each kind has a watch of its own.
type behindSchedules struct {
	client.Client
	shows int
}

func (c behindSchedules) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	err := c.Client.List(ctx, list, opts...)
	if schedules, ok := list.(*v1alpha1.DutyScheduleList); ok && err == nil {
		schedules.Items = schedules.Items[:min(c.shows, len(schedules.Items))]
	}
	return err
}

func (c behindSchedules) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	if _, ok := obj.(*v1alpha1.DutySchedule); !ok {
		return c.Client.Get(ctx, key, obj, opts...)
	}
	shown := &v1alpha1.DutyScheduleList{}
	if err := c.List(ctx, shown, client.InNamespace(key.Namespace)); err != nil {
		return err
	}
	if !slices.ContainsFunc(shown.Items, func(s v1alpha1.DutySchedule) bool { return s.Name == key.Name }) {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "dutyschedules"}, key.Name)
	}
	return c.Client.Get(ctx, key, obj, opts...)
}

// A county that is restored or moved declares the schedules and then the roster, and the cache may show the roster first. What is announced, and who is named
// for later days, stays all the same. The rule has changed since the months were published, so that a plan from nothing would name others.
func TestPublishedMonthsStayThoughTheCacheDoesNotShowThemYet(t *testing.T) {
	for _, shows := range []int{0, 1, 2} {
		t.Run(fmt.Sprintf("it shows %d", shows), func(t *testing.T) {
			b := newBench(t, "2026-11-26")
			b.create(village().Obj())
			b.settle("village")
			b.edit("village", func(r *v1alpha1.DeputyRoster) { r.Spec.Reception.Schedule.DayOfMonth = 8 })
			b.settle("village")
			before := b.shifts()
			moved := b.roster("village")
			b.delete(moved)
			b.create(&v1alpha1.DeputyRoster{ObjectMeta: metav1.ObjectMeta{Name: "village"}, Spec: moved.Spec})

			live := b.reconciler.Client
			b.reconciler.Client = behindSchedules{live, shows}
			b.reconcile("village")
			if diff := cmp.Diff(before, b.shifts()); diff != "" {
				t.Errorf("published shifts changed (-before +after):\n%s", diff)
			}
			b.reconciler.Client = live
			b.settle("village")
			b.expect("village", v1alpha1.ConditionReady, "True/Planned")
			b.assertSilent("village")
		})
	}
}

// What was served long ago is read as well before a month is planned that has no plan yet.
func TestTurnsServedCountThoughTheCacheDoesNotShowThemYet(t *testing.T) {
	b := newBench(t, "2026-03-02")
	b.create(village().Horizon(1).Obj())
	b.settle("village")
	b.goTo("2026-06-01")

	live := b.reconciler.Client
	b.reconciler.Client = behindSchedules{live, 0}
	b.reconcile("village")
	b.reconciler.Client = live
	if opening := b.schedule("village-2026-06").Spec.OpeningLedgers; opening.Receptions != 1 {
		t.Errorf("June opens after %d receptions, want it after the one of March", opening.Receptions)
	}
}

func TestFaultyRosterStallsAndTheRestIsPlanned(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Obj())
	b.settle("village")
	before := b.shifts()
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Reception.Topics = []string{"道路交通", " "}
		r.Spec.Overrides = []v1alpha1.Override{{Date: "2026-11-10", Kind: v1alpha1.ShiftReception, Deputies: []string{"d99"}}}
	})
	b.goTo("2026-10-09")
	b.settle("village")

	b.expect("village", v1alpha1.ConditionStalled, "True/InvalidSpec",
		"spec.reception.topics[1]", "remove it or name the topic", "spec.overrides[0].deputies[0]", `"d99" is no deputy of the roster`, "The rest is planned without it")
	b.expect("village", v1alpha1.ConditionReady, "False/InvalidSpec")
	b.expect("village", v1alpha1.ConditionScheduleReady, "True/Planned")
	b.assertConsistent("village")
	after := b.shifts()
	if len(after) != len(before) {
		t.Fatalf("%d shifts, want the %d there were", len(after), len(before))
	}
	for i := range after {
		if after[i].Kind == v1alpha1.ShiftReception && after[i].Date > "2026-10-12" && after[i].Topic != "道路交通" {
			t.Errorf("the reception of %s is on %q, want the topic that can be read", after[i].Date, after[i].Topic)
		}
		after[i].Topic, before[i].Topic = "", ""
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("shifts moved by the faults:\n%s", diff)
	}
	b.assertSilent("village")

	b.edit("village", func(r *v1alpha1.DeputyRoster) { r.Spec.Reception.Topics, r.Spec.Overrides = nil, nil })
	b.settle("village")
	b.expect("village", v1alpha1.ConditionReady, "True/Planned")
	b.expect("village", v1alpha1.ConditionStalled, "False/Settled")
}

func TestYearInTwoCalendarsStallsNamesBothAndTheOlderCounts(t *testing.T) {
	b := newBench(t, "2026-12-08")
	b.create(village().Obj(), fixture.HolidayCalendar("first").Year(2027).Off("2027-01-01", "元旦").Off("2027-02-10", "春节").Obj())
	b.settle("village")
	before := b.shifts()
	second := fixture.HolidayCalendar("second").Year(2027).Off("2027-01-01", "元旦").Obj()
	b.create(second)
	b.settle("village")
	b.expect("village", v1alpha1.ConditionStalled, "True/InvalidCalendar", "/second: spec.years[0].year", "/first declares 2027 already", "remove the year from one of them")
	b.expect("village", v1alpha1.ConditionCalendarKnown, "True/YearsKnown")
	if diff := cmp.Diff(before, b.shifts()); diff != "" {
		t.Errorf("the second calendar moved shifts:\n%s", diff)
	}
	b.assertSilent("village")
	b.delete(second)
	b.settle("village")
	b.expect("village", v1alpha1.ConditionReady, "True/Planned")
}

func TestScheduleOfSomebodyElseIsNotTouched(t *testing.T) {
	foreign := func(rosterName string, labels map[string]string) *v1alpha1.DutySchedule {
		return &v1alpha1.DutySchedule{
			ObjectMeta: metav1.ObjectMeta{Name: "village-2026-11", Labels: labels},
			Spec:       v1alpha1.DutyScheduleSpec{RosterRef: v1alpha1.LocalReference{Name: rosterName}, Month: "2026-11"},
		}
	}
	tests := map[string]struct {
		schedule *v1alpha1.DutySchedule
		says     []string
	}{
		"of another roster": {foreign("town", map[string]string{fromcrd.LabelRoster: "village"}), []string{"village-2026-11", "roster town", "delete it"}},
		"without the label": {foreign("village", nil), []string{"village-2026-11", "liaison.township.dev/roster=village", "delete it"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "2026-10-08")
			b.create(test.schedule, village().Obj())
			before := b.schedule("village-2026-11")
			b.settle("village")
			b.expect("village", v1alpha1.ConditionStalled, "True/NameTaken", test.says...)
			b.assertConsistent("village")
			if now := b.schedule("village-2026-11"); now.ResourceVersion != before.ResourceVersion {
				t.Error("the schedule of somebody else was written")
			}
			if got := b.receptions(); got != "2026-10-10 2026-12-10" {
				t.Errorf("receptions on %s, want the other months planned", got)
			}
			b.assertSilent("village")
			b.delete(before)
			b.settle("village")
			b.expect("village", v1alpha1.ConditionReady, "True/Planned")
		})
	}
}

func TestShiftsNobodyCanTakeAreTold(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(fixture.Roster("village").Deputy("d01").OnLeave("2026-11-02", "2026-11-06").DutyOn(v1alpha1.DutyWorkingDays, 1).Obj())
	b.settle("village")
	if got := *b.roster("village").Status.UncoveredShifts; got != 5 {
		t.Errorf("%d uncovered shifts, want 5", got)
	}
	b.expect("village", v1alpha1.ConditionReady, "True/Planned")
	b.expect("village", v1alpha1.ConditionScheduleReady, "False/ShiftsUncovered", "5 shifts", "2026-11-02", "list more deputies")
	november := b.schedule("village-2026-11")
	ready := meta.FindStatusCondition(november.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Status != metav1.ConditionFalse || !strings.Contains(ready.Message, "the duty of 2026-11-02 lacks 1") {
		t.Errorf("November's Ready is %+v", ready)
	}
	if told := b.events(); !slices.ContainsFunc(told, func(e string) bool { return strings.HasPrefix(e, "Warning ShiftsUncovered") }) {
		t.Errorf("events %q, want a warning", told)
	}
	b.assertSilent("village")
}

func TestWhatTheNextReceptionLacksIsToldApartFromOtherShifts(t *testing.T) {
	for name, test := range map[string]struct {
		roster          *fixture.RosterBuilder
		next, uncovered int32
	}{
		"a duty day in two months": {fixture.Roster("village").Deputy("d01").OnLeave("2026-12-02", "2026-12-02").ReceptionOn(10, 1, 0).
			DutyOn(v1alpha1.DutyWorkingDays, 1), 0, 1},
		"the reception after the next": {fixture.Roster("village").Deputy("d01").OnLeave("2026-11-10", "2026-11-10").ReceptionOn(10, 1, 0), 0, 1},
		"one of two places":            {fixture.Roster("village").Deputies(1).Deputy("d02").OnLeave("2026-10-10", "2026-10-10").ReceptionOn(10, 2, 0), 1, 1},
		"both places": {fixture.Roster("village").Deputy("d01").OnLeave("2026-10-10", "2026-10-10").Deputy("d02").OnLeave("2026-10-10", "2026-10-10").
			ReceptionOn(10, 2, 0), 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "2026-10-08")
			b.create(test.roster.Obj())
			b.settle("village")
			status := b.roster("village").Status
			if next := status.NextReception; next == nil || next.Date != "2026-10-10" || next.Uncovered == nil || *next.Uncovered != test.next {
				t.Errorf("the next reception is %+v, want one that lacks %d", next, test.next)
			}
			if *status.UncoveredShifts != test.uncovered {
				t.Errorf("%d uncovered shifts, want %d", *status.UncoveredShifts, test.uncovered)
			}
			b.assertSilent("village")
		})
	}
}

func TestPeopleWhoCannotComeToAnAnnouncedReceptionAreMissingThere(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Obj())
	b.settle("village")
	announced := b.shifts()[slices.IndexFunc(b.shifts(), func(s v1alpha1.Shift) bool { return s.Date == "2026-10-10" })]
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Leaders = []v1alpha1.Leader{{ID: "l09", Name: "新领导"}}
		deputy := slices.IndexFunc(r.Spec.Deputies, func(d v1alpha1.Deputy) bool { return d.ID == announced.Deputies[0] })
		r.Spec.Deputies[deputy].Leave = []v1alpha1.Leave{{From: "2026-10-09", Until: "2026-10-10"}}
	})
	b.settle("village")
	if status := b.roster("village").Status; *status.NextReception.Uncovered != 2 || *status.BrokenAnnouncements != 1 {
		t.Errorf("the reception lacks %d and %d shifts are broken, want the deputy and the leader of one shift",
			*status.NextReception.Uncovered, *status.BrokenAnnouncements)
	}
	b.unreadable("village")
	if next := b.roster("village").Status.NextReception; next.Uncovered == nil || *next.Uncovered != 2 {
		t.Errorf("without a new plan the next reception is %+v, want what was told of it", next)
	}
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Overrides = []v1alpha1.Override{{Date: "2026-10-10", Kind: v1alpha1.ShiftReception, Deputies: []string{"d04"}, Leader: "l09"}}
	})
	b.settle("village")
	if status := b.roster("village").Status; *status.NextReception.Uncovered != 0 || *status.BrokenAnnouncements != 0 {
		t.Errorf("decided by hand, the reception lacks %d and %d shifts are broken", *status.NextReception.Uncovered, *status.BrokenAnnouncements)
	}
	b.goTo("2026-10-13")
	b.unreadable("village")
	if next := b.roster("village").Status.NextReception; next.Date != "2026-11-10" || next.Uncovered != nil {
		t.Errorf("without a plan since the last reception the next one is %+v, want it to tell nothing of who is missing", next)
	}
	b.settle("village")
	if next := b.roster("village").Status.NextReception; next.Uncovered == nil || *next.Uncovered != 0 {
		t.Errorf("with a plan the next reception is %+v, want it to lack nobody", next)
	}
	b.assertSilent("village")
}

func TestDeletedMonthComesBackAsItWas(t *testing.T) {
	b := newBench(t, "2026-03-02")
	b.create(village().Obj())
	b.settle("village")
	b.goTo("2026-04-20")
	b.settle("village")
	before := b.shifts()
	b.delete(b.schedule("village-2026-04"))
	b.settle("village")
	if diff := cmp.Diff(before, b.shifts()); diff != "" {
		t.Errorf("shifts (-before +after):\n%s", diff)
	}
	b.assertSilent("village")
}

func TestShorterHorizonLeavesNoStalePlans(t *testing.T) {
	b := newBench(t, "2026-03-02")
	b.create(village().Horizon(5).Obj())
	b.settle("village")
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.HorizonMonths = 2
		r.Spec.Deputies = slices.DeleteFunc(r.Spec.Deputies, func(d v1alpha1.Deputy) bool { return d.ID == "d03" })
	})
	b.settle("village")
	for _, shift := range b.shifts() {
		if shift.Date > "2026-03-05" && slices.Contains(shift.Deputies, "d03") {
			t.Errorf("d03 is off the roster and on duty on %s", shift.Date)
		}
	}
	if got := len(b.schedules()); got != 5 {
		t.Errorf("%d schedules, want the five that were published", got)
	}
	b.assertSilent("village")
}

func TestDeletedRosterIsNoError(t *testing.T) {
	b := newBench(t, "2026-03-02")
	if result := b.reconcile("nobody"); result.RequeueAfter != 0 {
		t.Errorf("a roster that is not there is looked at again after %s", result.RequeueAfter)
	}
}

func TestAnUnknownYearIsAConditionAnEventAndProvisional(t *testing.T) {
	b := newBench(t, "2026-11-25")
	b.create(village().Obj())
	b.settle("village")
	b.expect("village", v1alpha1.ConditionCalendarKnown, "False/YearUnknown", "2027", "2026-12-25", "HolidayCalendar")
	status := b.roster("village").Status
	if status.ProvisionalFrom != "2026-12-25" || !slices.Equal(status.Calendar.Known, []int32{2026}) || !slices.Equal(status.Calendar.Unknown, []int32{2027}) {
		t.Errorf("provisional from %s, calendar %+v", status.ProvisionalFrom, status.Calendar)
	}
	if told := b.events(); !slices.ContainsFunc(told, func(e string) bool { return strings.HasPrefix(e, "Warning YearUnknown") }) {
		t.Errorf("events %q, want a warning of the unknown year", told)
	}
	b.create(fixture.HolidayCalendar("next").Year(2027).Off("2027-01-01", "元旦").Obj())
	b.settle("village")
	b.expect("village", v1alpha1.ConditionCalendarKnown, "True/YearsKnown")
	if status := b.roster("village").Status; status.ProvisionalFrom != "" || status.Calendar.Unknown != nil {
		t.Errorf("after the notice: provisional from %q, calendar %+v", status.ProvisionalFrom, status.Calendar)
	}
	b.assertSilent("village")
}

func TestABrokenAnnouncementIsToldAndAnOverrideMendsIt(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Obj())
	b.settle("village")
	b.events()
	before := b.shifts()
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Deputies[1].Leave = []v1alpha1.Leave{{From: "2026-10-09", Until: "2026-10-09", Reason: "住院"}}
	})
	b.settle("village")
	b.expect("village", v1alpha1.ConditionAnnouncementsHold, "False/DeputyUnavailable", "the duty of 2026-10-09: deputy d02 is on leave", "spec.overrides")
	b.expect("village", v1alpha1.ConditionReady, "True/Planned")
	if got := *b.roster("village").Status.BrokenAnnouncements; got != 1 {
		t.Errorf("%d broken announcements, want 1", got)
	}
	if told := b.events(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning DeputyUnavailable") || strings.Contains(told[0], "住院") {
		t.Errorf("events %q, want one warning without the reason for leave", told)
	}
	if diff := cmp.Diff(before[:4], b.shifts()[:4]); diff != "" {
		t.Errorf("announced shifts changed by themselves:\n%s", diff)
	}
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Overrides = []v1alpha1.Override{{Date: "2026-10-09", Kind: v1alpha1.ShiftDuty, Deputies: []string{"d04"}, Reason: "替班"}}
	})
	b.settle("village")
	b.expect("village", v1alpha1.ConditionAnnouncementsHold, "True/AsAnnounced")
	mended := v1alpha1.Shift{Date: "2026-10-09", Kind: v1alpha1.ShiftDuty, Deputies: []string{"d04"}, Origin: v1alpha1.OriginOverride}
	if i := slices.IndexFunc(b.shifts(), func(s v1alpha1.Shift) bool { return s.Date == "2026-10-09" }); !cmp.Equal(b.shifts()[i], mended) {
		t.Errorf("the duty of 9 October (-want +got):\n%s", cmp.Diff(mended, b.shifts()[i]))
	}
	b.assertSilent("village")
}

func TestAnnouncedDayThatBecomesAHolidayIsTold(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Obj())
	b.settle("village")
	b.create(fixture.HolidayCalendar("amended").AsPublished(2026).Off("2026-10-09", "调整").Obj())
	b.settle("village")
	b.expect("village", v1alpha1.ConditionAnnouncementsHold, "False/DayOff", "the duty of 2026-10-09 falls on 调整")
	b.assertSilent("village")
}

func TestOldMonthsAreDeletedAndTheirTurnsLiveOn(t *testing.T) {
	b := newBench(t, "2026-01-05")
	declared := village().Horizon(1).Obj()
	declared.Spec.HistoryMonths = 2
	b.create(declared)
	for _, day := range []string{"2026-01-05", "2026-02-02", "2026-03-02", "2026-04-01", "2026-05-06"} {
		b.goTo(day)
		b.settle("village")
	}
	var months []string
	for _, schedule := range b.schedules() {
		months = append(months, schedule.Spec.Month)
	}
	if diff := cmp.Diff([]string{"2026-03", "2026-04", "2026-05"}, months); diff != "" {
		t.Errorf("months kept (-want +got):\n%s", diff)
	}
	if got := b.schedule("village-2026-05").Spec.OpeningLedgers.Receptions; got != 4 {
		t.Errorf("May opens after %d receptions, want the 4 since January", got)
	}
	b.assertSilent("village")
}

func TestTurnsOutliveALongStandstillOfTheOperator(t *testing.T) {
	b := newBench(t, "2026-01-05")
	b.create(village().Horizon(1).Obj())
	b.settle("village")
	b.goTo("2026-06-01")
	b.settle("village")
	june := b.schedule("village-2026-06").Spec
	if june.OpeningLedgers.Receptions != 1 || len(june.OpeningLedgers.Duty) != 5 || june.OpeningLedgers.Duty[0].Turns == 0 {
		t.Errorf("June opens with %+v, want January's turns", june.OpeningLedgers)
	}
	if got := b.receptions(); got != "2026-01-12 2026-06-10" {
		t.Errorf("receptions on %s, want none made up for the months between", got)
	}
	b.assertSilent("village")
}

func TestAChangeInOneRosterReplansThatOneAlone(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.create(village().Obj(), fixture.Roster("town").Deputies(5).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj())
	b.settle("village")
	b.settle("town")
	versions := map[string]string{}
	for _, schedule := range b.schedules() {
		versions[schedule.Name] = schedule.ResourceVersion
	}
	b.edit("village", func(r *v1alpha1.DeputyRoster) {
		r.Spec.Deputies[2].Leave = []v1alpha1.Leave{{From: "2026-11-02", Until: "2026-11-30"}}
	})
	b.settle("village")
	b.settle("town")
	for _, schedule := range b.schedules() {
		moved := versions[schedule.Name] != schedule.ResourceVersion
		if schedule.Spec.RosterRef.Name == "town" && moved || schedule.Name == "village-2026-11" && !moved {
			t.Errorf("%s was written: %t", schedule.Name, moved)
		}
	}
}

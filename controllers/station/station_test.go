package station_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// children are the objects that a station's namespace must hold, by kind, all but what the data lies in.
func (s *stage) children(name string) []client.Object {
	meta := s.meta(station.IntakeName(name))
	return []client.Object{
		&corev1.ConfigMap{ObjectMeta: meta}, &corev1.Service{ObjectMeta: meta}, &corev1.ServiceAccount{ObjectMeta: meta},
		&appsv1.StatefulSet{ObjectMeta: meta}, &networkingv1.NetworkPolicy{ObjectMeta: meta},
	}
}

// data is what residents' data lies in.
func (s *stage) data(name string) (claim *corev1.PersistentVolumeClaim, dataSecret, staffSecret *corev1.Secret) {
	return &corev1.PersistentVolumeClaim{ObjectMeta: s.meta(station.DataName(name))},
		&corev1.Secret{ObjectMeta: s.meta(station.DataName(name))},
		&corev1.Secret{ObjectMeta: s.meta(station.StaffName(name))}
}

func (s *stage) everything(name string) []client.Object {
	claim, dataSecret, staffSecret := s.data(name)
	return append(s.children(name), claim, dataSecret, staffSecret)
}

func TestAStationGetsAnIntakeAndIsReadyOnceItAnswers(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	for _, child := range s.everything("zhongduo") {
		s.appears(child, nil)
		if got := child.GetLabels()[station.LabelStation]; got != "zhongduo" {
			t.Errorf("%T has the station label %q", child, got)
		}
		if got, want := child.GetAnnotations()[station.AnnotationStation], s.namespace+"/zhongduo"; got != want {
			t.Errorf("%T has the station annotation %q, want %q", child, got, want)
		}
	}
	s.until("zhongduo", "Ready", "False/Starting")
	s.until("zhongduo", "Reconciling", "True/Starting")

	s.podIs("zhongduo", ready)

	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.until("zhongduo", "Reconciling", "False/Settled")
	s.happened("Normal IntakeAnswers")
	if got, want := s.station("zhongduo").Status.URL, "http://zhongduo-intake."+s.namespace+".svc"; got != want {
		t.Errorf("url is %s, want %s", got, want)
	}
	s.settle("zhongduo")
}

func TestSettledMeansSilentAlsoForAnOperatorStartedAnew(t *testing.T) {
	s := newStage(t)
	cluster.Create(t,
		fixture.Roster("west").In(s.namespace).Deputies(3).Obj(),
		fixture.Plan("west", "2026-10").In(s.namespace).Duty("2026-10-10", "d02").Obj(),
		fixture.Station("zhongduo").In(s.namespace).WithRoster("west").Village("141028204207", "白额村", "d01").Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Reconciling", "False/Settled")
	s.settle("zhongduo")
	before := cluster.Versions(t, s.namespace, everyKind()...)

	s.operator.stop()
	s.clock.SetTime(saturday.Add(time.Hour))
	s.operator = s.start()

	for range 3 {
		if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
			t.Fatal(err)
		}
	}
	if !before.Same(cluster.Versions(t, s.namespace, everyKind()...)) {
		t.Error("the new operator wrote to a settled station")
	}
	if n := s.totalWrites(); n != 0 {
		t.Errorf("the new operator sent %v writes for a settled station", n)
	}
}

func TestADeletedChildComesBack(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	for _, child := range s.children("zhongduo") {
		cluster.Get(t, child)
		uid := child.GetUID()
		if err := cluster.Client.Delete(t.Context(), child); err != nil {
			t.Fatal(err)
		}
		s.appears(child, func() error {
			if child.GetUID() == uid {
				return errors.New("it is still the old one")
			}
			return nil
		})
	}
}

func TestAnEditedChildIsRepairedAndWhatOthersAddedStays(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")

	set := &appsv1.StatefulSet{ObjectMeta: s.meta("zhongduo-intake")}
	s.edit(set, func() {
		set.Spec.Replicas = new(int32(3))
		set.Spec.Template.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem = new(false)
		set.Labels["team"] = "theirs"
	})
	s.appears(set, func() error {
		if *set.Spec.Replicas != 1 || !*set.Spec.Template.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem {
			return errors.New("it is not repaired")
		}
		return nil
	})
	if set.Labels["team"] != "theirs" {
		t.Error("a label of someone else was removed")
	}

	policy := &networkingv1.NetworkPolicy{ObjectMeta: s.meta("zhongduo-intake")}
	s.edit(policy, func() { policy.Spec.Ingress = append(policy.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{}) })
	s.appears(policy, func() error {
		if n := len(policy.Spec.Ingress); n != 2 {
			return fmt.Errorf("it has %d ingress rules", n)
		}
		return nil
	})

	labels := &corev1.Service{ObjectMeta: s.meta("zhongduo-intake")}
	s.edit(labels, func() { delete(labels.Labels, station.LabelManagedBy) })
	s.appears(labels, func() error {
		if labels.Labels[station.LabelManagedBy] == "" {
			return errors.New("it is still out of the cache")
		}
		return nil
	})
}

func TestAForeignObjectStallsTheStationAndIsNotTouched(t *testing.T) {
	s := newStage(t)
	foreign := &corev1.Service{ObjectMeta: s.meta("zhongduo-intake"), Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 1}}}}
	if err := cluster.Client.Create(t.Context(), foreign, client.FieldOwner("helm")); err != nil {
		t.Fatal(err)
	}
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())

	stalled := s.until("zhongduo", "Stalled", "True/NameTaken")
	for _, part := range []string{"Service zhongduo-intake", "helm", "rename or delete"} {
		if !strings.Contains(stalled.Message, part) {
			t.Errorf("the condition says %q, not %q", stalled.Message, part)
		}
	}
	s.until("zhongduo", "Ready", "False/NameTaken")
	s.happened("Warning NameTaken")
	live := foreign.DeepCopy()
	cluster.Get(t, live)
	if live.ResourceVersion != foreign.ResourceVersion {
		t.Error("the foreign Service was written to")
	}
	if set := (&appsv1.StatefulSet{ObjectMeta: s.meta("zhongduo-intake")}); cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(set), set) == nil {
		t.Error("the intake was started without its Service")
	}
	s.settle("zhongduo")

	if err := cluster.Client.Delete(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	s.until("zhongduo", "Stalled", "False")
}

func TestKeptDataIsFoundAgainByAStationOfTheSameName(t *testing.T) {
	s := newStage(t)
	declared := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, declared.DeepCopy())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	claim, dataSecret, staffSecret := s.data("zhongduo")
	for _, kept := range []client.Object{claim, dataSecret, staffSecret} {
		cluster.Get(t, kept)
		if owners := kept.GetOwnerReferences(); len(owners) != 0 {
			t.Errorf("%T %s would go with the station: %v", kept, kept.GetName(), owners)
		}
	}
	keyBefore, passwordBefore := dataSecret.Data[station.DataKey], staffSecret.Data["guanli1"]

	s.deleteWithChildren("zhongduo")
	again := declared.DeepCopy()
	again.Spec.Staff.Administrators = append(again.Spec.Staff.Administrators, v1alpha1.Administrator{Username: "guanli2", Name: "管理员二"})
	cluster.Create(t, again)

	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	uid := claim.UID
	cluster.Get(t, claim)
	cluster.Get(t, dataSecret)
	s.appears(staffSecret, func() error {
		if len(staffSecret.Data["guanli2"]) == 0 {
			return errors.New("the new administrator has no password")
		}
		return nil
	})
	if claim.UID != uid {
		t.Error("the claim is another one")
	}
	if !bytes.Equal(dataSecret.Data[station.DataKey], keyBefore) || !bytes.Equal(staffSecret.Data["guanli1"], passwordBefore) {
		t.Error("a kept Secret was generated anew; what was encrypted with it is lost")
	}
	s.settle("zhongduo")
}

// deleteWithChildren plays the garbage collector.
func (s *stage) deleteWithChildren(name string) {
	s.Helper()
	st := s.station(name)
	if err := cluster.Client.Delete(s.Context(), st); err != nil {
		s.Fatal(err)
	}
	pod := &corev1.Pod{ObjectMeta: s.meta(station.PodName(name))}
	for _, obj := range append(s.everything(name), pod) {
		cluster.Get(s, obj)
		owned := slices.ContainsFunc(obj.GetOwnerReferences(), func(ref metav1.OwnerReference) bool { return ref.UID == st.UID })
		if owned || obj == client.Object(pod) {
			if err := cluster.Client.Delete(s.Context(), obj, client.GracePeriodSeconds(0)); err != nil {
				s.Fatal(err)
			}
		}
	}
}

func TestAStationCreatedAgainWaitsForTheChildrenOfItsPredecessor(t *testing.T) {
	s := newStage(t)
	declared := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, declared.DeepCopy())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	old := s.station("zhongduo")
	if err := cluster.Client.Delete(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	cluster.Create(t, declared.DeepCopy())

	s.until("zhongduo", "Ready", "False/ChildLeaving")
	s.until("zhongduo", "Reconciling", "True/ChildLeaving")
	for _, child := range s.children("zhongduo") {
		cluster.Get(t, child)
		if uid := child.GetOwnerReferences()[0].UID; uid != old.UID {
			t.Errorf("%T was taken over while the garbage collector is about to delete it", child)
		}
		if err := cluster.Client.Delete(t.Context(), child); err != nil {
			t.Fatal(err)
		}
	}
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
}

func TestReclaimPolicyDecidesWhetherDataGoesWithTheStation(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).DeletedWithItsData().Obj()
	cluster.Create(t, st)
	claim, dataSecret, staffSecret := s.data("zhongduo")
	owned := func(want bool) {
		t.Helper()
		for _, obj := range []client.Object{claim, dataSecret, staffSecret} {
			s.appears(obj, func() error {
				owners := obj.GetOwnerReferences()
				if got := len(owners) == 1 && owners[0].UID == st.UID && *owners[0].Controller; got != want {
					return fmt.Errorf("owner references are %v, want the station's: %v", owners, want)
				}
				return nil
			})
		}
	}
	owned(true)
	s.edit(st, func() { st.Spec.ReclaimPolicy = v1alpha1.ReclaimRetain })
	owned(false)
	s.edit(st, func() { st.Spec.ReclaimPolicy = v1alpha1.ReclaimDelete })
	owned(true)
	s.settle("zhongduo")
}

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

func TestAnUnschedulablePodIsExplained(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	claim, _, _ := s.data("zhongduo")
	s.appears(claim, nil)
	claim.Status.Phase = corev1.ClaimBound
	if err := cluster.Client.Status().Update(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	s.podIs("zhongduo", corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: "0/1 nodes are available: 1 Insufficient memory.",
	}}})
	why := s.until("zhongduo", "IntakeAvailable", "False/Unschedulable")
	if !strings.Contains(why.Message, "1 Insufficient memory") || !strings.Contains(why.Message, "spec.intake.resources") {
		t.Errorf("IntakeAvailable says %q, want the scheduler's words and a remedy", why.Message)
	}
	s.until("zhongduo", "Ready", "False/Unschedulable")
	s.until("zhongduo", "Reconciling", "True/Unschedulable")
	s.happened("Warning Unschedulable")
	s.clock.SetTime(saturday.Add(6 * time.Minute))
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	s.until("zhongduo", "Stalled", "True/Unschedulable")
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
}

func TestStatusOfOtherOwnersStays(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.until("zhongduo", "Ready", "False")
	backlog := applyv1alpha1.LiaisonStation("zhongduo", s.namespace).WithStatus(applyv1alpha1.LiaisonStationStatus().
		WithIntakeVersion("1").WithBacklog(applyv1alpha1.Backlog().WithPending(1).WithOverdue(0).WithReceived(56).WithClosed(55).WithVisits(68)))
	if err := cluster.Client.Status().Apply(t.Context(), backlog, client.FieldOwner("liaison-backlog")); err != nil {
		t.Fatal(err)
	}
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	st := s.station("zhongduo")
	if st.Status.Backlog == nil || st.Status.Backlog.Pending != 1 || st.Status.IntakeVersion != "1" {
		t.Errorf("after a status write of ours the backlog is %+v of version %q", st.Status.Backlog, st.Status.IntakeVersion)
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

func TestNothingIsMadeInTheOperatorsNamespace(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	if made := cluster.Versions(t, s.operatorNamespace, everyKind()...); len(made) != 0 {
		t.Errorf("the operator's namespace holds %v", slices.Sorted(maps.Keys(made)))
	}
}

package station_test

import (
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
	"sigs.k8s.io/controller-runtime/pkg/client"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
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
	s.passes(6 * time.Minute)
	s.until("zhongduo", "Stalled", "True/Unschedulable")
	s.happened("Warning Unschedulable")
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
}

func TestACorrectedSpecIsGivenTimeHoweverLongTheStationWasDown(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).WithImage("registry.example/wrong:1").Obj()
	cluster.Create(t, st)
	s.podIs("zhongduo", corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{{
		Name: "intake", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}},
	}}})
	s.until("zhongduo", "Reconciling", "True/ImageNotPulled")
	s.passes(6 * time.Minute)
	s.until("zhongduo", "Stalled", "True/ImageNotPulled")

	s.edit(st, func() { st.Spec.Intake.Image = "registry.example/right:1" })
	s.until("zhongduo", "Reconciling", "True/ImageNotPulled")
	s.until("zhongduo", "Stalled", "False")
	s.passes(4 * time.Minute)
	s.until("zhongduo", "Stalled", "False")
	s.passes(2 * time.Minute)
	s.until("zhongduo", "Stalled", "True/ImageNotPulled")
	s.settle("zhongduo")
}

// passes lets time go by and has the station looked at, once the operator sees it as it is.
func (s *stage) passes(d time.Duration) {
	s.Helper()
	controlplane.Eventually(s, "the operator's cache has the last status", func(ctx context.Context) error {
		live, cached := s.station("zhongduo"), &v1alpha1.LiaisonStation{}
		if err := s.operator.reconciler.Client.Get(ctx, client.ObjectKeyFromObject(live), cached); err != nil {
			return err
		}
		if cached.ResourceVersion != live.ResourceVersion {
			return fmt.Errorf("it has version %s of %s", cached.ResourceVersion, live.ResourceVersion)
		}
		return nil
	})
	s.clock.SetTime(s.clock.Now().Add(d))
	if err := s.reconcile(s.Context(), "zhongduo"); err != nil {
		s.Fatal(err)
	}
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

func TestNothingIsMadeInTheOperatorsNamespace(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	if made := cluster.Versions(t, s.operatorNamespace, everyKind()...); len(made) != 0 {
		t.Errorf("the operator's namespace holds %v", slices.Sorted(maps.Keys(made)))
	}
}

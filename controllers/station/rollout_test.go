package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

const (
	oldImage = "example.test/liaison-intake:1"
	newImage = "example.test/liaison-intake:2"
)

// inWaves is a stage with as many ready stations, each with the old image, whose operator updates them in waves of the budget.
func inWaves(t *testing.T, budget string, names ...string) *stage {
	t.Helper()
	s := newStage(t)
	s.restartWith(budget, oldImage)
	for _, name := range names {
		cluster.Create(t, fixture.Station(name).In(s.namespace).Obj())
	}
	for _, name := range names {
		s.podIs(name, ready)
		s.until(name, "Ready", "True")
		s.until(name, "UpToDate", "True")
	}
	return s
}

// restartWith stops the operator and starts another, with another image for all stations.
func (s *stage) restartWith(budget, image string) {
	s.Helper()
	s.restart(func(r *station.Reconciler) {
		r.Waves = waves.New(intstr.Parse(budget))
		r.Options.DefaultIntakeImage = image
	})
}

func (s *stage) set(name string) *appsv1.StatefulSet {
	s.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName(name))}
	cluster.Get(s, set)
	return set
}

// have lists the stations whose StatefulSet asks for the image.
func (s *stage) have(image string, names ...string) []string {
	s.Helper()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.set(name).Spec.Template.Spec.Containers[0].Image != image })
}

// reach waits until as many stations have the image, and returns them.
func (s *stage) reach(image string, n int, names ...string) (have []string) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%d stations have %s", n, image), func(context.Context) error {
		if have = s.have(image, names...); len(have) != n {
			return fmt.Errorf("%v have it; %v", have, s.operator.reconciler.Waves.Progress())
		}
		return nil
	})
	return have
}

// replaced plays the StatefulSet controller: the pod is another one and ready.
func (s *stage) replaced(name string, status corev1.PodStatus) {
	s.Helper()
	pod := &corev1.Pod{ObjectMeta: s.meta(station.PodName(name))}
	if err := cluster.Client.Delete(s.Context(), pod, client.GracePeriodSeconds(0)); err != nil {
		s.Fatal(err)
	}
	s.podIs(name, status)
}

// stays asserts that exactly these have the image though every station is looked at once more.
func (s *stage) stays(image string, want []string, names ...string) {
	s.Helper()
	for _, name := range names {
		if err := s.reconcile(s.Context(), name); err != nil {
			s.Fatal(err)
		}
	}
	if have := s.have(image, names...); !slices.Equal(have, want) {
		s.Errorf("%v have %s, want %v", have, image, want)
	}
}

func TestANewImageReachesTheStationsAFewAtATime(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie", "delta"}
	s := inWaves(t, "2", all...)
	s.restartWith("2", newImage)
	seen := map[string]bool{}
	for range 2 {
		have := s.reach(newImage, len(seen)+2, all...)
		s.stays(newImage, have, all...)
		for _, name := range have {
			if !seen[name] {
				s.until(name, "UpToDate", "False/"+station.ReasonUpdating)
				s.replaced(name, ready)
			}
			seen[name] = true
		}
	}
	for _, name := range all {
		s.until(name, "UpToDate", "True")
		s.until(name, "Ready", "True")
	}
	s.settle("alpha")
}

// A node dates the readiness of its pods by a clock of its own, which nobody may have set.
func TestANodesClockNeitherHaltsAnUpgradeNorProvesIt(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := inWaves(t, "1", "zhongduo")
			s.restart(func(r *station.Reconciler) {
				r.Waves, r.Options.DefaultIntakeImage, r.Options.Soak = waves.New(intstr.FromInt32(1)), newImage, time.Minute
			})
			s.reach(newImage, 1, "zhongduo")
			s.until("zhongduo", "Reconciling", "True")
			dated := *ready.DeepCopy()
			dated.Conditions[0].LastTransitionTime = metav1.NewTime(s.clock.Now().Add(off))
			s.replaced("zhongduo", dated)
			s.until("zhongduo", "Reconciling", "False")
			s.until("zhongduo", "UpToDate", "False/"+station.ReasonUpdating)
			s.passes(time.Minute)
			s.until("zhongduo", "UpToDate", "True")
		})
	}
}

func TestAStationThatWaitsIsServedAsBefore(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)[0]
	waiting := all[1-slices.Index(all, first)]
	s.until(waiting, "UpToDate", "False/"+station.ReasonWaitsForTurn)
	s.until(waiting, "Ready", "True")
	s.until(waiting, "Reconciling", "False")
	s.settle(waiting)

	// What is edited by hand is put right meanwhile.
	set := s.set(waiting)
	s.edit(set, func() { set.Spec.Template.Spec.Containers[0].Image = "example.test/by-hand:1" })
	controlplane.Eventually(s, "the image is put right", func(context.Context) error {
		if has := s.set(waiting).Spec.Template.Spec.Containers[0].Image; has != oldImage {
			return fmt.Errorf("it is %s", has)
		}
		return nil
	})
}

// A quota or a policy refuses the StatefulSet of the one whose turn it is.
func TestAnUpdateThatCannotBeWrittenIsNotTakenForDone(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	policy := refuseStatefulSets(t, s.namespace)
	s.restartWith("1", newImage)
	controlplane.Eventually(s, "the refusal halts the upgrade", func(context.Context) error {
		if p := s.operator.reconciler.Waves.Progress(); !p.Halted() {
			return fmt.Errorf("progress %v", p)
		}
		return nil
	})
	s.stays(newImage, nil, all...)
	for _, obj := range policy {
		if err := cluster.Client.Delete(t.Context(), obj); err != nil {
			t.Fatal(err)
		}
	}
	controlplane.Eventually(s, "the upgrade goes on", func(ctx context.Context) error {
		for _, name := range all {
			if err := s.reconcile(ctx, name); err != nil {
				return err
			}
		}
		if have := s.have(newImage, all...); len(have) == 0 {
			return errors.New("nobody has the new image")
		}
		return nil
	})
}

// refuseStatefulSets in the namespace, by a policy of the cluster's.
func refuseStatefulSets(t *testing.T, namespace string) []client.Object {
	t.Helper()
	policy := &admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "no-sets-in-" + namespace},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
				Operations: []admissionv1.OperationType{admissionv1.Update},
				Rule:       admissionv1.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"statefulsets"}},
			}}}},
			Validations: []admissionv1.Validation{{Expression: "false", Message: "no change is allowed today"}},
		},
	}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy.Name},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: policy.Name, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}},
		},
	}
	cluster.Create(t, policy, binding)
	t.Cleanup(func() {
		for _, obj := range []client.Object{policy, binding} {
			_ = cluster.Client.Delete(context.Background(), obj) // the test may have done so
		}
	})
	set := &appsv1.StatefulSet{}
	controlplane.Eventually(t, "the policy is in force", func(ctx context.Context) error {
		sets := &appsv1.StatefulSetList{}
		if err := cluster.Client.List(ctx, sets, client.InNamespace(namespace)); err != nil {
			return err
		}
		*set = sets.Items[0]
		set.Labels["probe"] = "probe"
		if err := cluster.Client.Update(ctx, set, client.DryRunAll); !apierrors.IsInvalid(err) {
			return errors.Join(errors.New("a change is not refused by the policy"), err)
		}
		return nil
	})
	return []client.Object{binding, policy}
}

func TestAFailedUpdateHaltsTheOthersUntilTheImageIsTakenBack(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)[0]
	s.replaced(first, crashing)
	s.until(first, "IntakeAvailable", "False")
	s.clock.SetTime(s.clock.Now().Add(6 * time.Minute))
	controlplane.Eventually(s, "the update counts as failed", func(ctx context.Context) error {
		if err := s.reconcile(ctx, first); err != nil {
			return err
		}
		if !s.operator.reconciler.Waves.Progress().Halted() {
			return errors.New("the others go on")
		}
		return nil
	})
	s.until(first, "UpToDate", "False/"+station.ReasonUpdateFailed)
	s.happened(station.ReasonUpdateFailed)
	s.stays(newImage, []string{first}, all...)

	// The township that edits its own station is not held back.
	other := all[0]
	if other == first {
		other = all[1]
	}
	own := fixture.Station(other).In(s.namespace).Obj()
	s.edit(own, func() { own.Spec.Intake.NodeSelector = map[string]string{"pool": "stations"} })
	s.appears(s.set(other), nil)
	controlplane.Eventually(s, "its own change is made", func(context.Context) error {
		if s.set(other).Spec.Template.Spec.NodeSelector["pool"] == "" {
			return errors.New("it is held back")
		}
		return nil
	})
	s.stays(newImage, []string{first}, all...) // with what the station has of the county

	s.restartWith("1", oldImage)
	s.reach(newImage, 0, all...)
	s.replaced(first, ready)
	s.until(first, "UpToDate", "True")
}

func TestPeopleAreToldWhereAnUpgradeStands(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	told := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.operatorNamespace, Name: waves.NoticeName}}
	tick, _ := s.notice(s.operator.reconciler.Waves, oldImage)
	tick()
	if err := cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(told), told); !apierrors.IsNotFound(err) {
		t.Errorf("before the first upgrade: %v", err)
	}

	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)[0]
	for _, name := range all {
		s.until(name, "UpToDate", "False")
	}
	tick, announced := s.notice(s.operator.reconciler.Waves, newImage)
	tick()
	cluster.Get(t, told)
	const underWay = "0 of 2 stations are up to date, 1 are being updated, 1 wait for their turn; image example.test/liaison-intake:2 where they name none."
	if told.Data["status"] != underWay || told.Data["waiting"] != "1" || told.Data["updating"] != "1" {
		t.Errorf("told %v", told.Data)
	}
	version := told.ResourceVersion
	tick()
	if cluster.Get(t, told); told.ResourceVersion != version {
		t.Error("the same is written twice")
	}
	s.replaced(first, ready)
	s.reach(newImage, 2, all...)
	s.replaced(all[1-slices.Index(all, first)], ready)
	for _, name := range all {
		s.until(name, "UpToDate", "True")
	}
	tick()
	if cluster.Get(t, told); !strings.HasPrefix(told.Data["status"], "All 2 stations have") {
		t.Errorf("told %v", told.Data)
	}
	wantAnnounced(t, announced,
		"Normal RolloutStarted "+underWay, "Normal RolloutComplete All 2 stations have what the operator gives them; image "+newImage+" where they name none.")
	// Another leader finds it said already.
	version = told.ResourceVersion
	tick, announced = s.notice(s.operator.reconciler.Waves, newImage)
	tick()
	if cluster.Get(t, told); told.ResourceVersion != version {
		t.Error("another leader writes what stands there")
	}
	wantAnnounced(t, announced)
}

func TestAHaltIsAnnouncedAndSoIsItsEnd(t *testing.T) {
	s, county := newStage(t), waves.New(intstr.FromInt32(1))
	county.Expect(nil)
	tick, announced := s.notice(county, newImage)
	for _, place := range []waves.Place{waves.Updating, waves.Failed, waves.Failed, waves.Updating, waves.Failed, waves.Current} {
		county.Report(waves.Station{}, place)
		tick()
	}
	var reasons []string
	for _, event := range drain(announced) {
		reasons = append(reasons, strings.Join(strings.Fields(event)[:2], " "))
	}
	want := []string{
		"Normal RolloutStarted", "Warning RolloutHalted", "Normal RolloutResumed", "Warning RolloutHalted", "Normal RolloutComplete",
	}
	if !slices.Equal(reasons, want) {
		t.Errorf("announced %q, want %q", reasons, want)
	}
}

func wantAnnounced(t *testing.T, announced <-chan string, want ...string) {
	t.Helper()
	if got := drain(announced); !slices.Equal(got, want) {
		t.Errorf("announced %q, want %q", got, want)
	}
}

// drain what has been announced so far.
func drain(announced <-chan string) []string {
	var all []string
	for len(announced) > 0 {
		all = append(all, <-announced)
	}
	return all
}

// notice starts what tells people, and returns its tick, which ends when all is told, and the events.
func (s *stage) notice(county *waves.Waves, image string) (tick func(), announced <-chan string) {
	s.Helper()
	ticks, recorder := make(chan time.Time), events.NewFakeRecorder(100)
	n := &waves.Notice{
		Waves: county, Client: cluster.Client, Reader: cluster.Client, Namespace: s.operatorNamespace, Image: image,
		Recorder: recorder, Tick: ticks,
	}
	ctx, cancel := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Start(ctx) }()
	s.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.Error(err)
		}
	})
	tick = func() {
		ticks <- time.Time{}
		ticks <- time.Time{} // is taken once the first is dealt with
	}
	return tick, recorder.Events
}

func TestCanariesHaveTheirTurnFirst(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "3", all...)
	canary := fixture.Station("charlie").In(s.namespace).Obj()
	s.edit(canary, func() { canary.Labels = map[string]string{station.LabelCanary: station.CanaryFirst} })
	s.restartWith("3", newImage)
	if have := s.reach(newImage, 1, all...); have[0] != "charlie" {
		t.Fatalf("%v go first", have)
	}
	s.stays(newImage, []string{"charlie"}, all...)
	s.replaced("charlie", ready)
	s.reach(newImage, 3, all...)
}

func TestAnotherVersionOfTheOperatorRestartsNothing(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	s.operator.stop()
	// As the versions before had it, whose StatefulSets bore no mark.
	for _, name := range all {
		set := s.set(name)
		delete(set.Annotations, station.AnnotationCounty)
		if err := cluster.Client.Update(s.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	generations := map[string]int64{}
	for _, name := range all {
		generations[name] = s.set(name).Generation
	}
	s.restartWith("1", oldImage)
	for _, name := range all {
		set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName(name))}
		s.appears(set, func() error {
			if set.Annotations[station.AnnotationCounty] == "" {
				return errors.New("the county's share is not written down")
			}
			return nil
		})
	}
	for _, name := range all {
		s.settle(name)
		if set := s.set(name); set.Generation != generations[name] {
			t.Errorf("%s: generation %d, before %d", name, set.Generation, generations[name])
		}
	}
}

func TestAStationThatIsDownHasTheImageAtOnceWhenAnotherHasProvedIt(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	s.replaced("alpha", crashing)
	s.until("alpha", "IntakeAvailable", "False")
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)
	if first[0] == "alpha" {
		t.Fatal("the one that is down is to prove the image")
	}
	s.stays(newImage, first, all...)
	s.replaced(first[0], ready)
	// The next in line and the one that is down, beside the first.
	s.reach(newImage, 3, all...)
	if p := s.operator.reconciler.Waves.Progress(); p.Halted() || p.Stations[waves.Updating] != 1 {
		t.Errorf("progress %+v", p)
	}
}

// A drained node takes the pods of stations that wait. They come back as they were.
func TestAnImageThatFailedReachesNobodyWhoGoesDown(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s, failed := halted(t, 1, all...)
	for _, name := range all {
		if name != failed {
			s.replaced(name, crashing)
			s.until(name, "IntakeAvailable", "False")
		}
	}
	s.stays(newImage, []string{failed}, all...)
	s.restartWith("1", newImage)
	s.halts(failed)
	s.stays(newImage, []string{failed}, all...)
}

// A county whose first image cannot be pulled has no station that could prove the next.
func TestWhereAllAreDownTheImageStillReachesThem(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	for _, name := range all {
		s.replaced(name, crashing)
		s.until(name, "IntakeAvailable", "False")
	}
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)
	s.stays(newImage, first, all...)
	s.replaced(first[0], ready)
	s.reach(newImage, 3, all...)
}

var crashing = corev1.PodStatus{
	Phase:      corev1.PodRunning,
	Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse}},
	ContainerStatuses: []corev1.ContainerStatus{{
		Name: "intake", RestartCount: 3, LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, FinishedAt: metav1.Now()}},
	}},
}

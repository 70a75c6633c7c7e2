package roster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// bench is a reconciler on a real API server with a clock the test sets.
type bench struct {
	*testing.T
	namespace, operatorNamespace string
	clock                        *clocktesting.FakePassiveClock
	recorder                     *events.FakeRecorder
	reconciler                   *roster.Reconciler
}

// newBench begins at eight in the morning of the day, Shanghai time.
func newBench(t *testing.T, day string) *bench {
	t.Helper()
	b := &bench{
		T: t, namespace: cluster.Namespace(t), operatorNamespace: cluster.Namespace(t),
		clock: clocktesting.NewFakePassiveClock(time.Time{}), recorder: events.NewFakeRecorder(256),
	}
	b.reconciler = &roster.Reconciler{
		Client: cluster.Client, APIReader: cluster.Client, Clock: b.clock, Recorder: b.recorder,
		Writes: apply.NewWritesCounter(), OperatorNamespace: b.operatorNamespace,
	}
	b.goTo(day)
	return b
}

var shanghai = time.FixedZone("CST", 8*60*60)

func (b *bench) goTo(day string) {
	b.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" 08:00", shanghai)
	if err != nil {
		b.Fatal(err)
	}
	b.clock.SetTime(at)
}

func (b *bench) reconcile(name string) ctrl.Result {
	b.Helper()
	result, err := b.tryReconcile(b.Context(), name)
	if err != nil {
		b.Fatalf("reconciling %s: %v", name, err)
	}
	return result
}

func (b *bench) tryReconcile(ctx context.Context, name string) (ctrl.Result, error) {
	return b.reconciler.Reconcile(ctx, ctrl.Request{NamespacedName: types.NamespacedName{Namespace: b.namespace, Name: name}})
}

// unreadable reconciles while the holidays cannot be read, so that no new plan is made.
func (b *bench) unreadable(name string) {
	b.Helper()
	readable := b.reconciler.Client
	defer func() { b.reconciler.Client = readable }()
	b.reconciler.Client = noHolidays{readable}
	if _, err := b.tryReconcile(b.Context(), name); err == nil {
		b.Fatal("the holidays could be read")
	}
}

type noHolidays struct{ client.Client }

func (c noHolidays) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	if _, is := list.(*v1alpha1.HolidayCalendarList); is {
		return errors.New("no answer")
	}
	return c.Client.List(ctx, list, options...)
}

// settle reconciles as often as the watches would: what the first round writes brings the second.
func (b *bench) settle(name string) {
	b.Helper()
	b.reconcile(name)
	b.reconcile(name)
}

// assertSilent checks that further reconciles write nothing.
func (b *bench) assertSilent(name string) {
	b.Helper()
	cluster.AssertSettled(b, b.namespace, 3, func(ctx context.Context) error {
		_, err := b.tryReconcile(ctx, name)
		return err
	}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{}, &v1alpha1.HolidayCalendarList{})
}

func (b *bench) create(objects ...client.Object) {
	b.Helper()
	for _, obj := range objects {
		if obj.GetNamespace() == "" {
			obj.SetNamespace(b.namespace)
		}
	}
	cluster.Create(b, objects...)
}

func (b *bench) delete(obj client.Object) {
	b.Helper()
	if err := cluster.Client.Delete(b.Context(), obj); err != nil {
		b.Fatalf("deleting %T: %v", obj, err)
	}
}

func (b *bench) roster(name string) *v1alpha1.DeputyRoster {
	b.Helper()
	live := &v1alpha1.DeputyRoster{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}}
	cluster.Get(b, live)
	return live
}

func (b *bench) schedule(name string) *v1alpha1.DutySchedule {
	b.Helper()
	live := &v1alpha1.DutySchedule{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}}
	cluster.Get(b, live)
	return live
}

func (b *bench) edit(name string, change func(*v1alpha1.DeputyRoster)) {
	b.Helper()
	live := b.roster(name)
	change(live)
	if err := cluster.Client.Update(b.Context(), live); err != nil {
		b.Fatalf("editing roster %s: %v", name, err)
	}
}

// schedules are all in the namespace, in order of month.
func (b *bench) schedules() []v1alpha1.DutySchedule {
	b.Helper()
	var list v1alpha1.DutyScheduleList
	if err := cluster.Client.List(b.Context(), &list, client.InNamespace(b.namespace)); err != nil {
		b.Fatalf("listing schedules: %v", err)
	}
	slices.SortFunc(list.Items, func(x, y v1alpha1.DutySchedule) int { return strings.Compare(x.Spec.Month, y.Spec.Month) })
	return list.Items
}

func (b *bench) shifts() []v1alpha1.Shift {
	b.Helper()
	var shifts []v1alpha1.Shift
	for _, schedule := range b.schedules() {
		shifts = append(shifts, schedule.Spec.Shifts...)
	}
	return shifts
}

// receptions are the days of all receptions on view.
func (b *bench) receptions() string {
	b.Helper()
	var days []string
	for _, shift := range b.shifts() {
		if shift.Kind == v1alpha1.ShiftReception {
			days = append(days, string(shift.Date))
		}
	}
	return strings.Join(days, " ")
}

// condition is the status and reason of a roster's condition, with its message.
func (b *bench) condition(name, conditionType string) (short, message string) {
	b.Helper()
	condition := meta.FindStatusCondition(b.roster(name).Status.Conditions, conditionType)
	if condition == nil {
		return "absent", ""
	}
	return fmt.Sprintf("%s/%s", condition.Status, condition.Reason), condition.Message
}

func (b *bench) expect(name, conditionType, want string, says ...string) {
	b.Helper()
	short, message := b.condition(name, conditionType)
	if short != want {
		b.Errorf("%s is %s (%s), want %s", conditionType, short, message, want)
	}
	for _, part := range says {
		if !strings.Contains(message, part) {
			b.Errorf("%s says %q, want it to say %q", conditionType, message, part)
		}
	}
}

// assertConsistent checks what holds of conditions whatever happens: at most one of Reconciling and Stalled is True, neither beside Ready, and all
// speak of the present generation.
func (b *bench) assertConsistent(name string) {
	b.Helper()
	live := b.roster(name)
	is := func(t string) bool { return meta.IsStatusConditionTrue(live.Status.Conditions, t) }
	if is(v1alpha1.ConditionReconciling) && is(v1alpha1.ConditionStalled) || is(v1alpha1.ConditionStalled) && is(v1alpha1.ConditionReady) {
		b.Errorf("conditions contradict each other: %+v", live.Status.Conditions)
	}
	for _, condition := range live.Status.Conditions {
		if condition.ObservedGeneration != live.Generation {
			b.Errorf("%s speaks of generation %d, the roster has %d", condition.Type, condition.ObservedGeneration, live.Generation)
		}
	}
	if live.Status.ObservedGeneration != live.Generation {
		b.Errorf("observedGeneration is %d, the roster's is %d", live.Status.ObservedGeneration, live.Generation)
	}
}

func (b *bench) events() []string {
	var told []string
	for {
		select {
		case event := <-b.recorder.Events:
			told = append(told, event)
		default:
			return told
		}
	}
}

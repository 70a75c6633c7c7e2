package backlog

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/tools/events"
	testclock "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"township.dev/liaison/api/applyconfiguration"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/controlplane"
)

const interval = 15 * time.Second

var zhongduoKey = types.NamespacedName{Namespace: "jixian", Name: "zhongduo"}

// office is one station, its intake and the controller under test, with a clock that moves only when told.
type office struct {
	t          *testing.T
	client     client.Client
	clock      *testclock.FakeClock
	intake     *intake
	memory     *Memory
	reconciler *Reconciler
	recorder   *events.FakeRecorder
	writes     atomic.Int32
	// glance and timeout of the next operator. They pass in real time, so a test that does not mean them gets more than a busy machine needs.
	glance, timeout time.Duration
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{
		t: t, clock: testclock.NewFakeClock(noon), intake: startIntake(t), memory: NewMemory(), recorder: events.NewFakeRecorder(100),
		glance: time.Minute, timeout: time.Minute,
	}
	scheme := controlplane.NewScheme()
	o.client = fake.NewClientBuilder().
		WithScheme(scheme).
		WithTypeConverters(applyconfiguration.NewTypeConverter(scheme), managedfields.NewDeducedTypeConverter()).
		WithStatusSubresource(&v1alpha1.LiaisonStation{}, &corev1.Pod{}).
		WithIndex(&corev1.Pod{}, podsOfStation, indexPodsOfStation).
		WithInterceptorFuncs(interceptor.Funcs{SubResourceApply: o.countWrite}).
		Build()
	o.restartOperator()
	o.create(station(zhongduoKey), dataSecret(zhongduoKey))
	return o
}

func (o *office) countWrite(ctx context.Context, c client.Client, sub string, apply runtime.ApplyConfiguration, opts ...client.SubResourceApplyOption) error {
	o.writes.Add(1)
	return c.SubResource(sub).Apply(ctx, apply, opts...)
}

func (o *office) restartOperator() {
	o.memory = NewMemory()
	o.reconciler = New(o.client, o.memory, Options{Interval: interval, Glance: o.glance, Timeout: o.timeout, Clock: o.clock, Recorder: o.recorder})
}

func (o *office) create(objects ...client.Object) {
	o.t.Helper()
	for _, object := range objects {
		if err := o.client.Create(o.t.Context(), object); err != nil {
			o.t.Fatal(err)
		}
	}
}

// podBecomesReady puts the station's pod, ready at the intake's address.
func (o *office) podBecomesReady() { o.setReady(corev1.ConditionTrue) }

func (o *office) podBecomesUnready() { o.setReady(corev1.ConditionFalse) }

func (o *office) setReady(ready corev1.ConditionStatus) {
	o.t.Helper()
	host, port := o.intake.hostAndPort(o.t)
	pod := intakePod(zhongduoKey, port)
	if err := client.IgnoreAlreadyExists(o.client.Create(o.t.Context(), pod)); err != nil {
		o.t.Fatal(err)
	}
	pod.ResourceVersion = ""
	pod.Status = podStatus(host, ready)
	if err := o.client.Status().Update(o.t.Context(), pod); err != nil {
		o.t.Fatal(err)
	}
}

// reconcile looks after the station once and returns how long the controller wants to wait.
func (o *office) reconcile() time.Duration {
	o.t.Helper()
	result, err := o.reconciler.Reconcile(o.t.Context(), ctrl.Request{NamespacedName: zhongduoKey})
	if err != nil {
		o.t.Fatal(err)
	}
	return result.RequeueAfter
}

// nextPoll lets the time pass that the controller asked for and looks after the station again.
func (o *office) nextPoll(wait time.Duration) time.Duration {
	o.t.Helper()
	if wait <= 0 {
		o.t.Fatal("the controller does not want to look again")
	}
	o.clock.Step(wait)
	return o.reconcile()
}

func (o *office) status() v1alpha1.LiaisonStationStatus {
	o.t.Helper()
	found := &v1alpha1.LiaisonStation{}
	if err := o.client.Get(o.t.Context(), zhongduoKey, found); err != nil {
		o.t.Fatal(err)
	}
	return found.Status
}

func (o *office) wantFresh(status metav1.ConditionStatus, reason string) metav1.Condition {
	o.t.Helper()
	condition := meta.FindStatusCondition(o.status().Conditions, v1alpha1.ConditionBacklogFresh)
	if condition == nil {
		o.t.Fatalf("there is no condition BacklogFresh, want %s/%s", status, reason)
	}
	if condition.Status != status || condition.Reason != reason || condition.Message == "" {
		o.t.Fatalf("BacklogFresh is %s/%s %q, want %s/%s", condition.Status, condition.Reason, condition.Message, status, reason)
	}
	return *condition
}

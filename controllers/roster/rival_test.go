package roster_test

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/test/fixture"
)

// overtaken is a client whose statuses of DutySchedules arrive after another's.
type overtaken struct {
	client.Client
	other func(name string)
}

func (c overtaken) Status() client.SubResourceWriter {
	return overtakenStatus{c.Client.Status(), c.other}
}

type overtakenStatus struct {
	client.SubResourceWriter
	other func(name string)
}

func (c overtakenStatus) Apply(ctx context.Context, obj runtime.ApplyConfiguration, opts ...client.SubResourceApplyOption) error {
	if applied, ok := obj.(interface {
		GetKind() *string
		GetName() *string
	}); ok && *applied.GetKind() == "DutySchedule" {
		c.other(*applied.GetName())
	}
	return c.SubResourceWriter.Apply(ctx, obj, opts...)
}

// An operator that is killed may have a status on the way that arrives after its successor has read the schedule.
func TestTheStatusOfAScheduleIsNotDatedAnew(t *testing.T) {
	b := newBench(t, "2026-10-10")
	b.create(fixture.Roster("west").Deputies(3).DutyOn(v1alpha1.DutyWorkingDays, 1).Horizon(1).Obj())
	b.reconcile("west")
	before, told := metav1.NewTime(b.clock.Now().Add(-time.Hour).Truncate(time.Second)), map[string]bool{}
	plain := b.reconciler.Client
	b.reconciler.Client = overtaken{plain, func(name string) {
		if told[name] {
			return
		}
		told[name] = true
		plan := &v1alpha1.DutySchedule{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}}
		cluster.Get(t, plan)
		plan.Status.Conditions = []metav1.Condition{{
			Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: roster.ReasonCovered, Message: "Every shift has its people.",
			ObservedGeneration: plan.Generation, LastTransitionTime: before,
		}}
		if err := cluster.Client.Status().Update(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}}
	if again := b.reconcile("west").RequeueAfter; again > time.Second {
		t.Errorf("it is looked at again after %s", again)
	}
	b.reconcile("west")
	if len(told) == 0 {
		t.Fatal("no status of a schedule was written")
	}
	plans := &v1alpha1.DutyScheduleList{}
	if err := cluster.Client.List(t.Context(), plans, client.InNamespace(b.namespace)); err != nil {
		t.Fatal(err)
	}
	for i := range plans.Items {
		is := meta.FindStatusCondition(plans.Items[i].Status.Conditions, v1alpha1.ConditionReady)
		if is == nil || !is.LastTransitionTime.Equal(&before) || plans.Items[i].Status.Duties == nil {
			t.Errorf("the status of %s is %+v", plans.Items[i].Name, plans.Items[i].Status)
		}
	}
	b.assertSilent("west")
}

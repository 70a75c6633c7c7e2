package roster_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// run starts the controller as the operator does, with caches and watches, until the test ends.
func (b *bench) run() {
	b.Helper()
	mgr, err := ctrl.NewManager(cluster.Config, ctrl.Options{
		Scheme:     cluster.Scheme,
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{b.namespace: {}, b.operatorNamespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		b.Fatal(err)
	}
	r := &roster.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: b.clock, Recorder: b.recorder, OperatorNamespace: b.operatorNamespace,
	}
	if err := r.SetupWithManager(mgr); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Errorf("the manager ended with %v", err)
		}
	})
}

// eventuallyPlanned waits until the roster is Ready in its present generation, and the receptions are on those days.
func (b *bench) eventuallyPlanned(name, receptions string) {
	b.Helper()
	controlplane.Eventually(b, "receptions are on "+receptions, func(ctx context.Context) error {
		live := &v1alpha1.DeputyRoster{}
		if err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: b.namespace, Name: name}, live); err != nil {
			return err
		}
		ready := meta.FindStatusCondition(live.Status.Conditions, v1alpha1.ConditionReady)
		if ready == nil || ready.Status != metav1.ConditionTrue || ready.ObservedGeneration != live.Generation {
			return fmt.Errorf("Ready is %+v", ready)
		}
		if got := b.receptions(); got != receptions {
			return fmt.Errorf("receptions are on %s", got)
		}
		for _, schedule := range b.schedules() {
			if schedule.Status.ObservedGeneration != schedule.Generation {
				return fmt.Errorf("the status of %s speaks of generation %d, it has %d", schedule.Name, schedule.Status.ObservedGeneration, schedule.Generation)
			}
		}
		return nil
	})
}

func TestWatchesBringWhatChanges(t *testing.T) {
	b := newBench(t, "2026-10-08")
	b.run()
	b.create(village().Obj())
	b.eventuallyPlanned("village", "2026-10-10 2026-11-10 2026-12-10")

	b.delete(b.schedule("village-2026-11"))
	b.eventuallyPlanned("village", "2026-10-10 2026-11-10 2026-12-10")

	b.create(fixture.HolidayCalendar("amended").In(b.operatorNamespace).AsPublished(2026).Off("2026-11-10", "调整").Obj())
	b.eventuallyPlanned("village", "2026-10-10 2026-11-11 2026-12-10")

	b.edit("village", func(r *v1alpha1.DeputyRoster) { r.Spec.Reception.Schedule.DayOfMonth = 15 })
	b.eventuallyPlanned("village", "2026-10-10 2026-10-15 2026-11-16 2026-12-15")

	edited := b.schedule("village-2026-12")
	edited.Spec.Shifts = slices.DeleteFunc(edited.Spec.Shifts, func(s v1alpha1.Shift) bool { return s.Date == "2026-12-15" })
	if err := cluster.Client.Update(t.Context(), edited); err != nil {
		t.Fatal(err)
	}
	b.eventuallyPlanned("village", "2026-10-10 2026-10-15 2026-11-16 2026-12-15")

	b.assertSilent("village")
}

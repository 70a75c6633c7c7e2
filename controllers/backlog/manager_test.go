package backlog

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// often asks at short intervals and waits for every answer, so that no intake that is alive counts as silent on a machine that is busy.
var often = Options{Interval: 50 * time.Millisecond, Glance: controlplane.Patience, Timeout: controlplane.Patience}

// runController runs the controller against the control plane until the test ends.
func runController(t *testing.T, options Options) *Memory {
	t.Helper()
	many := true
	mgr, err := ctrl.NewManager(cluster.Config, ctrl.Options{
		Scheme:     cluster.Scheme,
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: ctrlconfig.Controller{SkipNameValidation: &many},
	})
	if err != nil {
		t.Fatal(err)
	}
	memory := NewMemory()
	ctx, stop := context.WithCancel(t.Context())
	if err := SetupWithManager(ctx, mgr, memory, options); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the manager ended with %v", err)
		}
	})
	return memory
}

// declare puts a station with a ready pod at the intake's address.
func declare(t *testing.T, key types.NamespacedName, at *intake) *corev1.Pod {
	t.Helper()
	host, port := at.hostAndPort(t)
	pod := intakePod(key, port)
	cluster.Create(t, station(key), dataSecret(key), pod)
	pod.Status = podStatus(host, corev1.ConditionTrue)
	if err := cluster.Client.Status().Update(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	return pod
}

func eventuallyStatus(t *testing.T, key types.NamespacedName, what string, holds func(v1alpha1.LiaisonStationStatus) bool) {
	t.Helper()
	controlplane.Eventually(t, what, func(ctx context.Context) error {
		found := &v1alpha1.LiaisonStation{}
		if err := cluster.Client.Get(ctx, key, found); err != nil {
			return err
		}
		if !holds(found.Status) {
			return fmt.Errorf("the status is %+v", found.Status)
		}
		return nil
	})
}

func freshness(is metav1.ConditionStatus, reason string) func(v1alpha1.LiaisonStationStatus) bool {
	return func(status v1alpha1.LiaisonStationStatus) bool {
		condition := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionBacklogFresh)
		return condition != nil && condition.Status == is && condition.Reason == reason
	}
}

func TestTheBacklogReachesTheStatus(t *testing.T) {
	key := types.NamespacedName{Namespace: cluster.Namespace(t), Name: "zhongduo"}
	there := startIntake(t)
	there.reports(zhongduo())
	memory := runController(t, often)
	pod := declare(t, key, there)

	eventuallyStatus(t, key, "the figures are in the status", func(status v1alpha1.LiaisonStationStatus) bool {
		return freshness(metav1.ConditionTrue, ReasonAnswering)(status) && status.Backlog.Pending == 1 && status.Backlog.Closed == 55
	})

	report := zhongduo()
	report.Routes[casework.County] = stationconf.RouteBacklog{}
	report.OldestPending, report.Closed[casework.ResolvedA] = time.Time{}, 51
	there.reports(report)
	eventuallyStatus(t, key, "the closed case is gone from it", func(status v1alpha1.LiaisonStationStatus) bool {
		return status.Backlog.Pending == 0 && len(status.Backlog.ByRoute) == 0 && status.Backlog.OldestPending == nil && status.Backlog.Closed == 56
	})

	settled(t, key, there)

	there.fails()
	eventuallyStatus(t, key, "the figures are stale", freshness(metav1.ConditionFalse, ReasonBadAnswer))
	there.reports(report)
	eventuallyStatus(t, key, "the figures are fresh again", freshness(metav1.ConditionTrue, ReasonAnswering))

	pod.Status.Conditions[0].Status = corev1.ConditionFalse
	if err := cluster.Client.Status().Update(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	eventuallyStatus(t, key, "the pod is not ready and the figures are stale", freshness(metav1.ConditionFalse, ReasonNotReady))

	gone := station(key)
	cluster.Get(t, gone)
	uid := gone.UID
	if err := cluster.Client.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	controlplane.Eventually(t, "the deleted station is forgotten", func(context.Context) error {
		if _, ok := memory.Recall(key, uid); ok {
			return errors.New("it is remembered")
		}
		return nil
	})
}

// settled checks that polls go on and that nothing is written meanwhile.
func settled(t *testing.T, key types.NamespacedName, there *intake) {
	t.Helper()
	polls := func(context.Context) error {
		before := there.timesAsked()
		controlplane.Eventually(t, "three more polls have come", func(context.Context) error {
			if n := there.timesAsked() - before; n < 3 {
				return fmt.Errorf("only %d came", n)
			}
			return nil
		})
		return nil
	}
	cluster.AssertSettled(t, key.Namespace, 3, polls, &v1alpha1.LiaisonStationList{})
}

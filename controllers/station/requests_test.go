package station_test

import (
	"context"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// One look for a claim with data that the cache does not show, one create for each child, one status: what the operator has made itself it does not
// look at again.
func TestANewStationCostsTwoRequestsBeyondItsChildren(t *testing.T) {
	s := newStage(t)
	children := []client.Object{
		&corev1.Secret{ObjectMeta: s.meta(station.DataName("zhongduo"))}, &corev1.Secret{ObjectMeta: s.meta(station.StaffName("zhongduo"))},
		&corev1.PersistentVolumeClaim{ObjectMeta: s.meta(station.DataName("zhongduo"))}, &corev1.ConfigMap{ObjectMeta: s.meta(station.IntakeName("zhongduo"))},
		&corev1.ServiceAccount{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}, &corev1.Service{ObjectMeta: s.meta(station.IntakeName("zhongduo"))},
		&networkingv1.NetworkPolicy{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}, &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName("zhongduo"))},
	}
	before := s.requests.sent.Load()
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.until("zhongduo", v1alpha1.ConditionIntakeAvailable, "False/"+station.ReasonStarting)
	controlplane.Eventually(t, "the operator has heard of all it made", func(ctx context.Context) error {
		for _, child := range children {
			if err := s.operator.reconciler.Client.Get(ctx, client.ObjectKeyFromObject(child), child); err != nil {
				return err
			}
		}
		return nil
	})
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	if sent, want := s.requests.sent.Load()-before, int64(len(children)+2); sent != want {
		t.Errorf("%d requests were sent, want %d", sent, want)
	}
}

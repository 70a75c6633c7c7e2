package station_test

import (
	"errors"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/fixture"
)

func TestASuspendedStationStopsAndKeepsEverything(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, st)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	claim, dataSecret, _ := s.data("zhongduo")
	for _, kept := range []client.Object{claim, dataSecret} {
		cluster.Get(t, kept)
	}
	key, address := string(dataSecret.Data[station.DataKey]), s.station("zhongduo").Status.URL

	s.edit(st, func() { st.Spec.Suspend = true })
	s.replicasAre("zhongduo", 0)
	s.until("zhongduo", "Reconciling", "True/"+station.ReasonStopping)
	pod := &corev1.Pod{ObjectMeta: s.meta(station.PodName("zhongduo"))}
	if err := cluster.Client.Delete(t.Context(), pod, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	s.until("zhongduo", "Ready", "False/"+station.ReasonSuspended)
	s.until("zhongduo", "Reconciling", "False")
	s.until("zhongduo", "Stalled", "False")
	s.settle("zhongduo")
	if got := s.station("zhongduo").Status.URL; got != address {
		t.Errorf("the address is %q, want %q kept", got, address)
	}

	s.edit(st, func() { st.Spec.Suspend = false })
	s.replicasAre("zhongduo", 1)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	cluster.Get(t, dataSecret)
	if string(dataSecret.Data[station.DataKey]) != key {
		t.Error("the data key is another one")
	}
	s.settle("zhongduo")
}

// replicasAre waits for the number that the StatefulSet asks for.
func (s *stage) replicasAre(name string, want int32) {
	s.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName(name))}
	s.appears(set, func() error {
		if *set.Spec.Replicas != want {
			return errors.New("the replicas are not as asked")
		}
		return nil
	})
}

func TestANewDataKeyRestartsTheIntakeAndANewTokenDoesNot(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, st)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	_, dataSecret, _ := s.data("zhongduo")
	cluster.Get(t, dataSecret)
	token, key := string(dataSecret.Data[station.InternalTokenKey]), string(dataSecret.Data[station.DataKey])
	set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	cluster.Get(t, set)
	generation := set.Generation

	s.edit(st, func() { st.Annotations = map[string]string{station.RotateInternalToken: "1"} })
	s.appears(dataSecret, func() error {
		if string(dataSecret.Data[station.InternalTokenKey]) == token {
			return errors.New("the token is still the same")
		}
		return nil
	})
	s.settle("zhongduo")
	if cluster.Get(t, set); set.Generation != generation {
		t.Error("a new token restarted the intake")
	}

	s.edit(st, func() { st.Annotations[station.RotateDataKey] = "1" })
	s.appears(set, func() error {
		if set.Spec.Template.Annotations[station.RotateDataKey] != "1" {
			return errors.New("the pod template is the same")
		}
		return nil
	})
	cluster.Get(t, dataSecret)
	if string(dataSecret.Data[station.PreviousDataKey]) != key || string(dataSecret.Data[station.DataKey]) == key {
		t.Error("the Secret does not hold the new key and the one before")
	}
	s.settle("zhongduo")
}

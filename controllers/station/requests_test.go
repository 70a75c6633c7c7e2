package station_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/stationconf"
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
	before := len(s.requests.since(0))
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
	if sent, want := s.requests.since(before), len(children)+2; len(sent) != want {
		t.Errorf("%d requests were sent, want %d: %q", len(sent), want, sent)
	}
}

// writes of the running operator, by kind and reason.
func (s *stage) writes(kind, reason string) int {
	return int(testutil.ToFloat64(s.operator.reconciler.Writes.WithLabelValues(kind, reason)))
}

func TestTheMonthsOfARosterReachTheDocumentsAtOnce(t *testing.T) {
	s := newStage(t)
	s.restart(func(r *station.Reconciler) { r.Options.Gather = 15 * time.Second })
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).WithRoster("west").Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.settle("zhongduo")
	statuses, documents := s.writes("LiaisonStation", "status"), s.watchDocuments("zhongduo")

	roster := fixture.Roster("west").In(s.namespace).Deputies(2).Obj()
	cluster.Create(t, roster)
	for _, month := range []string{"2026-10", "2026-11", "2026-12"} {
		cluster.Create(t, fixture.Plan("west", month).In(s.namespace).Duty(month+"-12", "d01").Obj())
	}
	roster.Status.ObservedGeneration = roster.Generation
	if err := cluster.Client.Status().Update(t.Context(), roster); err != nil {
		t.Fatal(err)
	}
	if planned := s.until("zhongduo", "ScheduleReady", "True/Planned"); !strings.Contains(planned.Message, "2026-12") {
		t.Errorf("ScheduleReady says %q, not the last month", planned.Message)
	}
	s.settle("zhongduo")
	if n := documents(); n != 1 {
		t.Errorf("the documents were written %d times, want once", n)
	}
	if n := s.writes("LiaisonStation", "status") - statuses; n != 1 {
		t.Errorf("the status was written %d times, want once", n)
	}
}

// watchDocuments returns how often the station's documents have become others by the time it is asked. The operator's own count has beside these the
// writes that change nothing, of which it sends one more where its cache shows late what it wrote.
func (s *stage) watchDocuments(name string) (changes func() int) {
	s.Helper()
	c, err := client.NewWithWatch(cluster.Config, client.Options{Scheme: cluster.Scheme})
	if err != nil {
		s.Fatal(err)
	}
	held := &corev1.ConfigMap{ObjectMeta: s.meta(station.IntakeName(name))}
	cluster.Get(s, held)
	before := held.Data
	events, err := c.Watch(s.Context(), &corev1.ConfigMapList{}, client.InNamespace(s.namespace), client.MatchingFields{"metadata.name": held.Name},
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: held.ResourceVersion, TimeoutSeconds: new(int64(300))}})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(events.Stop)
	return func() (n int) {
		seen := held.ResourceVersion
		cluster.Get(s, held)
		for seen != held.ResourceVersion {
			event, ok := (<-events.ResultChan()).Object.(*corev1.ConfigMap)
			if !ok {
				s.Fatal("the watch of the documents has ended")
			}
			if !maps.Equal(event.Data, before) {
				n++
			}
			before, seen = event.Data, event.ResourceVersion
		}
		return n
	}
}

func TestTheDocumentsWaitForTheFirstPlanOfARosterUntilItIsLookedAt(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).WithRoster("west").Obj())
	s.until("zhongduo", "ScheduleReady", "False/RosterNotFound")
	s.settle("zhongduo")
	documents := s.writes("ConfigMap", "update")

	roster := fixture.Roster("west").In(s.namespace).Deputies(2).Obj()
	cluster.Create(t, roster)
	s.until("zhongduo", "ScheduleReady", "False/NotPlanned")
	s.settle("zhongduo")
	if n := s.writes("ConfigMap", "update") - documents; n != 0 {
		t.Errorf("the documents were written %d times before anybody looked at the roster", n)
	}

	roster.Status.ObservedGeneration = roster.Generation
	if err := cluster.Client.Status().Update(t.Context(), roster); err != nil {
		t.Fatal(err)
	}
	held := &corev1.ConfigMap{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.appears(held, func() error {
		schedule, err := stationconf.DecodeSchedule([]byte(held.Data[stationconf.ScheduleFile]))
		if err == nil && len(schedule.Deputies) != 2 {
			err = fmt.Errorf("%d deputies are in the schedule", len(schedule.Deputies))
		}
		return err
	})
}

package station_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

func TestKeptDataIsFoundAgainByAStationOfTheSameName(t *testing.T) {
	s := newStage(t)
	declared := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, declared.DeepCopy())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	claim, dataSecret, staffSecret := s.data("zhongduo")
	for _, kept := range []client.Object{claim, dataSecret, staffSecret} {
		cluster.Get(t, kept)
		if owners := kept.GetOwnerReferences(); len(owners) != 0 {
			t.Errorf("%T %s would go with the station: %v", kept, kept.GetName(), owners)
		}
	}
	keyBefore, passwordBefore := dataSecret.Data[station.DataKey], staffSecret.Data["guanli1"]

	s.deleteWithChildren("zhongduo")
	again := declared.DeepCopy()
	again.Spec.Staff.Administrators = append(again.Spec.Staff.Administrators, v1alpha1.Administrator{Username: "guanli2", Name: "管理员二"})
	cluster.Create(t, again)

	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	uid := claim.UID
	cluster.Get(t, claim)
	cluster.Get(t, dataSecret)
	s.appears(staffSecret, func() error {
		if len(staffSecret.Data["guanli2"]) == 0 {
			return errors.New("the new administrator has no password")
		}
		return nil
	})
	if claim.UID != uid {
		t.Error("the claim is another one")
	}
	if !bytes.Equal(dataSecret.Data[station.DataKey], keyBefore) || !bytes.Equal(staffSecret.Data["guanli1"], passwordBefore) {
		t.Error("a kept Secret was generated anew; what was encrypted with it is lost")
	}
	s.settle("zhongduo")
}

// deleteWithChildren plays the garbage collector. It waits until the operator knows that the station is gone: until then it would make again what it misses.
func (s *stage) deleteWithChildren(name string) {
	s.Helper()
	st := s.station(name)
	if err := cluster.Client.Delete(s.Context(), st); err != nil {
		s.Fatal(err)
	}
	controlplane.Eventually(s, "the operator knows that the station is gone", func(ctx context.Context) error {
		err := s.operator.reconciler.Client.Get(ctx, client.ObjectKeyFromObject(st), &v1alpha1.LiaisonStation{})
		if err == nil {
			return errors.New("it is in the operator's cache")
		}
		return client.IgnoreNotFound(err)
	})
	pod := &corev1.Pod{ObjectMeta: s.meta(station.PodName(name))}
	for _, obj := range append(s.everything(name), pod) {
		cluster.Get(s, obj)
		owned := slices.ContainsFunc(obj.GetOwnerReferences(), func(ref metav1.OwnerReference) bool { return ref.UID == st.UID })
		if owned || obj == client.Object(pod) {
			if err := cluster.Client.Delete(s.Context(), obj, client.GracePeriodSeconds(0)); err != nil {
				s.Fatal(err)
			}
		}
	}
}

func TestALostDataKeyIsNotReplaced(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	_, secret, _ := s.data("zhongduo")
	cluster.Get(t, secret)
	if err := cluster.Client.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}

	lost := s.until("zhongduo", "Stalled", "True/DataKeyLost")
	for _, part := range []string{"Secret zhongduo-intake-data", "PersistentVolumeClaim zhongduo-intake-data", "Restore the Secret from a backup"} {
		if !strings.Contains(lost.Message, part) {
			t.Errorf("the condition says %q, not %q", lost.Message, part)
		}
	}
	s.settle("zhongduo")

	restored := &corev1.Secret{ObjectMeta: s.meta(secret.Name), Data: secret.Data}
	restored.Labels, restored.Annotations = secret.Labels, secret.Annotations
	cluster.Create(t, restored)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
}

func TestAStationCreatedAgainWaitsForTheChildrenOfItsPredecessor(t *testing.T) {
	s := newStage(t)
	declared := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, declared.DeepCopy())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	old := s.station("zhongduo")
	if err := cluster.Client.Delete(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	cluster.Create(t, declared.DeepCopy())

	s.until("zhongduo", "Ready", "False/ChildLeaving")
	s.until("zhongduo", "Reconciling", "True/ChildLeaving")
	for _, child := range s.children("zhongduo") {
		cluster.Get(t, child)
		if uid := child.GetOwnerReferences()[0].UID; uid != old.UID {
			t.Errorf("%T was taken over while the garbage collector is about to delete it", child)
		}
		if err := cluster.Client.Delete(t.Context(), child); err != nil {
			t.Fatal(err)
		}
	}
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
}

func TestReclaimPolicyDecidesWhetherDataGoesWithTheStation(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).DeletedWithItsData().Obj()
	cluster.Create(t, st)
	claim, dataSecret, staffSecret := s.data("zhongduo")
	owned := func(want bool) {
		t.Helper()
		for _, obj := range []client.Object{claim, dataSecret, staffSecret} {
			s.appears(obj, func() error {
				owners := obj.GetOwnerReferences()
				if got := len(owners) == 1 && owners[0].UID == st.UID && *owners[0].Controller; got != want {
					return fmt.Errorf("owner references are %v, want the station's: %v", owners, want)
				}
				return nil
			})
		}
	}
	owned(true)
	s.edit(st, func() { st.Spec.ReclaimPolicy = v1alpha1.ReclaimRetain })
	owned(false)
	s.edit(st, func() { st.Spec.ReclaimPolicy = v1alpha1.ReclaimDelete })
	owned(true)
	s.settle("zhongduo")
}

// A claim without its key is of no use to anybody, and the next station of the name stalls at it.
func TestTheKeyGoesWithItsStationNoSoonerThanTheData(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	g := &gate{}
	s.restart(func(r *station.Reconciler) { g.Client, r.Client = r.Client, g })
	asked := make(chan struct{}, 1)
	g.set(func(kind, _ string) error {
		if kind != "PersistentVolumeClaim" {
			return nil
		}
		select {
		case asked <- struct{}{}:
		default:
		}
		return errors.New("the line is dead")
	})
	st := s.station("zhongduo")
	s.edit(st, func() { st.Spec.ReclaimPolicy = v1alpha1.ReclaimDelete })
	<-asked
	claim, secret, staff := s.data("zhongduo")
	cluster.Get(t, secret)
	if len(secret.OwnerReferences) > 0 {
		t.Error("the key goes with the station, and the claim does not yet")
	}
	g.set(nil)
	for _, obj := range []client.Object{claim, secret, staff} {
		s.appears(obj, func() error {
			if len(obj.GetOwnerReferences()) == 0 {
				return fmt.Errorf("%s is not the station's", obj.GetName())
			}
			return nil
		})
	}
	s.settle("zhongduo")
}

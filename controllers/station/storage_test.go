package station_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// onStorage makes a station that is Ready on 1Gi of a class of its own.
func (s *stage) onStorage(expands bool) *corev1.PersistentVolumeClaim {
	s.Helper()
	class := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}, Provisioner: "example.test/disks", AllowVolumeExpansion: &expands}
	cluster.Create(s, class, fixture.Station("zhongduo").In(s.namespace).WithStorage("1Gi", class.Name).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	claim, _, _ := s.data("zhongduo")
	return claim
}

// claimIs plays the provisioner and the resizer. It returns once the operator has seen it.
func (s *stage) claimIs(claim *corev1.PersistentVolumeClaim, status corev1.PersistentVolumeClaimStatus) {
	s.Helper()
	cluster.Get(s, claim)
	claim.Status = status
	if err := cluster.Client.Status().Update(s.Context(), claim); err != nil {
		s.Fatal(err)
	}
	controlplane.Eventually(s, "the operator sees the claim", func(ctx context.Context) error {
		seen := claim.DeepCopy()
		if err := s.operator.reconciler.Client.Get(ctx, client.ObjectKeyFromObject(claim), seen); err != nil {
			return err
		}
		if err := apply.Unpack(seen); err != nil {
			return err
		}
		if !equality.Semantic.DeepEqual(seen.Status, status) {
			return fmt.Errorf("it has the status %+v", seen.Status)
		}
		return nil
	})
}

func (s *stage) asks(size string) {
	s.Helper()
	st := s.station("zhongduo")
	s.edit(st, func() { st.Spec.Intake.Storage.Size = resource.MustParse(size) })
}

func ofSize(claim *corev1.PersistentVolumeClaim, size string) func() error {
	return func() error {
		if got := claim.Spec.Resources.Requests[corev1.ResourceStorage]; got.Cmp(resource.MustParse(size)) != 0 {
			return fmt.Errorf("it asks for %s", got.String())
		}
		return nil
	}
}

var bound = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound}

func TestStorageGrowsWhereItsClassAllows(t *testing.T) {
	s := newStage(t)
	claim := s.onStorage(true)
	s.claimIs(claim, bound)
	s.asks("5Gi")
	s.appears(claim, ofSize(claim, "5Gi"))
	for _, pending := range []corev1.PersistentVolumeClaimConditionType{corev1.PersistentVolumeClaimResizing, corev1.PersistentVolumeClaimFileSystemResizePending} {
		s.claimIs(claim, corev1.PersistentVolumeClaimStatus{
			Phase: corev1.ClaimBound, Conditions: []corev1.PersistentVolumeClaimCondition{{Type: pending, Status: corev1.ConditionTrue}},
		})
		s.until("zhongduo", "Ready", "True")
		s.silent()
	}
}

func TestStorageThatCannotGrowHoldsUpNothing(t *testing.T) {
	s := newStage(t)
	claim := s.onStorage(false)
	s.claimIs(claim, bound)
	st := s.station("zhongduo")
	s.edit(st, func() {
		st.Spec.Intake.Storage.Size = resource.MustParse("5Gi")
		st.Spec.Intake.Image = "example.test/liaison-intake:2"
	})

	refused := s.until("zhongduo", "Stalled", "True/StorageCannotGrow")
	for _, part := range []string{"zhongduo-intake-data", "from 1Gi to 5Gi", "allowVolumeExpansion: true", fmt.Sprintf("%q", s.namespace), "serves on with 1Gi"} {
		if !strings.Contains(refused.Message, part) {
			t.Errorf("the condition says %q, not %q", refused.Message, part)
		}
	}
	s.happened("Warning StorageCannotGrow")
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	set := &appsv1.StatefulSet{ObjectMeta: s.meta("zhongduo-intake")}
	cluster.Get(t, set)
	if got := set.Spec.Template.Spec.Containers[0].Image; got != "example.test/liaison-intake:2" {
		t.Errorf("the intake is of image %s", got)
	}
	s.silent() // not tried again: that would be a request

	class := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}
	s.edit(class, func() { class.AllowVolumeExpansion = new(true) })
	s.passes(30 * time.Second)
	s.appears(claim, ofSize(claim, "1Gi"))
	// The class reaches the admission plugin through a cache of its own: the first try may come too early.
	controlplane.Eventually(s, "the claim grows", func(ctx context.Context) error {
		s.passes(time.Minute)
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(claim), claim); err != nil {
			return err
		}
		return ofSize(claim, "5Gi")()
	})
	s.until("zhongduo", "Stalled", "False")
	s.silent()
}

func TestStorageGrowsOnlyOnceTheClaimIsBound(t *testing.T) {
	s := newStage(t)
	claim := s.onStorage(true)
	s.asks("5Gi")
	s.until("zhongduo", "Reconciling", "True/StorageWaits")
	s.silent()
	s.claimIs(claim, bound)
	s.appears(claim, ofSize(claim, "5Gi"))
	s.until("zhongduo", "Reconciling", "False/Settled")
}

// What the scheduler says of a class that is not there is its own; the condition names class, claim and remedy.
func TestAStorageClassThatDoesNotExistIsNamed(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).Obj()
	st.Spec.Intake.Storage = v1alpha1.Storage{Size: resource.MustParse("1Gi"), StorageClassName: new("fast")}
	cluster.Create(t, st)
	claim, _, _ := s.data("zhongduo")
	s.appears(claim, nil)
	s.claimIs(claim, corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending})
	s.podIs("zhongduo", corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulerError, Message: `storageclass.storage.k8s.io "fast" not found`,
	}}})
	why := s.until("zhongduo", "Ready", "False/ClaimNotBound")
	for _, part := range []string{"zhongduo-intake-data", `storage class "fast"`, "kubectl get storageclass fast", "spec.intake.storage.storageClassName"} {
		if !strings.Contains(why.Message, part) {
			t.Errorf("Ready says %q, not %q", why.Message, part)
		}
	}
	s.passes(6 * time.Minute)
	s.until("zhongduo", "Stalled", "True/ClaimNotBound")
	s.settle("zhongduo")

	s.claimIs(claim, bound) // somebody has made the class
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
}

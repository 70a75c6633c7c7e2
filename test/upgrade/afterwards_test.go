package upgrade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

// What the county does after the upgrade, in the order in which the test goes on. zhongduo keeps its data and takes the county's image; wencheng's goes with it,
// and it names an image and a limit of its own.

func whatIsEditedFollows(t *testing.T) {
	t.Helper()
	const phone = "0357-7920000"
	edit(t, "zhongduo", func(s *v1alpha1.LiaisonStation) { s.Spec.Contact.Phone = phone })
	controlplane.Eventually(t, "the phone is in the document of the intake", func(ctx context.Context) error {
		document := &corev1.ConfigMap{}
		if err := cluster.Client.Get(ctx, key(station.IntakeName("zhongduo")), document); err != nil {
			return err
		}
		for _, content := range document.Data {
			if strings.Contains(content, phone) {
				return nil
			}
		}
		return errors.New("it is not")
	})
}

func whatIsPublishedIsWithdrawn(t *testing.T) {
	t.Helper()
	ingress := &networkingv1.Ingress{ObjectMeta: named(station.IntakeName("zhongduo"))}
	edit(t, "zhongduo", func(s *v1alpha1.LiaisonStation) {
		s.Spec.Intake.Exposure = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{}}
	})
	isThere(t, ingress)
	edit(t, "zhongduo", func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Exposure = nil })
	isGone(t, ingress)
}

func whatIsNoLongerDeclaredGoes(t *testing.T) {
	t.Helper()
	edit(t, "wencheng", func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Image, s.Spec.Intake.Resources = "", nil })
	controlplane.Eventually(t, "wencheng has the county's image and the usual limit", func(ctx context.Context) error {
		container, err := intake(ctx, "wencheng")
		if err != nil {
			return err
		}
		if limit := container.Resources.Limits.Memory().String(); container.Image != image || limit != "256Mi" {
			return fmt.Errorf("it has %s and %s", container.Image, limit)
		}
		return nil
	})
	replaced(t, "wencheng")
	controlplane.Eventually(t, "wencheng is up to date", func(ctx context.Context) error { return lookedAfter(ctx, "wencheng") })
}

func whatIsDeletedComesBack(t *testing.T) {
	t.Helper()
	service := &corev1.Service{ObjectMeta: named(station.IntakeName("zhongduo"))}
	cluster.Get(t, service)
	was := service.UID
	if err := cluster.Client.Delete(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	isThere(t, service)
	if service.UID == was || len(service.Spec.Ports) == 0 {
		t.Errorf("the Service is %s as before, with ports %v", service.UID, service.Spec.Ports)
	}
}

func aNewImageComesInWaves(t *testing.T) {
	t.Helper()
	for done := range stations {
		turn := ""
		controlplane.Eventually(t, "a station has its turn, and only one", func(ctx context.Context) error {
			places, err := placesOf(ctx)
			if err != nil {
				return err
			}
			updating, waiting, current := places[station.ReasonUpdating], places[station.ReasonWaitsForTurn], places[station.ReasonCurrent]
			if len(updating) != 1 || len(current) != done || len(waiting) != len(stations)-done-1 {
				return fmt.Errorf("they are %v", places)
			}
			turn = updating[0]
			return nil
		})
		replaced(t, turn)
	}
	for _, name := range stations {
		controlplane.Eventually(t, name+" is up to date", func(ctx context.Context) error { return lookedAfter(ctx, name) })
	}
}

// placesOf the stations that have the new image, and of those that wait for it, by the reason that UpToDate gives.
func placesOf(ctx context.Context) (map[string][]string, error) {
	places := map[string][]string{}
	for _, name := range stations {
		s, container := &v1alpha1.LiaisonStation{}, corev1.Container{}
		err := cluster.Client.Get(ctx, key(name), s)
		if err == nil {
			container, err = intake(ctx, name)
		}
		if err != nil {
			return nil, err
		}
		said := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionUpToDate)
		if waits := said.Reason == station.ReasonWaitsForTurn; waits == (container.Image == newImage) {
			return nil, fmt.Errorf("%s has %s and says %s", name, container.Image, said.Reason)
		}
		places[said.Reason] = append(places[said.Reason], name)
	}
	return places, nil
}

func keptDataIsFoundAgain(t *testing.T) {
	t.Helper()
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: named(station.DataName("zhongduo"))}
	secret := &corev1.Secret{ObjectMeta: named(station.DataName("zhongduo"))}
	cluster.Get(t, claim)
	cluster.Get(t, secret)
	volume, before := claim.UID, secret.DeepCopy()

	again := deleted(t, "zhongduo")
	again.ObjectMeta = named("zhongduo")
	again.Status = v1alpha1.LiaisonStationStatus{}
	cluster.Create(t, again)
	controlplane.Eventually(t, "zhongduo is served again", func(ctx context.Context) error { return lookedAfter(ctx, "zhongduo") })
	cluster.Get(t, claim)
	cluster.Get(t, secret)
	if claim.UID != volume || secret.UID != before.UID || !bytes.Equal(secret.Data[station.DataKey], before.Data[station.DataKey]) {
		t.Errorf("the claim is %s, before %s; the Secret is %s, before %s; or it has another key", claim.UID, volume, secret.UID, before.UID)
	}
}

func dataGoesWithItsStation(t *testing.T) {
	t.Helper()
	deleted(t, "wencheng")
	isGone(t, &corev1.PersistentVolumeClaim{ObjectMeta: named(station.DataName("wencheng"))})
	isGone(t, &corev1.Secret{ObjectMeta: named(station.DataName("wencheng"))})
	isGone(t, &corev1.Secret{ObjectMeta: named(station.StaffName("wencheng"))})
}

// deleted is the station as it was; what runs its intake has gone with it.
func deleted(t *testing.T, name string) *v1alpha1.LiaisonStation {
	t.Helper()
	s := &v1alpha1.LiaisonStation{ObjectMeta: named(name)}
	cluster.Get(t, s)
	if err := cluster.Client.Delete(t.Context(), s.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	isGone(t, &appsv1.StatefulSet{ObjectMeta: named(station.IntakeName(name))})
	isGone(t, &corev1.Pod{ObjectMeta: named(station.PodName(name))})
	return s
}

// edit the station as somebody with kubectl does.
func edit(t *testing.T, name string, change func(*v1alpha1.LiaisonStation)) {
	t.Helper()
	s := &v1alpha1.LiaisonStation{ObjectMeta: named(name)}
	cluster.Get(t, s)
	before := s.DeepCopy()
	change(s)
	if err := cluster.Client.Patch(t.Context(), s, client.MergeFrom(before), client.FieldOwner("kubectl-edit")); err != nil {
		t.Fatalf("editing %s: %v", name, err)
	}
}

// replaced does what the StatefulSet controller and a kubelet do for a new template.
func replaced(t *testing.T, name string) {
	t.Helper()
	if err := cluster.Client.Delete(t.Context(), &corev1.Pod{ObjectMeta: named(station.PodName(name))}, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	serve(t, name)
}

func intake(ctx context.Context, name string) (corev1.Container, error) {
	set := &appsv1.StatefulSet{}
	if err := cluster.Client.Get(ctx, key(station.IntakeName(name)), set); err != nil {
		return corev1.Container{}, err
	}
	return set.Spec.Template.Spec.Containers[0], nil
}

func isThere(t *testing.T, object client.Object) {
	t.Helper()
	controlplane.Eventually(t, fmt.Sprintf("%T %s is there", object, object.GetName()), func(ctx context.Context) error {
		return cluster.Client.Get(ctx, client.ObjectKeyFromObject(object), object)
	})
}

func isGone(t *testing.T, object client.Object) {
	t.Helper()
	controlplane.Eventually(t, fmt.Sprintf("%T %s is gone", object, object.GetName()), func(ctx context.Context) error {
		switch err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(object), object); {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		}
		return errors.New("it is there")
	})
}

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: county, Name: name}
}

func key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: county, Name: name}
}

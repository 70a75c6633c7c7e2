package station_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// sick stands before the API server and lets nothing be made for stations whose names begin with sick.
type sick struct {
	client.Client
	answer func(context.Context) error
	tried  atomic.Int64
}

func (s *sick) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	if strings.HasPrefix(obj.GetName(), "sick") {
		s.tried.Add(1)
		return s.answer(ctx)
	}
	return s.Client.Create(ctx, obj, opts...)
}

func TestAStationThatFailsKeepsNoOtherFromBeingServed(t *testing.T) {
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	fails := func(context.Context) error { return errors.New("the API server is out of order") }
	for name, c := range map[string]struct {
		answer   func(context.Context) error
		stations int
		// most is how often each may be tried within the time of a test. A pause that doubles from 5 ms on has passed ten minutes at the 18th.
		most int64
	}{
		"writes for it fail": {fails, 20, 18},
		"writes for it hang": {hangs, 3, 18}, // of four workers
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			before := &sick{answer: c.answer}
			s.restart(func(r *station.Reconciler) { before.Client, r.Client = r.Client, before })
			for n := range c.stations {
				cluster.Create(t, fixture.Station(fmt.Sprintf("sick-%d", n)).In(s.namespace).Obj())
			}
			controlplane.Eventually(t, "the sick stations were tried", func(context.Context) error {
				if tried := before.tried.Load(); tried < int64(c.stations) {
					return fmt.Errorf("%d tries", tried)
				}
				return nil
			})

			healthy := fixture.Station("zhongduo").In(s.namespace).Obj()
			cluster.Create(t, healthy)
			s.podIs("zhongduo", ready)
			s.until("zhongduo", "Ready", "True")
			for n := range 10 {
				image := fmt.Sprintf("example.test/liaison-intake:own-%d", n)
				s.edit(healthy, func() { healthy.Spec.Intake.Image = image })
				set := s.set("zhongduo")
				s.appears(set, func() error {
					if has := set.Spec.Template.Spec.Containers[0].Image; has != image {
						return fmt.Errorf("it has %s", has)
					}
					return nil
				})
			}
			if tried := before.tried.Load(); tried > int64(c.stations)*c.most {
				t.Errorf("%d stations were tried %d times", c.stations, tried)
			}
		})
	}
}

// What lies beside the stations is read by nobody and held by nobody, whatever its names are.
func TestTheCacheHoldsNothingOfStrangers(t *testing.T) {
	s := newStage(t)
	labels := map[string]string{"app.kubernetes.io/name": "liaison-intake", "app.kubernetes.io/managed-by": "Helm"}
	theirs := metav1.ObjectMeta{Namespace: s.namespace, Name: "theirs", Labels: labels}
	pod := corev1.PodSpec{Containers: []corev1.Container{{Name: "theirs", Image: "theirs"}}}
	selector := &metav1.LabelSelector{MatchLabels: labels}
	strangers := []client.Object{
		&corev1.Secret{ObjectMeta: theirs, Data: map[string][]byte{"content": make([]byte, 100<<10)}},
		&corev1.Pod{ObjectMeta: theirs, Spec: pod},
		&corev1.ConfigMap{ObjectMeta: theirs}, &corev1.ServiceAccount{ObjectMeta: theirs}, &networkingv1.NetworkPolicy{ObjectMeta: theirs},
		&corev1.Service{ObjectMeta: theirs, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}},
		&corev1.PersistentVolumeClaim{ObjectMeta: theirs, Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		}},
		&appsv1.StatefulSet{ObjectMeta: theirs, Spec: appsv1.StatefulSetSpec{
			Selector: selector, Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod},
		}},
		&networkingv1.Ingress{ObjectMeta: theirs, Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{Name: "theirs", Port: networkingv1.ServiceBackendPort{Number: 80}},
		}}},
	}
	cluster.Create(t, strangers...)
	s.published(byIngress)
	s.appears(s.ingress(), nil)
	s.until("zhongduo", "Ready", "True")

	cached := s.operator.reconciler.Client
	kinds := append(everyKind()[3:], &corev1.PodList{})
	if len(kinds) != len(strangers) {
		t.Fatalf("%d kinds are looked at, and there are strangers of %d", len(kinds), len(strangers))
	}
	for _, list := range kinds {
		if err := cached.List(t.Context(), list, client.InNamespace(s.namespace)); err != nil {
			t.Fatal(err)
		}
		found := objectsOf(t, list)
		if len(found) == 0 {
			t.Errorf("%T: there is nothing of the station, so that this shows nothing", list)
		}
		for _, obj := range found {
			if obj.GetName() == theirs.Name {
				t.Errorf("%T %s is in the cache", obj, obj.GetName())
			}
		}
	}
}

package charts

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/controlplane"
)

// A running operator makes of each release what it makes of a county's; what residents wrote lies in the claim, and is read with the Secret.
func TestResidentsDataOutlivesWhatHappensToARelease(t *testing.T) {
	county := cluster.Namespace(t)
	cluster.StartOperator(t, "--operator-namespace="+cluster.Namespace(t), "--watch-namespaces="+county, "--intake-image=r.example/liaison-intake:1")
	cluster.Machinery(t, county)
	kubeconfig := kubeconfigFile(t)
	release := func(verb string, args ...string) {
		t.Helper()
		if _, complaint := helm(t, append([]string{verb, "zhongduo", "--kubeconfig", kubeconfig, "--namespace", county}, args...)...); complaint != "" {
			t.Fatalf("helm %s %v: %s", verb, args, complaint)
		}
	}
	var first kept
	still := func(after string) {
		t.Helper()
		eventuallyServed(t, county)
		if difference := cmp.Diff(first, keptIn(t, county)); difference != "" {
			t.Errorf("the data is another after the %s (-first +now):\n%s", after, difference)
		}
	}

	release("install", stationChart, "--values", minimal)
	eventuallyServed(t, county)
	first = keptIn(t, county)
	release("upgrade", stationChart, "--values", minimal, "--set", "intake.image=r.example/liaison-intake:2,displayName=changed")
	still("upgrade")
	release("rollback", "1")
	still("rollback")
	if name := stationIn(t, county).Spec.DisplayName; name == "changed" {
		t.Error("nothing is rolled back")
	}
	release("uninstall")
	eventuallyGone(t, &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo"}},
		&appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo-intake"}})
	release("install", stationChart, "--values", minimal)
	still("installation anew")

	// Who says so gets rid of it, and the above was no accident.
	release("upgrade", stationChart, "--values", minimal, "--set", "reclaimPolicy=Delete")
	still("change of mind")
	controlplane.Eventually(t, "the claim belongs to the station", func(ctx context.Context) error {
		claim := &corev1.PersistentVolumeClaim{}
		if err := cluster.Client.Get(ctx, types.NamespacedName{Namespace: county, Name: "zhongduo-intake-data"}, claim); err != nil {
			return err
		}
		if len(claim.OwnerReferences) == 0 {
			return errors.New("it belongs to nobody")
		}
		return nil
	})
	release("uninstall")
	eventuallyGone(t, &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo-intake-data"}})
}

// kept is what must not be made anew.
type kept struct {
	Claim, Secret types.UID
	Data, Staff   map[string][]byte
}

func keptIn(t *testing.T, county string) kept {
	t.Helper()
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo-intake-data"}}
	data := &corev1.Secret{ObjectMeta: claim.ObjectMeta}
	staff := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo-intake-staff"}}
	for _, object := range []client.Object{claim, data, staff} {
		cluster.Get(t, object)
	}
	return kept{claim.UID, data.UID, data.Data, staff.Data}
}

func stationIn(t *testing.T, county string) *v1alpha1.LiaisonStation {
	t.Helper()
	station := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo"}}
	cluster.Get(t, station)
	return station
}

func eventuallyServed(t *testing.T, county string) {
	t.Helper()
	controlplane.Eventually(t, "the station serves as it is declared", func(context.Context) error {
		station := stationIn(t, county)
		if station.Status.ObservedGeneration != station.Generation || !meta.IsStatusConditionTrue(station.Status.Conditions, v1alpha1.ConditionReady) {
			return fmt.Errorf("its status is %+v", station.Status)
		}
		return nil
	})
}

func eventuallyGone(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		controlplane.Eventually(t, fmt.Sprintf("%T %s is gone", object, object.GetName()), func(ctx context.Context) error {
			err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(object), object)
			if err == nil {
				return errors.New("it is there")
			}
			return client.IgnoreNotFound(err)
		})
	}
}

// An operator's release goes back to the version before, and forward again; what townships declared stays as it is.
func TestAnUpgradeOfTheOperatorIsTakenBack(t *testing.T) {
	notice(t, previous)
	kubeconfig, operators, county := kubeconfigFile(t), cluster.Namespace(t), cluster.Namespace(t)
	release := func(namespace, verb string, args ...string) {
		t.Helper()
		if _, complaint := helm(t, append([]string{verb, "named", "--kubeconfig", kubeconfig, "--namespace", namespace}, args...)...); complaint != "" {
			t.Fatalf("helm %s %v: %s", verb, args, complaint)
		}
	}
	ofCounty, ofTownship := filepath.Join(previous, "county-values.yaml"), filepath.Join(previous, "township-values.yaml")
	release(operators, "install", filepath.Join(previous, "liaison-operator"), "--values", ofCounty, "--take-ownership", "--force-conflicts")
	release(county, "install", filepath.Join(previous, "liaison-station"), "--values", ofTownship)
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: operators, Name: "named-liaison-operator"}}
	cluster.Get(t, deployment)
	before, stations := deployment.Spec, declared(t, county)

	release(operators, "upgrade", operatorChart, "--values", ofCounty, "--set", "log.level=debug")
	release(county, "upgrade", stationChart, "--values", ofTownship)
	release(operators, "rollback", "1")
	release(county, "rollback", "1")
	cluster.Get(t, deployment)
	if difference := cmp.Diff(before, deployment.Spec); difference != "" {
		t.Errorf("the operator is not what it was (-before +after):\n%s", difference)
	}
	for i, now := range declared(t, county) {
		if now.GetUID() != stations[i].GetUID() || now.GetGeneration() != stations[i].GetGeneration() {
			t.Errorf("%T %s was made anew, or changed", now, now.GetName())
		}
	}
	release(operators, "upgrade", operatorChart, "--values", ofCounty)
	wantPresentKinds(t)
	release(operators, "uninstall")
}

package bench

import (
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

const (
	// quietFor is how long nothing may be said before the operator counts as settled.
	quietFor = 20 * time.Second
	// watched is how long a settled operator is listened to.
	watched = 2 * time.Minute
)

// BenchmarkSettled counts what a settled operator with rosters and stations, whose real intakes it polls, says to the API server in
// two minutes, watches apart, and which objects move when it is started again. Both are to be zero; a new start reads each kind once.
func BenchmarkSettled(b *testing.B) {
	for b.Loop() {
		namespace := cluster.Namespace(b)
		heard := newWire()
		stop := operate(b, namespace, heard)
		for n := range 5 {
			name := fmt.Sprintf("s%03d", n)
			cluster.Create(b,
				fixture.Roster(name).In(namespace).Deputies(20).Obj(),
				fixture.Station(name).In(namespace).WithRoster(name).Obj())
			run(b, namespace, name)
		}
		untilQuiet(heard)
		before := len(heard.messages())
		<-time.After(watched)
		said := heard.messages()[before:]
		stop()
		for _, m := range said {
			b.Logf("said while settled: %s %s", m.method, m.path)
		}

		versions := cluster.Versions(b, namespace, everything()...)
		again := newWire()
		stop = operate(b, namespace, again)
		untilQuiet(again)
		stop()
		b.ReportMetric(float64(len(said)), "requests-while-settled")
		b.ReportMetric(float64(moved(versions, cluster.Versions(b, namespace, everything()...))), "objects-moved-by-restart")
	}
}

// untilQuiet waits until nothing was said for a while.
func untilQuiet(w *wire) {
	for {
		select {
		case <-w.heard:
		case <-time.After(quietFor):
			return
		}
	}
}

// everything lists the kinds the operator writes.
func everything() []client.ObjectList {
	return []client.ObjectList{
		&v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{},
		&corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.PersistentVolumeClaimList{}, &corev1.ServiceList{},
		&corev1.ServiceAccountList{}, &appsv1.StatefulSetList{}, &networkingv1.NetworkPolicyList{},
	}
}

func moved(before, after map[string]string) int {
	n := 0
	for object, version := range after {
		if before[object] != version {
			n++
		}
	}
	return n
}

package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
)

func zhongduo(key types.NamespacedName) *v1alpha1.LiaisonStation {
	return &v1alpha1.LiaisonStation{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Spec: v1alpha1.LiaisonStationSpec{
			DisplayName: "中垛乡人大代表联络站",
			Township:    v1alpha1.Township{Name: "中垛乡", Code: "141028204", County: "吉县"},
			Staff: v1alpha1.Staff{
				Head:           v1alpha1.StaffHead{Name: "站长"},
				Administrators: []v1alpha1.Administrator{{Username: "guanli1", Name: "管理员一"}},
			},
			Topics: []string{"道路交通"},
		},
	}
}

func deputies(key types.NamespacedName) *v1alpha1.DeputyRoster {
	return &v1alpha1.DeputyRoster{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Spec: v1alpha1.DeputyRosterSpec{
			Deputies: []v1alpha1.Deputy{
				{ID: "d001", Name: "县代表01", Level: v1alpha1.DeputyCounty},
				{ID: "d031", Name: "乡代表01", Level: v1alpha1.DeputyTownship},
			},
			Reception: &v1alpha1.Reception{Schedule: v1alpha1.ReceptionSchedule{DayOfMonth: 10}},
			Duty:      &v1alpha1.Duty{},
		},
	}
}

// internalToken waits for the Secret that the station controller makes.
func internalToken(t *testing.T, key types.NamespacedName) string {
	t.Helper()
	secret := &corev1.Secret{}
	name := types.NamespacedName{Namespace: key.Namespace, Name: station.DataName(key.Name)}
	controlplane.Eventually(t, "the station's token is made", func(ctx context.Context) error {
		return cluster.Client.Get(ctx, name, secret)
	})
	return string(secret.Data[station.InternalTokenKey])
}

// startIntake answers the operator as an intake does that holds Zhongduo's ledger of 3 August 2022.
func startIntake(t *testing.T, token string) string {
	t.Helper()
	report := stationconf.BacklogReport{
		Version: "test", Received: 56, Visits: 68, OldestPending: time.Now().Add(-time.Hour),
		Routes: map[casework.Route]stationconf.RouteBacklog{casework.County: {Pending: 1}},
		Closed: map[casework.Result]int64{casework.ResolvedA: 55},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(report)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// startPod does what the StatefulSet controller and a kubelet would do.
func startPod(t *testing.T, key types.NamespacedName, address string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: key.Namespace, Name: station.PodName(key.Name),
			Labels: map[string]string{station.LabelManagedBy: station.ManagedBy, station.LabelStation: key.Name},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "intake", Image: "intake:test",
			Ports: []corev1.ContainerPort{{Name: "internal", ContainerPort: int32(number)}},
		}}},
	}
	cluster.Create(t, pod)
	pod.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: host, PodIPs: []corev1.PodIP{{IP: host}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	if err := cluster.Client.Status().Update(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
}

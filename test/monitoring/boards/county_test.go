package boards

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

const countyNamespace = "jixian"

// declareCounty declares four stations: a busy one, one that nobody uses, one whose intake is broken, and one that is stopped.
func declareCounty(t *testing.T) {
	t.Helper()
	cluster.Create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: countyNamespace}},
		fixture.Roster("zhongduo").In(countyNamespace).Deputies(6).Leaders(2).
			ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj())
	for _, s := range []struct {
		name, township, code string
		reports              http.HandlerFunc
	}{
		{"zhongduo", "中垛乡", "141028204", busy()},
		{"tunli", "屯里镇", "141028101", idle},
		{"wencheng", "文城乡", "141028202", broken},
		{"checheng", "车城乡", "141028203", nil},
	} {
		declared := fixture.Station(s.name).In(countyNamespace).WithRoster("zhongduo").Obj()
		declared.Spec.DisplayName = s.township + "人大代表联络站"
		declared.Spec.Township = v1alpha1.Township{Name: s.township, Code: s.code, County: "吉县"}
		declared.Spec.Suspend = s.reports == nil
		cluster.Create(t, declared)
		if s.reports != nil {
			serve(t, s.name, s.reports)
		}
	}
}

// serve does what a StatefulSet controller and a kubelet do: the station's pod runs, and its intake answers.
func serve(t *testing.T, name string, reports http.HandlerFunc) {
	t.Helper()
	intake := httptest.NewServer(reports)
	t.Cleanup(intake.Close)
	set := &appsv1.StatefulSet{}
	controlplane.Eventually(t, name+" has a StatefulSet", func(ctx context.Context) error {
		return cluster.Client.Get(ctx, client.ObjectKey{Namespace: countyNamespace, Name: station.IntakeName(name)}, set)
	})
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: countyNamespace, Name: station.PodName(name), Labels: set.Spec.Template.Labels},
		Spec:       *set.Spec.Template.Spec.DeepCopy(),
	}
	host, port := addressOf(t, intake)
	for i := range pod.Spec.Containers[0].Ports {
		if answers := &pod.Spec.Containers[0].Ports[i]; answers.Name == "internal" {
			answers.ContainerPort = port
		}
	}
	cluster.Create(t, pod)
	pod.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: host,
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, Replicas: 1, CurrentRevision: "1", UpdateRevision: "1"}
	for _, object := range []client.Object{pod, set} {
		if err := cluster.Client.Status().Update(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
}

func addressOf(t *testing.T, intake *httptest.Server) (host string, port int32) {
	t.Helper()
	host, written, err := net.SplitHostPort(strings.TrimPrefix(intake.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseInt(written, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return host, int32(number)
}

// busy is an intake where between two polls something happens of everything.
func busy() http.HandlerFunc {
	var polls atomic.Int64
	oldest := time.Now().Add(-100 * 24 * time.Hour)
	head := strings.Repeat("a", 64)
	return func(w http.ResponseWriter, r *http.Request) {
		n := polls.Add(1)
		report := stationconf.BacklogReport{
			Version: "test", OldestPending: oldest, Received: 9 * n, Visits: n, Reopened: n, Withdrawn: n, Merged: n,
			Routes: map[casework.Route]stationconf.RouteBacklog{}, Closed: map[casework.Result]int64{}, Satisfaction: map[string]int64{},
			Audit: &stationconf.Audit{Length: 1, Head: head},
		}
		for _, route := range []casework.Route{casework.Unclassified, casework.OnTheSpot, casework.Township, casework.County, casework.Explain} {
			report.Routes[route] = stationconf.RouteBacklog{Pending: 2, Overdue: 1}
		}
		for _, result := range casework.Results() {
			report.Closed[result] = n
		}
		for _, rating := range casework.Satisfactions() {
			report.Satisfaction[string(rating)] = n
		}
		if r.URL.Query().Has(stationconf.AuditQuery) {
			report.Audit.Asked = &stationconf.AuditPoint{Length: 1, Hash: head}
		}
		answer(w, report)
	}
}

// idle is an intake that nobody brings anything to.
func idle(w http.ResponseWriter, _ *http.Request) {
	answer(w, stationconf.BacklogReport{Version: "test", Routes: map[casework.Route]stationconf.RouteBacklog{}})
}

func broken(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func answer(w http.ResponseWriter, report stationconf.BacklogReport) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(report) // whoever hangs up asks again
}

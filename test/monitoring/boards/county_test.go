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
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

const countyNamespace = "jixian"

// declareCounty declares five stations: a busy one, one that nobody uses and whose audit log was cut, one whose intake is broken, one that does not come
// up, and one that is stopped.
func declareCounty(t *testing.T, busy *httptest.Server) {
	t.Helper()
	cluster.Create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: countyNamespace}},
		fixture.Roster("zhongduo").In(countyNamespace).Deputies(6).Leaders(2).
			ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj())
	for _, s := range []struct {
		name, township, code string
		suspended            bool
		intake               *httptest.Server
	}{
		{name: "zhongduo", township: "中垛乡", code: "141028204", intake: busy},
		{name: "tunli", township: "屯里镇", code: "141028101", intake: listening(t, idle())},
		{name: "wencheng", township: "文城乡", code: "141028202", intake: listening(t, broken)},
		{name: "baishansi", township: "柏山寺乡", code: "141028205"},
		{name: "checheng", township: "车城乡", code: "141028203", suspended: true},
	} {
		declared := fixture.Station(s.name).In(countyNamespace).WithRoster("zhongduo").Obj()
		declared.Spec.DisplayName = s.township + "人大代表联络站"
		declared.Spec.Township = v1alpha1.Township{Name: s.township, Code: s.code, County: "吉县"}
		declared.Spec.Suspend = s.suspended
		cluster.Create(t, declared)
		if s.intake != nil {
			serve(t, s.name, s.intake)
		}
	}
}

// listening serves until the test ends.
func listening(t *testing.T, answers http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(answers)
	t.Cleanup(server.Close)
	return server
}

// serve does what a StatefulSet controller and a kubelet do: the station's pod runs, and its intake answers.
func serve(t *testing.T, name string, intake *httptest.Server) {
	t.Helper()
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
		if internal := &pod.Spec.Containers[0].Ports[i]; internal.Name == "internal" {
			internal.ContainerPort = port
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

// busy is an intake where between two polls something happens of everything, and between two scrapes as well.
func busy() http.HandlerFunc {
	var polls atomic.Int64
	oldest := time.Now().Add(-100 * 24 * time.Hour)
	scraped := scrapedIntake()
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			scraped(w, r)
			return
		}
		n := polls.Add(1)
		report := stationconf.BacklogReport{
			Version: "test", OldestPending: oldest, Received: 9 * n, Visits: n, Reopened: n, Withdrawn: n, Merged: n,
			Routes: map[casework.Route]stationconf.RouteBacklog{}, Closed: map[casework.Result]int64{}, Satisfaction: map[string]int64{},
			Closings: &stationconf.Closings{OnTime: 3 * n, Late: n}, Audit: auditLog(r, 1),
		}
		for _, route := range fromcrd.Routes() {
			report.Routes[route] = stationconf.RouteBacklog{Pending: 2, Overdue: 1}
		}
		for _, result := range casework.Results() {
			report.Closed[result] = n
		}
		for _, rating := range casework.Satisfactions() {
			report.Satisfaction[string(rating)] = n
		}
		answer(w, report)
	}
}

// idle is an intake that nobody brings anything to. From its second answer on, its audit log is shorter than it was.
func idle() http.HandlerFunc {
	var polls atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		answer(w, stationconf.BacklogReport{
			Version: "test", Routes: map[casework.Route]stationconf.RouteBacklog{}, Audit: auditLog(r, max(1, 3-polls.Add(1))),
		})
	}
}

// auditLog of that many entries, with the one that the operator asks for.
func auditLog(r *http.Request, length int64) *stationconf.Audit {
	hash := strings.Repeat("a", 64)
	shown := &stationconf.Audit{Length: length, Head: hash}
	if r.URL.Query().Has(stationconf.AuditQuery) {
		shown.Asked = &stationconf.AuditPoint{Length: length, Hash: hash}
	}
	return shown
}

func broken(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func answer(w http.ResponseWriter, report stationconf.BacklogReport) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(report) // whoever hangs up asks again
}

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

const operatorNamespace = "liaison-system"

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// families are the metrics that outside tools rely on.
var families = []string{
	"liaison_station_info", "liaison_station_ready",
	"liaison_cases_pending", "liaison_cases_overdue", "liaison_case_oldest_pending_seconds",
	"liaison_cases_received_total", "liaison_cases_closed_total", "liaison_visits_total",
	"liaison_reception_next_timestamp_seconds", "liaison_reception_next_uncovered", "liaison_duty_uncovered_shifts", "liaison_duty_fairness_spread",
	"liaison_backlog_age_seconds", "liaison_backlog_poll_errors_total", "liaison_holiday_calendar_known",
	"liaison_rollout_stations",
}

// ownSeries are the beginnings of the series on the operator itself that alerts, benchmarks and docs rely on.
var ownSeries = []string{
	`liaison_operator_api_writes_total{kind="StatefulSet",reason="create"}`,
	`liaison_operator_api_writes_total{kind="LiaisonStation",reason="status"}`,
	`controller_runtime_reconcile_total{controller="station",result="success"}`,
	`controller_runtime_reconcile_total{controller="station",result="requeue_after"}`,
	`controller_runtime_reconcile_total{controller="station",result="error"}`,
	`controller_runtime_reconcile_total{controller="roster",result="success"}`,
	`controller_runtime_reconcile_errors_total{controller="station"}`,
	`controller_runtime_reconcile_time_seconds_bucket{controller="station",`,
	`workqueue_depth{controller="station",`,
	`workqueue_queue_duration_seconds_bucket{controller="station",`,
	`rest_client_requests_total{code="200",`,
	`leader_election_master_status{name="liaison-operator"} 1`,
	`go_goroutines `,
	`process_resident_memory_bytes `,
}

func TestADeclaredStationIsServedUntilItIsDeleted(t *testing.T) {
	running := startOperator(t, grantClusterWide(t), operatorNamespace)
	running.eventuallyReady(t)
	if err := getOK(t.Context(), "http://"+running.probes+"/healthz"); err != nil {
		t.Error(err)
	}

	key := types.NamespacedName{Namespace: cluster.Namespace(t), Name: "zhongduo"}
	declared := zhongduo(key)
	declared.Spec.RosterRef = &v1alpha1.LocalReference{Name: "zhongduo"}
	cluster.Create(t, declared, deputies(key))
	startPod(t, key, startIntake(t, internalToken(t, key)))
	controlplane.Eventually(t, "the pending case is in the status", func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, key, declared); err != nil {
			return err
		}
		if b := declared.Status.Backlog; b == nil || b.Pending != 1 || b.Closed != 55 {
			return fmt.Errorf("the backlog is %+v", b)
		}
		return nil
	})

	prometheus := tokenOf(t, "prometheus")
	allowScrapes(t, "prometheus")
	stranger := tokenOf(t, "stranger")
	wantRefused(t, running, "", http.StatusUnauthorized)
	wantRefused(t, running, stranger, http.StatusForbidden)

	exposition := eventuallyScraped(t, running, prometheus, "the station's figures are in the metrics", func(body string) error {
		for _, series := range []string{
			fmt.Sprintf(`liaison_cases_pending{namespace=%q,route="county",station="zhongduo"} 1`, key.Namespace),
			fmt.Sprintf(`liaison_cases_pending{namespace=%q,route="unclassified",station="zhongduo"} 0`, key.Namespace),
			fmt.Sprintf(`liaison_cases_closed_total{namespace=%q,result="A",station="zhongduo"} 55`, key.Namespace),
			fmt.Sprintf(`liaison_visits_total{namespace=%q,station="zhongduo"} 68`, key.Namespace),
			fmt.Sprintf(`liaison_station_info{code="141028204",county="吉县",namespace=%q,station="zhongduo",township="中垛乡"} 1`, key.Namespace),
		} {
			if !strings.Contains(body, series+"\n") {
				return fmt.Errorf("there is no %s", series)
			}
		}
		for _, family := range families {
			if !strings.Contains(body, "\n"+family+"{") {
				return fmt.Errorf("there is no series of %s", family)
			}
		}
		for _, series := range ownSeries {
			if !strings.Contains(body, "\n"+series) {
				return fmt.Errorf("there is no %s", series)
			}
		}
		return nil
	})
	lint(t, exposition)

	if err := cluster.Client.Delete(t.Context(), declared); err != nil {
		t.Fatal(err)
	}
	eventuallyScraped(t, running, prometheus, "the deleted station's series are gone", func(body string) error {
		if strings.Contains(body, fmt.Sprintf(`namespace=%q`, key.Namespace)) {
			return errors.New("they are still there")
		}
		return nil
	})

	running.stop()
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: leaseName}}
	cluster.Get(t, lease)
	if lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity != "" {
		t.Errorf("the stopped operator still holds the lease as %s", *lease.Spec.HolderIdentity)
	}
}

func TestNamedNamespacesNeedNoClusterWideRight(t *testing.T) {
	own, served, other := cluster.Namespace(t), cluster.Namespace(t), cluster.Namespace(t)
	cluster.Create(t, zhongduo(types.NamespacedName{Namespace: other, Name: "elsewhere"}))
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, "s3cret")
	pprof := controlplane.FreeAddress(t)
	sent := &requests{used: map[right]bool{}}
	config := grantInNamespaces(t, own, served)
	config.Wrap(sent.wrap)
	running := startOperator(t, config, own,
		"--watch-namespaces="+served, "--metrics-token-file="+file, "--pprof-bind-address="+pprof)
	running.eventuallyReady(t)

	key := types.NamespacedName{Namespace: served, Name: "zhongduo"}
	cluster.Create(t, zhongduo(key))
	internalToken(t, key)
	body := eventuallyScraped(t, running, "s3cret", "the metrics are served to the token's bearer", func(body string) error {
		if !strings.Contains(body, `station="zhongduo"`) {
			return errors.New("there is no series of the station")
		}
		return nil
	})
	if strings.Contains(body, "elsewhere") {
		t.Error("a station in another namespace is looked after")
	}
	wantRefused(t, running, "", http.StatusUnauthorized)
	wantRefused(t, running, "guessed", http.StatusUnauthorized)
	if err := getOK(t.Context(), "http://"+pprof+"/debug/pprof/"); err != nil {
		t.Error(err)
	}
	running.stop()
	sent.wantNoneRefused(t)
}

// A station that stays in a fault is looked at again and again; whoever reads its events learns of the fault once.
func TestAFaultThatStaysIsToldOnce(t *testing.T) {
	startOperator(t, grantClusterWide(t), operatorNamespace)
	key := types.NamespacedName{Namespace: cluster.Namespace(t), Name: "zhongduo"}
	foreign := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: station.DataName(key.Name)}}
	declared := zhongduo(key)
	cluster.Create(t, foreign, declared)
	s := story{T: t, key: key}
	for _, name := range []string{"一", "二", "三"} {
		s.edit(declared, func() { declared.Spec.DisplayName = name })
		s.until("the station is looked at, and stalls", func(st *v1alpha1.LiaisonStation) bool {
			stalled := meta.FindStatusCondition(st.Status.Conditions, v1alpha1.ConditionStalled)
			return stalled != nil && stalled.Status == metav1.ConditionTrue && stalled.ObservedGeneration == declared.Generation
		})
	}
	if err := cluster.Client.Delete(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	s.edit(declared, func() { declared.Spec.DisplayName = "四" })
	startPod(t, key, startIntake(t, internalToken(t, key)))
	controlplane.Eventually(t, "the last event is there", func(ctx context.Context) error {
		return wantEvents(ctx, key, map[string]int{station.ReasonNameTaken: 1, station.ReasonAnswers: 1})
	})
}

// wantEvents compares how often each reason was told of the object.
func wantEvents(ctx context.Context, regarding types.NamespacedName, want map[string]int) error {
	list := &eventsv1.EventList{}
	if err := cluster.Client.List(ctx, list, client.InNamespace(regarding.Namespace)); err != nil {
		return err
	}
	told := map[string]int{}
	for _, event := range list.Items {
		if event.Regarding.Name != regarding.Name {
			continue
		}
		told[event.Reason]++
		if event.Series != nil {
			told[event.Reason] += int(event.Series.Count) - 1
		}
	}
	if !maps.Equal(told, want) {
		return fmt.Errorf("told were %v, want %v", told, want)
	}
	return nil
}

// lint finds what promtool check metrics finds.
func lint(t *testing.T, exposition string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(exposition)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
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
	"liaison_reception_next_timestamp_seconds", "liaison_duty_uncovered_shifts", "liaison_duty_fairness_spread",
	"liaison_backlog_age_seconds", "liaison_backlog_poll_errors_total", "liaison_holiday_calendar_known",
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
		return nil
	})
	lint(t, exposition)

	if err := cluster.Client.Delete(t.Context(), declared); err != nil {
		t.Fatal(err)
	}
	eventuallyScraped(t, running, prometheus, "the deleted station's series are gone", func(body string) error {
		if strings.Contains(body, `station="zhongduo"`) {
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
	pprof := freeAddress(t)
	running := startOperator(t, grantInNamespaces(t, own, served), own,
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

// Package e2e follows one township through the product whole, as county IT, a resident and the station's staff would:
// a development cluster of its own, both charts, and the real binaries.
package e2e

import (
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/visitor"
)

const (
	county  = "jixian"
	station = "zhongduo"
)

func TestATownshipFromDeclarationToRemoval(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a whole cluster, which takes a minute")
	}
	cluster := start(t)

	step(t, "county IT installs the operator")
	cluster.helm("upgrade", "--install", release, filepath.Join(root, "charts", "liaison-operator"), "--namespace", operatorNamespace,
		"--create-namespace", "--set", "image.tag=dev,intake.image.tag=dev,backlog.interval=2s", "--wait", "--timeout", "2m")
	scrape := cluster.scraper()
	scrape.refusesStrangers()

	step(t, "county IT declares the township; the operator is killed while it works on it")
	cluster.declare()
	cluster.eventually("a first child of the station", cluster.hasAnyChild)
	cluster.killOperator()
	cluster.eventually("the station is Ready and its duty schedule has arrived", func() bool {
		conditions := cluster.station().Status.Conditions
		return meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionReady) && meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionScheduleReady)
	})
	cluster.eventually("the station shows who is on duty today and the next reception", func() bool {
		status := cluster.station().Status
		return status.OnDutyToday != nil && status.OnDutyToday.Names != "" && status.NextReception != nil
	})

	step(t, "a resident submits a suggestion")
	people := cluster.visitor()
	receipt, _, err := people.Suggest(t.Context(), "e2e-1", visitor.Suggestion{Topic: "道路交通", Village: "白额村", Text: "白额村田间路冲毁，农用车进不了果园。"})
	if err != nil {
		t.Fatal(err)
	}
	code := receipt.Code
	cluster.eventually("status shows 1 pending", cluster.pending(1))
	scrape.eventually("liaison_cases_pending", labels{"station": station, "route": "unclassified"}, 1)
	scrape.eventually("liaison_station_ready", labels{"namespace": county, "station": station}, 1)
	scrape.eventually("liaison_cases_received_total", labels{"station": station}, 1)
	scrape.satisfiesPromtool()

	step(t, "the staff bring it to a close")
	cluster.signIn(people)
	for _, take := range []func() error{
		func() error { return people.Classify(t.Context(), code, "county", "所需资金超出乡里能力") },
		func() error { return people.Answer(t.Context(), code, "A", "路基已修复，恢复通行。") },
		func() error { return people.Feedback(t.Context(), code, "phone", "已电话告知。") },
		func() error { return people.Close(t.Context(), code) },
	} {
		if err := take(); err != nil {
			t.Fatal(err)
		}
	}
	cluster.eventually("status shows 0 pending", cluster.pending(0))
	scrape.eventually("liaison_cases_pending", labels{"station": station, "route": "county"}, 0)
	scrape.eventually("liaison_cases_closed_total", labels{"station": station, "result": "A"}, 1)

	step(t, "the county takes the station down: its series go, the residents' data stay")
	claim, secret := cluster.claim(), cluster.dataSecret()
	cluster.helm("uninstall", station, "--namespace", county, "--wait")
	cluster.eventually("the station's pod is gone", func() bool { return !cluster.hasPod() })
	scrape.eventuallyNothingAbout(station)
	if kept := cluster.claim(); kept.UID != claim.UID {
		t.Errorf("the claim was replaced: %s, then %s", claim.UID, kept.UID)
	}

	step(t, "declared again, it finds its data")
	cluster.declare()
	cluster.eventually("the station is Ready again", func() bool {
		return meta.IsStatusConditionTrue(cluster.station().Status.Conditions, v1alpha1.ConditionReady)
	})
	progress, err := cluster.visitor().LookUp(t.Context(), receipt)
	if err != nil || !progress.Closed() {
		t.Errorf("the old receipt gives %+v (%v), want the closed case", progress, err)
	}
	if found := cluster.dataSecret(); found.UID != secret.UID || string(found.Data["data-key"]) != string(secret.Data["data-key"]) {
		t.Error("the data Secret was replaced: what residents wrote could not be read any more")
	}

	step(t, "the operator is removed: the API and the station stay")
	cluster.helm("uninstall", release, "--namespace", operatorNamespace, "--wait")
	if !cluster.hasPod() || cluster.station().Name != station {
		t.Error("removing the operator took the station with it")
	}
}

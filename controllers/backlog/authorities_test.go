package backlog

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

func TestTheConditionSaysWhatTheIntakeBelieves(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	o.intake.reports(zhongduo())
	wait := o.reconcile()
	o.wantNoAuthorities()
	for _, step := range []struct {
		problem string
		status  metav1.ConditionStatus
		reason  string
		says    string
		events  int
	}{
		{stationconf.AuthoritiesMissing, metav1.ConditionFalse, ReasonAuthoritiesMissing, "county's default caConfigMapRef", 1},
		{stationconf.AuthoritiesMissing, metav1.ConditionFalse, ReasonAuthoritiesMissing, "in namespace jixian", 0},
		{stationconf.AuthoritiesUnusable, metav1.ConditionFalse, ReasonAuthoritiesUnusable, "-----BEGIN CERTIFICATE-----", 1},
		{"", metav1.ConditionTrue, ReasonTrusted, "beside the public ones", 0},
	} {
		report := zhongduo()
		report.Authorities = &stationconf.Authorities{Problem: step.problem}
		o.intake.reports(report)
		wait = o.nextPoll(wait)
		condition := meta.FindStatusCondition(o.status().Conditions, v1alpha1.ConditionAuthoritiesTrusted)
		if condition == nil || condition.Status != step.status || condition.Reason != step.reason || !strings.Contains(condition.Message, step.says) {
			t.Errorf("with %q the condition is %+v", step.problem, condition)
		}
		if events := o.told(); len(events) != step.events {
			t.Errorf("with %q the events are %q", step.problem, events)
		}
	}
	o.intake.reports(zhongduo()) // as when the station names no ConfigMap any more
	o.nextPoll(wait)
	o.wantNoAuthorities()
}

func (o *office) wantNoAuthorities() {
	o.t.Helper()
	if condition := meta.FindStatusCondition(o.status().Conditions, v1alpha1.ConditionAuthoritiesTrusted); condition != nil {
		o.t.Errorf("a station without authorities of its own says %+v", condition)
	}
}

func TestTheMissingConfigMapIsCalledByItsName(t *testing.T) {
	station := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian"}}
	station.Spec.Intake.CAConfigMapRef = &v1alpha1.CAConfigMapReference{Name: "county-ca"}
	told := standing{}.trusting(station, &stationconf.Authorities{Problem: stationconf.AuthoritiesMissing}, noon)
	for _, part := range []string{"county-ca", "ca.crt", "jixian"} {
		if !strings.Contains(told.Message, part) {
			t.Errorf("the condition says %q, not %q", told.Message, part)
		}
	}
}

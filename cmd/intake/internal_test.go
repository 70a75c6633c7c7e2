package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"township.dev/liaison/internal/casework"
)

func (s *station) metrics(t testing.TB) string {
	t.Helper()
	got := s.send(t, http.MethodGet, s.internal+"/metrics", "")
	if got.StatusCode != 200 {
		t.Fatalf("/metrics answers %d", got.StatusCode)
	}
	return got.body
}

func TestTheInternalPortIsNotPublicAndTheOtherWayRound(t *testing.T) {
	s := start(t, newMount(t))
	for _, path := range []string{"/livez", "/readyz", "/metrics", "/internal/backlog", "/healthz"} {
		if got := s.send(t, http.MethodGet, s.public+path, ""); got.StatusCode != 404 {
			t.Errorf("the public port answers %s with %d", path, got.StatusCode)
		}
	}
	for _, path := range []string{"/", "/desk", "/suggest"} {
		if got := s.send(t, http.MethodGet, s.internal+path, ""); got.StatusCode != 404 {
			t.Errorf("the internal port answers %s with %d", path, got.StatusCode)
		}
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if got := s.send(t, http.MethodGet, s.internal+path, ""); got.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
}

func TestTheBacklogNeedsTheToken(t *testing.T) {
	s := start(t, newMount(t))
	for name, header := range map[string][]string{
		"none": nil, "a wrong one": {"Authorization", "Bearer wrong"}, "an empty one": {"Authorization", "Bearer "},
		"the right one, another scheme": {"Authorization", "Basic " + internalToken},
	} {
		got := s.send(t, http.MethodGet, s.internal+"/internal/backlog", "", header...)
		if got.StatusCode != 401 || !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("with %s: %d %q", name, got.StatusCode, got.Header.Get("WWW-Authenticate"))
		}
	}
	report := s.backlog(t)
	if report.Version != "dev" || len(report.Routes) != 5 || len(report.Closed) != len(casework.Results()) || !report.OldestPending.IsZero() {
		t.Errorf("an empty station reports %+v", report)
	}
}

func TestMetricsCountWhatHappenedAndNameNobody(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("白额村田间路被冲毁，三轮车进不去。")
	code := kept.code
	s.send(t, http.MethodPost, s.public+"/suggest", "topic=x", "Content-Type", formType)
	s.send(t, http.MethodPost, s.public+"/suggest", goodForm, "Content-Type", formType, "Sec-Fetch-Site", "cross-site")
	s.send(t, http.MethodPost, s.public+"/api/v1/suggestions", "{", "Content-Type", "application/json")
	s.send(t, http.MethodGet, s.public+kept.address(), "")
	text := s.metrics(t)
	for _, want := range []string{
		`liaison_intake_cases_submitted_total 1`,
		`liaison_intake_submissions_refused_total{reason="unknown_topic"} 1`,
		`liaison_intake_submissions_refused_total{reason="cross_site"} 1`,
		`liaison_intake_submissions_refused_total{reason="malformed_json"} 1`,
		`liaison_intake_requests_total{code="303",method="POST",route="/suggest"} 1`,
		`liaison_intake_requests_total{code="200",method="GET",route="/status"} 1`,
		`liaison_intake_request_duration_seconds_count{method="POST",route="/suggest"} 3`,
		`liaison_intake_document_reloads_total{result="applied"} 1`,
		`liaison_intake_info{version="dev"} 1`,
		`go_goroutines `, `process_resident_memory_bytes `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	must(t, err)
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, secret := range []string{code, strings.ReplaceAll(code, "-", ""), "张三", "13912345678", "白额村", "wang", "127.0.0.1"} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
		if strings.Contains(s.log.String(), secret) && secret != "127.0.0.1" { // the service logs where it listens
			t.Errorf("the log tells %q", secret)
		}
	}
}

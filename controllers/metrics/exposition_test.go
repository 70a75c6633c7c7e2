package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/backlog"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
)

// Thursday 1 October 2026 begins in Shanghai while it is still September in UTC.
var now = time.Date(2026, 9, 30, 16, 30, 0, 0, time.UTC)

// polls is what a scrape recalls in a test.
type polls map[types.NamespacedName]backlog.Record

func (p polls) Recall(station types.NamespacedName, _ types.UID) (backlog.Record, bool) {
	record, ok := p[station]
	return record, ok
}

func stationsOf(recalled polls, objects ...client.Object) *Stations {
	leading := make(chan struct{})
	close(leading)
	return &Stations{
		Reader:            fake.NewClientBuilder().WithScheme(controlplane.NewScheme()).WithObjects(objects...).Build(),
		Polls:             recalled,
		Clock:             testclock.NewFakePassiveClock(now),
		Leading:           leading,
		OperatorNamespace: "liaison-system",
	}
}

// scrape of what is served, as Prometheus asks.
func scrape(t *testing.T, process prometheus.Gatherer, stations *Stations) *httptest.ResponseRecorder {
	t.Helper()
	handler, err := Exposition(process, stations)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return answer
}

// shown is the exposition of the stations alone.
func shown(t *testing.T, stations *Stations) string {
	t.Helper()
	answer := scrape(t, prometheus.NewRegistry(), stations)
	if answer.Code != http.StatusOK {
		t.Fatalf("the scrape ended with %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

var (
	zhongduoKey = types.NamespacedName{Namespace: "jixian", Name: "zhongduo"}
	tunliKey    = types.NamespacedName{Namespace: "jixian", Name: "tunli"}
)

// zhongduo has figures and a roster.
func zhongduo() *v1alpha1.LiaisonStation {
	s := station(zhongduoKey, "中垛乡", "141028204")
	s.Spec.RosterRef = &v1alpha1.LocalReference{Name: "zhongduo"}
	oldest := metav1.NewTime(now.Add(-49 * time.Hour))
	s.Status.Backlog = &v1alpha1.Backlog{
		Pending: 1, ByRoute: []v1alpha1.RouteBacklog{{Route: "County", Pending: 1, Overdue: 1}}, Overdue: 1,
		OldestPending: &oldest, Received: 56, Closed: 55, Visits: 68,
	}
	meta.SetStatusCondition(&s.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: "Ready"})
	meta.SetStatusCondition(&s.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionAuditIntact, Status: metav1.ConditionTrue, Reason: "LogIntact"})
	return s
}

// tunli has only just been declared, and suspended.
func tunli() *v1alpha1.LiaisonStation {
	declared := station(tunliKey, "屯里镇", "141028101")
	declared.Spec.Suspend = true
	return declared
}

func station(key types.NamespacedName, township, code string) *v1alpha1.LiaisonStation {
	return &v1alpha1.LiaisonStation{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Spec:       v1alpha1.LiaisonStationSpec{Township: v1alpha1.Township{Name: township, Code: code, County: "吉县"}},
	}
}

func roster() *v1alpha1.DeputyRoster {
	uncovered, broken := int32(2), int32(1)
	return &v1alpha1.DeputyRoster{
		ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo"},
		Spec:       v1alpha1.DeputyRosterSpec{TimeZone: "Asia/Shanghai"},
		Status: v1alpha1.DeputyRosterStatus{
			UncoveredShifts: &uncovered, BrokenAnnouncements: &broken, Fairness: &v1alpha1.Fairness{Duty: 1},
			NextReception: &v1alpha1.NextReception{Date: "2026-10-10", Hours: "09:00-11:00", Uncovered: new(int32(1))},
		},
	}
}

func answered(ago time.Duration, closed map[casework.Result]int64) backlog.Record {
	return backlog.Record{
		Known: now.Add(-time.Hour), Answered: now.Add(-ago), Errors: 3,
		Report: stationconf.BacklogReport{
			Closed: closed, Closings: &stationconf.Closings{OnTime: 51, Late: 4}, Reopened: 2, Withdrawn: 1, Merged: 3,
			Satisfaction: map[string]int64{string(casework.Satisfied): 40, string(casework.NotSatisfied): 4},
		},
	}
}

func TestTheExpositionAfterPolls(t *testing.T) {
	stations := stationsOf(polls{
		zhongduoKey: answered(7*time.Second, map[casework.Result]int64{casework.ResolvedA: 50, casework.PlannedB: 5}),
		tunliKey:    {Known: now.Add(-20 * time.Second), Errors: 1},
	}, zhongduo(), tunli(), roster())
	want := `
# HELP liaison_audit_intact 1 when the intake's audit log has every entry the operator has seen, else 0; absent while no intake has shown its log.
# TYPE liaison_audit_intact gauge
liaison_audit_intact{namespace="jixian",station="zhongduo"} 1
# HELP liaison_backlog_age_seconds Age of the station's figures: time since its intake last answered, or since the operator first looked for it when it has not answered yet.
# TYPE liaison_backlog_age_seconds gauge
liaison_backlog_age_seconds{namespace="jixian",station="tunli"} 20
liaison_backlog_age_seconds{namespace="jixian",station="zhongduo"} 7
# HELP liaison_backlog_poll_errors_total Polls of the station's intake that brought no backlog, since the operator started.
# TYPE liaison_backlog_poll_errors_total counter
liaison_backlog_poll_errors_total{namespace="jixian",station="tunli"} 1
liaison_backlog_poll_errors_total{namespace="jixian",station="zhongduo"} 3
# HELP liaison_case_oldest_pending_seconds How long the case that waits longest has been waiting; 0 when none waits.
# TYPE liaison_case_oldest_pending_seconds gauge
liaison_case_oldest_pending_seconds{namespace="jixian",station="zhongduo"} 176400
# HELP liaison_case_closings_total Closings of cases since the station's database began, by whether they came by the due day; absent while the intake does not tell.
# TYPE liaison_case_closings_total counter
liaison_case_closings_total{namespace="jixian",on_time="false",station="zhongduo"} 4
liaison_case_closings_total{namespace="jixian",on_time="true",station="zhongduo"} 51
# HELP liaison_cases_closed_total Cases closed since the station's database began, by result: A resolved, B planned, C not possible now, D for reference, withdrawn, merged with another.
# TYPE liaison_cases_closed_total counter
liaison_cases_closed_total{namespace="jixian",result="A",station="zhongduo"} 50
liaison_cases_closed_total{namespace="jixian",result="B",station="zhongduo"} 5
liaison_cases_closed_total{namespace="jixian",result="C",station="zhongduo"} 0
liaison_cases_closed_total{namespace="jixian",result="D",station="zhongduo"} 0
liaison_cases_closed_total{namespace="jixian",result="merged",station="zhongduo"} 3
liaison_cases_closed_total{namespace="jixian",result="withdrawn",station="zhongduo"} 1
# HELP liaison_cases_overdue Pending cases past their deadline, by the route they take.
# TYPE liaison_cases_overdue gauge
liaison_cases_overdue{namespace="jixian",route="unclassified",station="zhongduo"} 0
liaison_cases_overdue{namespace="jixian",route="on_the_spot",station="zhongduo"} 0
liaison_cases_overdue{namespace="jixian",route="township",station="zhongduo"} 0
liaison_cases_overdue{namespace="jixian",route="county",station="zhongduo"} 1
liaison_cases_overdue{namespace="jixian",route="explain",station="zhongduo"} 0
# HELP liaison_cases_pending Cases received and not closed, by the route they take.
# TYPE liaison_cases_pending gauge
liaison_cases_pending{namespace="jixian",route="unclassified",station="zhongduo"} 0
liaison_cases_pending{namespace="jixian",route="on_the_spot",station="zhongduo"} 0
liaison_cases_pending{namespace="jixian",route="township",station="zhongduo"} 0
liaison_cases_pending{namespace="jixian",route="county",station="zhongduo"} 1
liaison_cases_pending{namespace="jixian",route="explain",station="zhongduo"} 0
# HELP liaison_cases_received_total Cases received since the station's database began.
# TYPE liaison_cases_received_total counter
liaison_cases_received_total{namespace="jixian",station="zhongduo"} 56
# HELP liaison_cases_reopened_total Cases opened again since the station's database began, because the resident was not satisfied.
# TYPE liaison_cases_reopened_total counter
liaison_cases_reopened_total{namespace="jixian",station="zhongduo"} 2
# HELP liaison_duty_broken_announcements Announced shifts from today on that cannot be held as announced: somebody cannot serve, or the day has become a holiday.
# TYPE liaison_duty_broken_announcements gauge
liaison_duty_broken_announcements{namespace="jixian",station="zhongduo"} 1
# HELP liaison_duty_fairness_spread Most turns less fewest turns among the deputies who serve today, turns up to today, receptions and ordinary duty counted apart.
# TYPE liaison_duty_fairness_spread gauge
liaison_duty_fairness_spread{ledger="duty",namespace="jixian",station="zhongduo"} 1
liaison_duty_fairness_spread{ledger="reception",namespace="jixian",station="zhongduo"} 0
# HELP liaison_duty_uncovered_shifts Planned shifts from today on that lack a deputy or a leader.
# TYPE liaison_duty_uncovered_shifts gauge
liaison_duty_uncovered_shifts{namespace="jixian",station="zhongduo"} 2
# HELP liaison_holiday_calendar_known 1 when the holiday arrangement of the year is known to the station's duty planning, else 0; this year and the next.
# TYPE liaison_holiday_calendar_known gauge
liaison_holiday_calendar_known{namespace="jixian",station="tunli",year="2026"} 1
liaison_holiday_calendar_known{namespace="jixian",station="tunli",year="2027"} 0
liaison_holiday_calendar_known{namespace="jixian",station="zhongduo",year="2026"} 1
liaison_holiday_calendar_known{namespace="jixian",station="zhongduo",year="2027"} 0
# HELP liaison_reception_next_timestamp_seconds When the next reception of residents begins, in seconds since 1970; absent while none is planned.
# TYPE liaison_reception_next_timestamp_seconds gauge
liaison_reception_next_timestamp_seconds{namespace="jixian",station="zhongduo"} 1.791594e+09
# HELP liaison_reception_next_uncovered Places at the next reception without a deputy or a leader: nobody can take them, or who was announced cannot serve; absent while none is planned.
# TYPE liaison_reception_next_uncovered gauge
liaison_reception_next_uncovered{namespace="jixian",station="zhongduo"} 1
# HELP liaison_satisfaction_total Residents' ratings of handled cases since the station's database began: satisfied, basically_satisfied, not_satisfied.
# TYPE liaison_satisfaction_total counter
liaison_satisfaction_total{namespace="jixian",rating="satisfied",station="zhongduo"} 40
liaison_satisfaction_total{namespace="jixian",rating="basically_satisfied",station="zhongduo"} 0
liaison_satisfaction_total{namespace="jixian",rating="not_satisfied",station="zhongduo"} 4
# HELP liaison_station_info A declared station and the township it serves; always 1.
# TYPE liaison_station_info gauge
liaison_station_info{code="141028101",county="吉县",namespace="jixian",station="tunli",township="屯里镇"} 1
liaison_station_info{code="141028204",county="吉县",namespace="jixian",station="zhongduo",township="中垛乡"} 1
# HELP liaison_station_suspended 1 when the station is stopped by its spec, else 0.
# TYPE liaison_station_suspended gauge
liaison_station_suspended{namespace="jixian",station="tunli"} 1
liaison_station_suspended{namespace="jixian",station="zhongduo"} 0
# HELP liaison_station_ready 1 when the station's condition Ready is True, else 0.
# TYPE liaison_station_ready gauge
liaison_station_ready{namespace="jixian",station="tunli"} 0
liaison_station_ready{namespace="jixian",station="zhongduo"} 1
# HELP liaison_visits_total Visits by residents since the station's database began; a visit need not leave a case.
# TYPE liaison_visits_total counter
liaison_visits_total{namespace="jixian",station="zhongduo"} 68
`
	got := shown(t, stations)
	if diff := cmp.Diff(inFamilies(want), inFamilies(got)); diff != "" {
		t.Errorf("the exposition is not what was written down (-want +got):\n%s", diff)
	}
	lint(t, got)
}

// inFamilies is an exposition cut at its families, whose order means nothing.
func inFamilies(exposition string) []string {
	cut := strings.Split(strings.TrimSpace(exposition)+"\n", "# HELP ")
	slices.Sort(cut)
	return cut
}

// lint is promtool's.
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

func TestSeriesVanishWithTheirStation(t *testing.T) {
	// The memory of the polls may outlive the object for a moment; its series may not.
	got := shown(t, stationsOf(polls{zhongduoKey: answered(0, nil), tunliKey: answered(0, nil)}, tunli(), roster()))
	if strings.Contains(got, "zhongduo") || !strings.Contains(got, `station="tunli"`) {
		t.Errorf("the series are not those of tunli alone:\n%s", got)
	}
}

// Only a log that is known to be whole counts as intact; one that the intake no longer shows does not.
func TestABrokenOrHiddenAuditLogCountsAsNotIntact(t *testing.T) {
	for _, status := range []metav1.ConditionStatus{metav1.ConditionFalse, metav1.ConditionUnknown} {
		broken := zhongduo()
		meta.SetStatusCondition(&broken.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionAuditIntact, Status: status, Reason: "Broken"})
		got := shown(t, stationsOf(nil, broken, tunli()))
		if !strings.Contains(got, `liaison_audit_intact{namespace="jixian",station="zhongduo"} 0`) || strings.Count(got, "liaison_audit_intact{") != 1 {
			t.Errorf("with the condition %s:\n%s", status, got)
		}
	}
}

// None on time would be a lie of a station whose intake does not count it.
func TestAnOlderIntakeHasNoClosings(t *testing.T) {
	older := answered(0, map[casework.Result]int64{casework.ResolvedA: 50})
	older.Report.Closings = nil
	got := shown(t, stationsOf(polls{zhongduoKey: older}, zhongduo()))
	if strings.Contains(got, "liaison_case_closings_total") || !strings.Contains(got, "liaison_cases_closed_total") {
		t.Errorf("what nobody counted is told, or what was counted is not:\n%s", got)
	}
}

// A reception that lacks nobody would be a lie of one of which the status, written by an operator of before, does not tell.
func TestAnOlderRosterStatusDoesNotTellWhoIsMissing(t *testing.T) {
	older := roster()
	older.Status.NextReception.Uncovered = nil
	got := shown(t, stationsOf(nil, zhongduo(), older))
	if strings.Contains(got, "liaison_reception_next_uncovered") || !strings.Contains(got, "liaison_reception_next_timestamp_seconds{") {
		t.Errorf("what is not known is told, or what is known is not:\n%s", got)
	}
}

func TestAReplicaInWaitingReportsTheProcessAndNoStation(t *testing.T) {
	process := prometheus.NewRegistry()
	process.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "process_figure", Help: "A figure."}))
	waiting := stationsOf(nil, zhongduo())
	waiting.Leading = make(chan struct{})
	if got := scrape(t, process, waiting).Body.String(); got != "# HELP process_figure A figure.\n# TYPE process_figure gauge\nprocess_figure 0\n" {
		t.Errorf("it reports:\n%s", got)
	}
}

// Half a truth would look like stations that vanished.
func TestWhenTheCacheFailsTheScrapeFails(t *testing.T) {
	stations := stationsOf(nil, zhongduo())
	stations.Reader = brokenReader{stations.Reader}
	answer := scrape(t, prometheus.NewRegistry(), stations)
	if answer.Code != http.StatusInternalServerError || !strings.Contains(answer.Body.String(), "DeputyRosterList") {
		t.Errorf("the scrape ended with %d: %s", answer.Code, answer.Body)
	}
}

func TestWhenTheProcessCannotTellTheScrapeFails(t *testing.T) {
	mute := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("no figures") })
	answer := scrape(t, mute, stationsOf(nil, zhongduo()))
	if answer.Code != http.StatusInternalServerError || !strings.Contains(answer.Body.String(), "no figures") {
		t.Errorf("the scrape ended with %d: %s", answer.Code, answer.Body)
	}
}

// A batch is filled again and again; what an earlier family left in it must not show.
func TestManyStationsHaveEachItsOwnFigures(t *testing.T) {
	const many = slabSize + 1
	var objects []client.Object
	recalled := polls{}
	for i := range many {
		s := station(types.NamespacedName{Namespace: "jixian", Name: fmt.Sprintf("station-%04d", i)}, "屯里镇", "141028101")
		s.Status.Backlog = &v1alpha1.Backlog{Received: int64(i)}
		objects = append(objects, s)
		recalled[client.ObjectKeyFromObject(s)] = backlog.Record{Errors: uint64(2 * i)}
	}
	got := shown(t, stationsOf(recalled, objects...))
	for i := range many {
		for _, want := range []string{
			fmt.Sprintf("liaison_cases_received_total{namespace=\"jixian\",station=\"station-%04d\"} %d\n", i, i),
			fmt.Sprintf("liaison_backlog_poll_errors_total{namespace=\"jixian\",station=\"station-%04d\"} %d\n", i, 2*i),
		} {
			if !strings.Contains(got, want) {
				t.Fatalf("the exposition lacks %s", want)
			}
		}
	}
}

// Prometheus asks for a compressed answer, and Go's client unpacks what it asked for itself.
func TestAScrapeIsCompressed(t *testing.T) {
	handler, err := Exposition(prometheus.NewRegistry(), stationsOf(nil, zhongduo(), tunli()))
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept-Encoding", "gzip")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if encoding := answer.Header().Get("Content-Encoding"); encoding != "gzip" {
		t.Errorf("the answer is encoded as %q", encoding)
	}
}

type brokenReader struct{ client.Reader }

func (b brokenReader) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	if _, ok := list.(*v1alpha1.DeputyRosterList); ok {
		return errors.New("the cache is not there")
	}
	return b.Reader.List(ctx, list, opts...)
}

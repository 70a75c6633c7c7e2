package station

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
	"township.dev/liaison/test/fixture"
)

var october10 = workday.NewDate(2026, time.October, 10)

func TestValidateNamesTheField(t *testing.T) {
	for field, spoil := range map[string]func(*v1alpha1.LiaisonStation){
		"metadata.name":                         func(s *v1alpha1.LiaisonStation) { s.Name = "9zhongduo" },
		"spec.displayName":                      func(s *v1alpha1.LiaisonStation) { s.Spec.DisplayName = " " },
		"spec.township.code":                    func(s *v1alpha1.LiaisonStation) { s.Spec.Township.Code = "14" },
		"spec.township.county":                  func(s *v1alpha1.LiaisonStation) { s.Spec.Township.County = "" },
		"spec.township.villages[0].code":        func(s *v1alpha1.LiaisonStation) { s.Spec.Township.Villages[0].Code = "999999999207" },
		"spec.township.villages[1].name":        func(s *v1alpha1.LiaisonStation) { s.Spec.Township.Villages[1].Name = "白额村" },
		"spec.staff.head.name":                  func(s *v1alpha1.LiaisonStation) { s.Spec.Staff.Head.Name = "" },
		"spec.staff.administrators":             func(s *v1alpha1.LiaisonStation) { s.Spec.Staff.Administrators = nil },
		"spec.staff.administrators[0].username": func(s *v1alpha1.LiaisonStation) { s.Spec.Staff.Administrators[0].Username = "Zhang San" },
		"spec.topics":                           func(s *v1alpha1.LiaisonStation) { s.Spec.Topics = nil },
		"spec.topics[1]":                        func(s *v1alpha1.LiaisonStation) { s.Spec.Topics[1] = s.Spec.Topics[0] },
		"spec.casework.routes[0]":               func(s *v1alpha1.LiaisonStation) { s.Spec.Casework.Routes = []v1alpha1.RouteDeadline{{Route: "County"}} },
		"spec.intake.host":                      func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Host = "https://example" },
		"spec.intake.image":                     func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Image = "a b" },
		"spec.intake.storage.size":              func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Storage.Size.Set(1) },
	} {
		t.Run(field, func(t *testing.T) {
			st := fixture.Station("zhongduo").In("jixian").Village("141028204207", "白额村", "").Village("141028204208", "中垛村", "").Obj()
			v := &visit{station: st}
			if err := validate(t.Context(), nil, v); err != nil || v.blocked != nil {
				t.Fatalf("before it is spoilt: %v", err)
			}
			spoil(st)
			err := validate(t.Context(), nil, v)
			stalled, ok := errors.AsType[*outcome.StalledError](err)
			if !ok || stalled.Reason != ReasonInvalidSpec || !strings.Contains(stalled.Message, field+":") {
				t.Errorf("validate says %v, want a stall that names %s", err, field)
			}
			if v.blocked == nil {
				t.Error("the children would be made of it all the same")
			}
		})
	}
}

func TestJudge(t *testing.T) {
	waiting := func(reason string) corev1.ContainerState {
		return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: `secret "zhongduo-intake-staff" not found`}}
	}
	ended := func(code int32, reason string) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}}
	}
	container := func(s corev1.ContainerStatus) *corev1.Pod {
		s.Image = "registry.example/liaison-intake:1"
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo-intake-0"},
			Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{s}}}
	}
	condition := func(conditionType corev1.PodConditionType, status corev1.ConditionStatus) *corev1.Pod {
		return &corev1.Pod{Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: conditionType, Status: status, Message: "0/1 nodes are available."}}}}
	}
	claim := func(phase corev1.PersistentVolumeClaimPhase, class *string) *corev1.PersistentVolumeClaim {
		return &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "zhongduo-intake-data"},
			Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: class}, Status: corev1.PersistentVolumeClaimStatus{Phase: phase}}
	}
	bound := claim(corev1.ClaimBound, new("local"))
	for _, tc := range []struct {
		name   string
		sight  sight
		reason string
		says   []string
	}{
		{"nothing yet", sight{}, ReasonStarting, nil},
		{"a pod just made", sight{pod: &corev1.Pod{}}, ReasonStarting, nil},
		{"it answers", sight{pod: condition(corev1.PodReady, corev1.ConditionTrue), claim: bound}, "", nil},
		{"no node takes it", sight{pod: condition(corev1.PodScheduled, corev1.ConditionFalse), claim: bound}, ReasonUnschedulable,
			[]string{"0/1 nodes are available.", "spec.intake.resources"}},
		{"its claim waits for a class", sight{pod: condition(corev1.PodScheduled, corev1.ConditionFalse), claim: claim(corev1.ClaimPending, new("fast"))},
			ReasonClaimNotBound, []string{"zhongduo-intake-data", `"fast"`, "kubectl get storageclass fast", "another spec.intake.storage.storageClassName"}},
		{"there is no default class", sight{pod: condition(corev1.PodScheduled, corev1.ConditionFalse), claim: claim(corev1.ClaimPending, nil)},
			ReasonClaimNotBound, []string{"no default storage class", "spec.intake.storage.storageClassName"}},
		{"its volume is lost", sight{pod: &corev1.Pod{}, claim: claim(corev1.ClaimLost, nil)}, ReasonClaimLost, []string{"zhongduo-intake-data", "backup"}},
		{"its image is not to be had", sight{pod: container(corev1.ContainerStatus{State: waiting("ImagePullBackOff")})}, ReasonImageNotPulled,
			[]string{"registry.example/liaison-intake:1", "spec.intake.image"}},
		{"the same, a moment later", sight{pod: container(corev1.ContainerStatus{State: waiting("ErrImagePull")})}, ReasonImageNotPulled, nil},
		{"a Secret is missing", sight{pod: container(corev1.ContainerStatus{State: waiting("CreateContainerConfigError")})}, ReasonNotConfigured,
			[]string{"zhongduo-intake-staff"}},
		{"it waits to be started again", sight{pod: container(corev1.ContainerStatus{RestartCount: 4, State: waiting("CrashLoopBackOff"), LastTerminationState: ended(1, "Error")})},
			ReasonCrashing, []string{"code 1", "logs zhongduo-intake-0 --previous"}},
		{"it was started again and does not answer", sight{pod: container(corev1.ContainerStatus{RestartCount: 5, LastTerminationState: ended(1, "Error")})},
			ReasonCrashing, []string{"code 1"}},
		{"its node was started again", sight{pod: container(corev1.ContainerStatus{RestartCount: 1, LastTerminationState: ended(0, "Completed")})}, ReasonStarting, nil},
		{"it is asked to end again and again", sight{pod: container(corev1.ContainerStatus{State: waiting("CrashLoopBackOff"), LastTerminationState: ended(0, "Completed")})},
			ReasonCrashing, []string{"code 0"}},
		{"it used too much memory", sight{pod: container(corev1.ContainerStatus{LastTerminationState: ended(137, "OOMKilled")})}, ReasonCrashing,
			[]string{"spec.intake.resources.limits.memory"}},
		{"it runs and does not answer", sight{pod: container(corev1.ContainerStatus{Started: new(true)})}, ReasonNotAnswering, []string{"logs zhongduo-intake-0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.sight.judge()
			if got.reason != tc.reason || got.available != (tc.reason == "") {
				t.Errorf("judged %+v, want %q", got, tc.reason)
			}
			for _, part := range tc.says {
				if !strings.Contains(got.message, part) {
					t.Errorf("says %q, not %q", got.message, part)
				}
			}
		})
	}
	first := sight{pod: container(corev1.ContainerStatus{RestartCount: 4, State: waiting("CrashLoopBackOff"), LastTerminationState: ended(1, "Error")})}
	later := sight{pod: container(corev1.ContainerStatus{RestartCount: 9, LastTerminationState: ended(1, "Error")})}
	if first.judge() != later.judge() {
		t.Error("a crash loop is told anew at every restart; the status would be written for ever")
	}
}

// A full disk is told by the runtime with another path at every attempt, and the scheduler counts the nodes anew: each would be a status written and an
// event of its own.
func TestOtherFiguresInTheClustersWordsAreNoNews(t *testing.T) {
	const first = "The node cannot start the intake's container: failed to mount /tmpmounts/containerd-mount1184: no space left on device."
	quoted := func(reason, message string) finding { return finding{reason: reason, message: message, quotes: true} }
	for name, test := range map[string]struct {
		generation int64
		found      finding
		news       bool
	}{
		"another path":            {2, quoted(ReasonNotConfigured, strings.Replace(first, "1184", "7f2a90", 1)), false},
		"another fault":           {2, quoted(ReasonNotConfigured, strings.Replace(first, "no space left on device", "permission denied", 1)), true},
		"another reason":          {2, quoted(ReasonUnschedulable, first), true},
		"another spec":            {3, quoted(ReasonNotConfigured, strings.Replace(first, "1184", "7f2a90", 1)), true},
		"a figure that we say":    {2, finding{reason: ReasonNotConfigured, message: strings.Replace(first, "1184", "7", 1)}, true},
		"the first, for a second": {2, quoted(ReasonNotConfigured, first), false},
	} {
		t.Run(name, func(t *testing.T) {
			st := fixture.Station("zhongduo").In("jixian").Obj()
			st.Generation, st.Status.ObservedGeneration = test.generation, 2
			st.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionIntakeAvailable, Status: metav1.ConditionFalse, Reason: ReasonNotConfigured, Message: first, ObservedGeneration: 2,
			}}
			v := &visit{station: st, before: st.Status, conditions: outcome.NewConditions(st.Status.Conditions, st.Generation, october10.In(time.UTC), ownConditions...)}
			want := first
			if test.news {
				want = test.found.message
			}
			if got := v.asTold(test.found); got != want {
				t.Errorf("it says %q", got)
			}
		})
	}
}

// Nobody who waits for a new generation may be told that it is there before its pod is, not even while the cache still shows the old one.
func TestAChangeOnItsWayIsNotSettled(t *testing.T) {
	set := func(generation, observed int64, current, update string) *appsv1.StatefulSet {
		return &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Generation: generation},
			Status: appsv1.StatefulSetStatus{ObservedGeneration: observed, CurrentRevision: current, UpdateRevision: update}}
	}
	for _, tc := range []struct {
		name    string
		set     *appsv1.StatefulSet
		written bool
		settled bool
	}{
		{"the pod is of the present revision", set(1, 1, "a", "a"), false, true},
		{"it was written this moment and the cache does not show it", set(1, 1, "a", "a"), true, false},
		{"nobody has looked at it yet", set(2, 1, "a", "a"), false, false},
		{"the pod is of the revision before", set(2, 2, "a", "b"), false, false},
		{"it is not there", nil, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := (sight{set: tc.set}).rollout(tc.written); (err == nil) != tc.settled {
				t.Errorf("rollout says %v, want it settled: %v", err, tc.settled)
			}
		})
	}
}

func TestOnDutyAndNextReception(t *testing.T) {
	roster := fixture.Roster("west").Deputies(3).Obj()
	plans := []v1alpha1.DutySchedule{
		*fixture.Plan("west", "2026-10").Duty("2026-10-09", "d01").Duty("2026-10-10", "d02", "d03").Reception("2026-10-12", "道路交通", "d01").
			Duty("2026-10-12", "d02").Duty("2026-10-13").Duty("2026-10-14", "d77").Obj(),
		*fixture.Plan("west", "2026-11").Reception("2026-11-10", "环境卫生", "d02").Obj(),
	}
	for _, tc := range []struct {
		day        workday.Date
		names      string
		kind       v1alpha1.ShiftKind
		receptions v1alpha1.Date
	}{
		{october10.AddDays(-2), "", "", "2026-10-12"},
		{october10, "代表d02、代表d03", v1alpha1.ShiftDuty, "2026-10-12"},
		{october10.AddDays(2), "代表d01", v1alpha1.ShiftReception, "2026-10-12"},
		{october10.AddDays(3), "", "", "2026-11-10"},
		{october10.AddDays(4), "d77", v1alpha1.ShiftDuty, "2026-11-10"},
		{october10.AddDays(60), "", "", ""},
	} {
		t.Run(tc.day.String(), func(t *testing.T) {
			got := onDuty(roster, plans, tc.day)
			if got == nil {
				got = &v1alpha1.OnDuty{}
			}
			if got.Names != tc.names || got.Kind != tc.kind {
				t.Errorf("on duty: %+v, want %q (%s)", got, tc.names, tc.kind)
			}
			next := nextReception(plans, tc.day)
			if next == nil {
				next = &v1alpha1.NextReception{}
			}
			if next.Date != tc.receptions {
				t.Errorf("next reception on %s, want %s", next.Date, tc.receptions)
			}
		})
	}
}

func TestUntilTomorrowIsTheStationsOwnMidnight(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2026, time.October, 10, 15, 30, 0, 0, time.UTC) // half past eleven at night in China
	minutes := map[int]int{}
	for n := range 1000 {
		after := untilTomorrow(evening, shanghai, types.UID(fmt.Sprintf("uid-%d", n))) - 30*time.Minute
		minutes[int(after.Minutes())]++
	}
	for minute := range int(spread.Minutes()) {
		if got := minutes[minute]; got < 140 || got > 260 {
			t.Errorf("%d of 1000 stations are looked at in minute %d of the day, want about 200: %v", got, minute, minutes)
		}
	}
}

func TestURL(t *testing.T) {
	for want, st := range map[string]*v1alpha1.LiaisonStation{
		"http://zhongduo-intake.jixian.svc": fixture.Station("zhongduo").In("jixian").Obj(),
		"https://zhongduo.example.gov.cn":   fixture.Station("zhongduo").In("jixian").WithHost("zhongduo.example.gov.cn").Obj(),
	} {
		if got := url(st); got != want {
			t.Errorf("url is %s, want %s", got, want)
		}
	}
}

func TestTheScheduleHoldsWhatThePublicMayKnow(t *testing.T) {
	roster := fixture.Roster("west").
		Deputy("d01").WithPhone("139 0000 0001", true).
		Deputy("d02").WithPhone("139 0000 0002", false).OnLeave("2026-10-01", "2026-10-31").
		Deputy("gone").WithStatus(v1alpha1.DeputyTerminated).
		Deputy("left-but-planned").WithStatus(v1alpha1.DeputyTerminated).
		Deputy("not-yet").Serving("2027-01-01", "").
		Deputy("until-today").Serving("", "2026-10-10").Obj()
	plans := []v1alpha1.DutySchedule{*fixture.Plan("west", "2026-10").Duty("2026-10-02", "left-but-planned").Duty("2026-10-10", "d01").Obj()}
	doc, err := scheduleDocument(roster, plans, october10)
	if err != nil {
		t.Fatal(err)
	}
	phones := map[string]string{}
	for _, d := range doc.Deputies {
		phones[d.ID] = d.Phone
	}
	want := map[string]string{"d01": "139 0000 0001", "d02": "", "left-but-planned": "", "until-today": ""}
	if fmt.Sprint(phones) != fmt.Sprint(want) {
		t.Errorf("deputies and their phones are %v, want %v", phones, want)
	}
	if doc.PlannedUntil != workday.NewDate(2026, time.October, 31) || len(doc.Shifts) != 2 {
		t.Errorf("%d shifts up to %s, want 2 up to the month's end", len(doc.Shifts), doc.PlannedUntil)
	}

	plans[0].Spec.Shifts[0].Date = "2026-12-01"
	if _, err := scheduleDocument(roster, plans, october10); err == nil || !strings.Contains(err.Error(), "DutySchedule west-2026-10: spec.shifts[0].date") {
		t.Errorf("a shift outside its month: %v, want the object and the field named", err)
	}
}

func TestDocumentsThatCannotBeMadeStayAsTheyWere(t *testing.T) {
	complete, err := documents{stationconf.StationFile: "new"}.complete(map[string]string{
		stationconf.StationFile: "old", stationconf.CalendarFile: "old calendar", "strange.txt": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if complete[stationconf.StationFile] != "new" || complete[stationconf.CalendarFile] != "old calendar" || len(complete) != 3 {
		t.Errorf("the documents are %v, want the new, then the held ones", complete)
	}
	if _, err := stationconf.DecodeSchedule([]byte(complete[stationconf.ScheduleFile])); err != nil {
		t.Errorf("a schedule that was never there: %v, want an empty one", err)
	}
}

// The roster's own conditions say what is wrong with its zone; the station runs all the same.
func TestARosterWithAnUnknownZoneDoesNotSpoilTheStation(t *testing.T) {
	roster := fixture.Roster("west").Deputies(1).Obj()
	roster.Spec.TimeZone = "Mars/Olympus"
	v := &visit{station: fixture.Station("zhongduo").In("jixian").Obj(), roster: roster, location: fromcrd.Zone(roster), documents: documents{}}
	if err := v.writeStation(); err != nil || !strings.Contains(v.documents[stationconf.StationFile], "Asia/Shanghai") {
		t.Errorf("the station's document is %q (%v), want it in the default zone", v.documents[stationconf.StationFile], err)
	}
}

func TestUnknownDeputiesAreCounted(t *testing.T) {
	b := fixture.Station("zhongduo")
	for n := range 8 {
		b.Village(fmt.Sprintf("14102820420%d", n), fmt.Sprintf("村%d", n), "d99")
	}
	v := &visit{station: b.Obj(), roster: fixture.Roster("west").Deputies(1).Obj(), conditions: outcome.NewConditions(nil, 1, time.Time{}, ownConditions...)}
	err := v.checkDeputies()
	if err == nil || !strings.Contains(err.Error(), "村4") || strings.Contains(err.Error(), "村5") || !strings.Contains(err.Error(), "and 3 more") {
		t.Errorf("says %v, want five villages and a count", err)
	}
}

func TestReadyFollowsTheIntakeUnlessChildrenAreBlocked(t *testing.T) {
	for _, tc := range []struct {
		name      string
		blocked   error
		available metav1.ConditionStatus
		want      string
	}{
		{"it answers", nil, metav1.ConditionTrue, "True/IntakeAnswers"},
		{"it does not", nil, metav1.ConditionFalse, "False/IntakeAnswers"},
		{"it answers and the spec is wrong", outcome.Stalled(ReasonInvalidSpec, "x"), metav1.ConditionTrue, "False/InvalidSpec"},
		{"it answers and a child is leaving", outcome.Wait(0, ReasonChildLeaving, "x"), metav1.ConditionTrue, "False/ChildLeaving"},
		{"it answers and a request failed", errors.New("timeout"), metav1.ConditionTrue, "True/IntakeAnswers"},
		{"not looked at yet", nil, "", "False/Starting"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := &visit{blocked: tc.blocked, conditions: outcome.NewConditions(nil, 1, time.Time{}, ownConditions...)}
			if tc.available != "" {
				v.conditions.Set(v1alpha1.ConditionIntakeAvailable, tc.available, ReasonAnswers, "x")
			}
			v.summarise()
			ready := v.conditions.Get(v1alpha1.ConditionReady)
			if got := string(ready.Status) + "/" + ready.Reason; got != tc.want {
				t.Errorf("Ready is %s, want %s", got, tc.want)
			}
		})
	}
}

package outcome_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/tools/events"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
)

var (
	noon  = time.Date(2026, time.October, 10, 12, 0, 0, 0, time.UTC)
	owned = []string{v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionIntakeAvailable}
)

// scheme knows the kinds that events are about.
var scheme = func() *runtime.Scheme {
	known := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(known))
	return known
}()

func conditions(existing []metav1.Condition, at time.Time) *outcome.Conditions {
	return outcome.NewConditions(existing, 7, at, owned...)
}

func TestFold(t *testing.T) {
	failed := errors.New("connection refused")
	for _, tc := range []struct {
		name                 string
		errs                 []error
		reconciling, stalled string
		requeue              time.Duration
		retried              bool
		says                 []string
	}{
		{name: "nothing to do", reconciling: "False/Settled", stalled: "False/Settled"},
		{name: "nil errors count for nothing", errs: []error{nil, nil}, reconciling: "False/Settled", stalled: "False/Settled"},
		{
			name:        "a wait",
			errs:        []error{outcome.Wait(time.Minute, "RosterNotFound", "no roster yet")},
			reconciling: "True/RosterNotFound", stalled: "False/Progressing", requeue: time.Minute, says: []string{"no roster yet"},
		},
		{
			name:        "the shortest of several waits",
			errs:        []error{outcome.Wait(0, "Starting", "starting"), outcome.Wait(time.Hour, "B", "b"), outcome.Wait(time.Minute, "C", "c")},
			reconciling: "True/Starting", stalled: "False/Progressing", requeue: time.Minute, says: []string{"starting b c"},
		},
		{
			name:        "a stall",
			errs:        []error{outcome.Stalled("NameClash", "rename it")},
			reconciling: "False/WaitsForUser", stalled: "True/NameClash", says: []string{"rename it"},
		},
		{
			name:        "a stall on something that is not watched",
			errs:        []error{outcome.StalledAgain(time.Minute, "NameTaken", "rename it"), outcome.Stalled("Other", "and that")},
			reconciling: "False/WaitsForUser", stalled: "True/NameTaken", requeue: time.Minute, says: []string{"rename it and that"},
		},
		{
			name:        "several at once",
			errs:        []error{errors.Join(outcome.Stalled("A", "do a"), nil, outcome.Stalled("B", "do b"))},
			reconciling: "False/WaitsForUser", stalled: "True/A", says: []string{"do a do b"},
		},
		{
			name:        "a stall outweighs a wait, whose time still counts",
			errs:        []error{outcome.Wait(time.Minute, "Starting", "starting"), fmt.Errorf("phase: %w", outcome.Stalled("NameClash", "rename it"))},
			reconciling: "False/WaitsForUser", stalled: "True/NameClash", requeue: time.Minute,
		},
		{
			name:        "anything else backs off and keeps its text out of the status",
			errs:        []error{failed},
			reconciling: "True/Retrying", stalled: "False/Progressing", retried: true,
		},
		{
			name:        "a stall is told and the other error retried",
			errs:        []error{outcome.Stalled("NameClash", "rename it"), failed},
			reconciling: "False/WaitsForUser", stalled: "True/NameClash", retried: true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := conditions(nil, noon)
			result, err := outcome.Fold(c, tc.errs...)
			if got := short(c.Get(v1alpha1.ConditionReconciling)); got != tc.reconciling {
				t.Errorf("Reconciling is %s, want %s", got, tc.reconciling)
			}
			if got := short(c.Get(v1alpha1.ConditionStalled)); got != tc.stalled {
				t.Errorf("Stalled is %s, want %s", got, tc.stalled)
			}
			if result.RequeueAfter != tc.requeue {
				t.Errorf("requeue after %s, want %s", result.RequeueAfter, tc.requeue)
			}
			if (err != nil) != tc.retried || (tc.retried && !errors.Is(err, failed)) {
				t.Errorf("error %v, want a retry: %v", err, tc.retried)
			}
			text := c.Get(v1alpha1.ConditionReconciling).Message + c.Get(v1alpha1.ConditionStalled).Message
			for _, part := range tc.says {
				if !strings.Contains(text, part) {
					t.Errorf("the messages %q do not say %q", text, part)
				}
			}
			if strings.Contains(text, "refused") {
				t.Errorf("the messages %q repeat an error that differs at every attempt", text)
			}
		})
	}
}

func TestPatientTurnsFromWaitToStall(t *testing.T) {
	for elapsed, want := range map[time.Duration]string{
		0:               "wait 5m0s",
		4 * time.Minute: "wait 1m0s",
		5 * time.Minute: "stall",
		time.Hour:       "stall",
	} {
		err := outcome.Patient(noon, noon.Add(elapsed), 5*time.Minute, "RosterNotFound", "apply the roster")
		got := "stall"
		if wait, ok := errors.AsType[*outcome.WaitError](err); ok {
			got = "wait " + wait.After.String()
		}
		if got != want {
			t.Errorf("after %s: %s, want %s", elapsed, got, want)
		}
	}
}

func TestWhatAWrongClockDatedInTheFutureIsDatedNow(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Time{
		time.Minute:    noon.Add(time.Minute), // two operators' clocks differ by so much
		24 * time.Hour: noon,
	} {
		wrong := conditions(nil, noon.Add(ahead))
		wrong.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, "Starting", "starting")
		right := conditions(wrong.List(), noon)
		right.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, "Starting", "starting")
		if got := right.Since(v1alpha1.ConditionReady, metav1.ConditionFalse); !got.Equal(want) {
			t.Errorf("%s ahead: failing since %s, want %s", ahead, got, want)
		}
	}
}

func TestSetMovesTheTransitionTimeOnlyWhenTheStatusFlips(t *testing.T) {
	c := conditions(nil, noon)
	c.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, "Starting", "starting")

	later := conditions(c.List(), noon.Add(time.Hour))
	later.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, "CrashLoop", "crashing")
	if got := later.Get(v1alpha1.ConditionReady); !got.LastTransitionTime.Time.Equal(noon) || got.Reason != "CrashLoop" {
		t.Errorf("another reason: %+v, want it with the old transition time", got)
	}
	if got := later.Since(v1alpha1.ConditionReady, metav1.ConditionTrue); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("since a status it does not have: %s, want now", got)
	}
	later.Set(v1alpha1.ConditionReady, metav1.ConditionTrue, "Answers", "")
	if got := later.Get(v1alpha1.ConditionReady); !got.LastTransitionTime.Time.Equal(noon.Add(time.Hour)) || got.ObservedGeneration != 7 {
		t.Errorf("another status: %+v, want it with a new transition time and the generation", got)
	}
}

func TestConditionsOfOtherOwnersStay(t *testing.T) {
	theirs := metav1.Condition{Type: v1alpha1.ConditionBacklogFresh, Status: metav1.ConditionTrue, Reason: "Polled"}
	stale := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: "Old"}
	c := conditions([]metav1.Condition{theirs, stale}, noon)
	c.Set(v1alpha1.ConditionReady, metav1.ConditionTrue, "Answers", "")
	merged := c.Merge([]metav1.Condition{theirs, stale}, owned...)
	if len(merged) != 2 || !slices.Contains(merged, theirs) || merged[1].Reason != "Answers" {
		t.Errorf("merged to %+v, want theirs untouched and ours replaced", merged)
	}
	if applied := c.Apply(); len(applied) != 1 || *applied[0].Type != v1alpha1.ConditionReady {
		t.Errorf("applies %d conditions, want only our own", len(applied))
	}
}

func TestSetBoundsMessagesFromOthers(t *testing.T) {
	c := conditions(nil, noon)
	c.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, "Unschedulable", strings.Repeat("乡", 5000))
	message := c.Get(v1alpha1.ConditionReady).Message
	if len(message) > 4096 || strings.Trim(message, "乡") != "" {
		t.Errorf("message of %d bytes, want at most 4096 and whole characters", len(message))
	}
}

func TestEventsTellEachChangeOnce(t *testing.T) {
	set := func(conditionType string, status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{{Type: conditionType, Status: status, Reason: reason, Message: reason + " happened."}}
	}
	for _, tc := range []struct {
		name          string
		before, after []metav1.Condition
		want          string
	}{
		{"becomes Ready", set("Ready", "False", "Starting"), set("Ready", "True", "Answers"), "Normal Answers Answers happened."},
		{"Ready at once", nil, set("Ready", "True", "Answers"), "Normal Answers Answers happened."},
		{"stays Ready", set("Ready", "True", "Answers"), set("Ready", "True", "Answers"), ""},
		{"ceases to be Ready", set("Ready", "True", "Answers"), set("Ready", "False", "CrashLoop"), "Warning CrashLoop CrashLoop happened."},
		{"is not Ready yet", nil, set("Ready", "False", "Starting"), ""},
		{"stalls", nil, set("Stalled", "True", "NameClash"), "Warning NameClash NameClash happened."},
		{"stalls still", set("Stalled", "True", "NameClash"), set("Stalled", "True", "NameClash"), ""},
		{"stalls for another reason", set("Stalled", "True", "NameClash"), set("Stalled", "True", "InvalidSpec"), "Warning InvalidSpec InvalidSpec happened."},
		{"reconciles", nil, set("Reconciling", "True", "Starting"), ""},
		{"another condition fails", set("IntakeAvailable", "True", "Answers"), set("IntakeAvailable", "False", "CrashLoop"), "Warning CrashLoop CrashLoop happened."},
		{"another condition is False as it should be", nil, set("IntakeAvailable", "False", "Starting"), ""},
		{"what should pass by itself stalls", nil, set("Stalled", "True", "Starting"), "Warning Starting Starting happened."},
		{
			"a ready intake crashes", slices.Concat(set("IntakeAvailable", "True", "Answers"), set("Ready", "True", "Answers")),
			slices.Concat(set("IntakeAvailable", "False", "CrashLoop"), set("Ready", "False", "CrashLoop")), "Warning CrashLoop CrashLoop happened.",
		},
		{
			"and stays down", slices.Concat(set("IntakeAvailable", "False", "CrashLoop"), set("Ready", "False", "CrashLoop")),
			slices.Concat(set("IntakeAvailable", "False", "CrashLoop"), set("Ready", "False", "CrashLoop"), set("Stalled", "True", "CrashLoop")), "",
		},
		{
			"what was not told of a new object stalls", set("Ready", "False", "RoutePending"),
			slices.Concat(set("Ready", "False", "RoutePending"), set("Stalled", "True", "RoutePending")), "Warning RoutePending RoutePending happened.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			recorder := events.NewFakeRecorder(8)
			outcome.Events(recorder, scheme, &v1alpha1.LiaisonStation{}, tc.before, tc.after, "Starting")
			close(recorder.Events)
			var got []string
			for event := range recorder.Events {
				got = append(got, event)
			}
			if strings.Join(got, "\n") != tc.want {
				t.Errorf("events %q, want %q", got, tc.want)
			}
		})
	}
}

// regarded keeps what an event is about.
type regarded struct{ objects []runtime.Object }

func (r *regarded) Eventf(about, _ runtime.Object, _, _, _, _ string, _ ...any) {
	r.objects = append(r.objects, about)
}

// The events API makes a series of what is told again of the same object; with its version it would be another each time.
func TestEventsAreAboutTheObjectInAnyVersion(t *testing.T) {
	var recorder regarded
	after := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: "Answers"}}
	for _, version := range []string{"1", "2"} {
		station := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo", UID: "u", ResourceVersion: version}}
		outcome.Events(&recorder, scheme, station, nil, after)
	}
	want := &corev1.ObjectReference{Kind: "LiaisonStation", APIVersion: v1alpha1.GroupVersion.String(), Namespace: "jixian", Name: "zhongduo", UID: "u"}
	if diff := cmp.Diff([]runtime.Object{want, want}, recorder.objects); diff != "" {
		t.Errorf("the events are about (-want +got):\n%s", diff)
	}
}

func short(c *metav1.Condition) string {
	if c == nil {
		return "absent"
	}
	return string(c.Status) + "/" + c.Reason
}

package podstatus

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Containers are written as words: waiting, running, ready, backoff (failed and waits), done, failed.
func TestPhase(t *testing.T) {
	tests := []struct {
		policy          corev1.RestartPolicy
		init, container string
		ended           bool
		want            corev1.PodPhase
	}{
		{"Always", "", "waiting", false, corev1.PodPending},
		{"Always", "running", "waiting", false, corev1.PodPending},
		{"Always", "done", "running", false, corev1.PodRunning},
		{"Always", "", "ready waiting", false, corev1.PodPending},
		{"Always", "", "ready backoff", false, corev1.PodRunning},
		{"Always", "", "backoff", false, corev1.PodRunning},
		{"Always", "", "done", false, corev1.PodRunning},
		{"Always", "", "done done", true, corev1.PodSucceeded},
		{"Always", "", "done failed", true, corev1.PodFailed},
		{"OnFailure", "", "backoff", false, corev1.PodRunning},
		{"OnFailure", "", "done", false, corev1.PodSucceeded},
		{"OnFailure", "", "done running", false, corev1.PodRunning},
		{"Never", "", "failed", false, corev1.PodFailed},
		{"Never", "", "done failed", false, corev1.PodFailed},
		{"Never", "failed", "waiting", false, corev1.PodFailed},
		{"OnFailure", "backoff", "waiting", false, corev1.PodPending},
	}
	for _, test := range tests {
		pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: test.policy}}
		observed := Observed{Init: containers(test.init), Containers: containers(test.container), Ended: test.ended}
		if got := Build(pod, observed, epoch).Phase; got != test.want {
			t.Errorf("%s, init [%s], containers [%s], ended %t: %s, want %s", test.policy, test.init, test.container, test.ended, got, test.want)
		}
	}
}

func TestConditions(t *testing.T) {
	tests := []struct {
		name, init, container string
		gate                  string
		want                  string
	}{
		{"starting", "", "waiting", "", "Initialized ContainersNotReady"},
		{"initialising", "running", "waiting", "", "ContainersNotInitialized ContainersNotReady"},
		{"running but not ready", "done", "ready running", "", "Initialized ContainersNotReady"},
		{"ready", "done", "ready ready", "", "Initialized ContainersReady Ready"},
		{"a gate is closed", "", "ready", "closed", "Initialized ContainersReady ReadinessGatesNotReady"},
		{"a gate is open", "", "ready", "open", "Initialized ContainersReady Ready"},
		{"completed", "", "done", "", "Initialized PodCompleted"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: "OnFailure"}}
			if test.gate != "" {
				pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "gate"}}
				pod.Status.Conditions = []corev1.PodCondition{condition("gate", test.gate == "open", "", "")}
			}
			status := Build(pod, Observed{Init: containers(test.init), Containers: containers(test.container)}, epoch)
			if got := summary(status); got != test.want {
				t.Errorf("conditions %q, want %q", got, test.want)
			}
		})
	}
}

func TestAConditionKeepsItsTimeUntilItChanges(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Status = Build(pod, Observed{Containers: containers("running")}, epoch)
	pod.Status = Build(pod, Observed{Containers: containers("running")}, epoch.Add(time.Minute))
	if got := find(pod.Status.Conditions, corev1.PodReady).LastTransitionTime; !got.Time.Equal(epoch) {
		t.Errorf("without a change the time moved to %s", got)
	}
	pod.Status = Build(pod, Observed{Containers: containers("ready")}, epoch.Add(2*time.Minute))
	if got := find(pod.Status.Conditions, corev1.PodReady).LastTransitionTime; !got.Time.Equal(epoch.Add(2 * time.Minute)) {
		t.Errorf("with a change the time is %s", got)
	}
}

func TestWhatOthersWroteIsKept(t *testing.T) {
	pod := &corev1.Pod{Status: corev1.PodStatus{QOSClass: corev1.PodQOSBurstable, Conditions: []corev1.PodCondition{condition("gate", true, "", "")}}}
	status := Build(pod, Observed{Containers: containers("ready")}, epoch)
	if status.QOSClass != corev1.PodQOSBurstable || find(status.Conditions, "gate") == nil {
		t.Errorf("lost what others wrote: %+v", status)
	}
}

func TestMergingConditions(t *testing.T) {
	own := []corev1.PodCondition{condition(corev1.PodReady, true, "", ""), condition("gate", false, "", "")}
	api := []corev1.PodCondition{condition(corev1.PodReady, false, "", ""), condition("gate", true, "", "")}
	merged := MergeConditions(own, api)
	for _, kind := range []corev1.PodConditionType{corev1.PodReady, "gate"} {
		if found := find(merged, kind); found == nil || found.Status != corev1.ConditionTrue {
			t.Errorf("%s is %+v, want what its owner says", kind, found)
		}
	}
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func containers(words string) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for i, word := range strings.Fields(words) {
		status := corev1.ContainerStatus{Name: fmt.Sprintf("c%d", i), Ready: word == "ready"}
		end := &corev1.ContainerStateTerminated{ExitCode: 1, FinishedAt: metav1.NewTime(epoch)}
		switch word {
		case "waiting":
			status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		case "running", "ready":
			status.State.Running = &corev1.ContainerStateRunning{}
		case "backoff":
			status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}
			status.LastTerminationState.Terminated = end
		case "done":
			end.ExitCode = 0
			status.State.Terminated = end
		case "failed":
			status.State.Terminated = end
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// summary names the conditions that hold and the reasons of those that do not.
func summary(status corev1.PodStatus) string {
	var words []string
	for _, kind := range []corev1.PodConditionType{corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		word := string(kind)
		if c := find(status.Conditions, kind); c.Status != corev1.ConditionTrue {
			word = c.Reason
		}
		if len(words) == 0 || words[len(words)-1] != word {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

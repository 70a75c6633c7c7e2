package outcome

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"

	"township.dev/liaison/api/v1alpha1"
)

// action is what the controller was doing, as the events API wants it said.
const action = "Reconcile"

// Events tells of the changes from one list of conditions to the next, each once: what became Ready or ceased to be, and what
// stalled or stalls for another reason, and any other condition that fails. quiet lists reasons for which a condition is False
// without anything being wrong so far; should such a reason last until it stalls, that is told. Call it after the status was written, or a failed write would tell it twice.
func Events(recorder events.EventRecorder, object runtime.Object, before, after []metav1.Condition, quiet ...string) {
	for _, now := range after {
		kind, worth := eventOf(find(before, now.Type), now)
		if worth && (now.Type == v1alpha1.ConditionStalled || !slices.Contains(quiet, now.Reason)) {
			recorder.Eventf(object, nil, kind, now.Reason, action, "%s", sentence(now))
		}
	}
}

func eventOf(before *metav1.Condition, now metav1.Condition) (kind string, worth bool) {
	flipped := before == nil || before.Status != now.Status
	switch now.Type {
	case v1alpha1.ConditionReady:
		if now.Status == metav1.ConditionTrue {
			return corev1.EventTypeNormal, flipped
		}
		// A new object is not Ready at first; that is no news.
		return corev1.EventTypeWarning, flipped && before != nil
	case v1alpha1.ConditionReconciling:
		return "", false
	case v1alpha1.ConditionStalled:
		return corev1.EventTypeWarning, now.Status == metav1.ConditionTrue && (flipped || before.Reason != now.Reason || before.Message != now.Message)
	default:
		fault := now.Status == metav1.ConditionFalse
		return corev1.EventTypeWarning, fault && (flipped || before.Reason != now.Reason)
	}
}

func find(conditions []metav1.Condition, conditionType string) *metav1.Condition {
	for i := range conditions {
		if conditions[i].Type == conditionType {
			return &conditions[i]
		}
	}
	return nil
}

// maxNote is what the events API takes.
const maxNote = 1000

func sentence(c metav1.Condition) string {
	note := c.Message
	if note == "" {
		note = c.Type + " is " + string(c.Status)
	}
	for i := range note {
		if i > maxNote {
			return note[:i]
		}
	}
	return note
}

package outcome

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/reference"

	"township.dev/liaison/api/v1alpha1"
)

// action is what the controller was doing, as the events API wants it said.
const action = "Reconcile"

// Events tells of the changes from one list of conditions to the next, each once: what became Ready or ceased to be, and what
// stalled or stalls for another reason, and any other condition that fails. quiet lists reasons for which a condition is False
// without anything being wrong so far; should such a reason last until it stalls, that is told. What several conditions say in the same words is told once.
// Call it after the status was written, or a failed write would tell it twice.
func Events(recorder events.EventRecorder, scheme *runtime.Scheme, object runtime.Object, before, after []metav1.Condition, quiet ...string) {
	told, about := toldBefore(before, quiet), inAnyVersion(scheme, object)
	for _, now := range after {
		kind, worth := eventOf(find(before, now.Type), now)
		said := saying{now.Reason, sentence(now)}
		if worth && !told[said] && (now.Type == v1alpha1.ConditionStalled || !slices.Contains(quiet, now.Reason)) {
			recorder.Eventf(about, nil, kind, said.reason, action, "%s", said.note)
			told[said] = true
		}
	}
}

// inAnyVersion refers to the object without its version: a fault that comes again within minutes is then a series of one event, and not another event.
func inAnyVersion(scheme *runtime.Scheme, object runtime.Object) runtime.Object {
	about, err := reference.GetReference(scheme, object)
	if err != nil {
		return object // of a kind that the scheme lacks; the recorder says so
	}
	about.ResourceVersion = ""
	return about
}

// saying is what an event says.
type saying struct{ reason, note string }

// toldBefore are the faults of which there is an event already. What is summed up in Ready is told with its change only, so that nothing follows from its being False.
func toldBefore(before []metav1.Condition, quiet []string) map[saying]bool {
	told := map[saying]bool{}
	for _, c := range before {
		switch c.Type {
		case v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled:
		default:
			if c.Status == metav1.ConditionFalse && !slices.Contains(quiet, c.Reason) {
				told[saying{c.Reason, sentence(c)}] = true
			}
		}
	}
	return told
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

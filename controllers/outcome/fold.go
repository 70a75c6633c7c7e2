package outcome

import (
	"errors"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"township.dev/liaison/api/v1alpha1"
)

// Reasons that Fold gives by itself.
const (
	// ReasonSettled is the reason of Reconciling=False and Stalled=False: there is nothing left to do.
	ReasonSettled = "Settled"
	// ReasonRetrying is the reason of Reconciling=True after an error that another attempt may overcome.
	ReasonRetrying = "Retrying"
	// ReasonWaitsForUser is the reason of Reconciling=False while Stalled=True.
	ReasonWaitsForUser = "WaitsForUser"
	// ReasonProgressing is the reason of Stalled=False while Reconciling=True.
	ReasonProgressing = "Progressing"
)

// Fold sets Reconciling and Stalled from what the phases returned (nil errors count for nothing) and says what the queue does.
// A stall outweighs a wait, because the user must hear of it; an error that a retry may overcome is still retried beside it.
// At most one of the two conditions is True. Ready is not Fold's: an object may be Ready while something beside it waits.
func Fold(c *Conditions, errs ...error) (ctrl.Result, error) {
	v := sortErrors(errs)
	switch {
	case len(v.stalled) > 0:
		c.Set(v1alpha1.ConditionStalled, metav1.ConditionTrue, v.stalled[0].Reason, join(v.stalled, func(e *StalledError) string { return e.Message }))
		c.Set(v1alpha1.ConditionReconciling, metav1.ConditionFalse, ReasonWaitsForUser, "Stalled says what must be done first.")
	case len(v.transient) > 0:
		// The text of an error may differ at every attempt, and a status write per attempt would feed the watch; logs have it.
		c.Set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, ReasonRetrying, "A request failed and is retried; the operator's log says which.")
		c.Set(v1alpha1.ConditionStalled, metav1.ConditionFalse, ReasonProgressing, "")
	case len(v.waiting) > 0:
		c.Set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, v.waiting[0].Reason, join(v.waiting, func(e *WaitError) string { return e.Message }))
		c.Set(v1alpha1.ConditionStalled, metav1.ConditionFalse, ReasonProgressing, "")
	default:
		c.Set(v1alpha1.ConditionReconciling, metav1.ConditionFalse, ReasonSettled, "")
		c.Set(v1alpha1.ConditionStalled, metav1.ConditionFalse, ReasonSettled, "")
	}
	if len(v.transient) > 0 {
		return ctrl.Result{}, errors.Join(v.transient...)
	}
	return ctrl.Result{RequeueAfter: v.requeueAfter()}, nil
}

func join[E any](errs []E, message func(E) string) string {
	messages := make([]string, 0, len(errs))
	for _, e := range errs {
		messages = append(messages, message(e))
	}
	return strings.Join(messages, " ")
}

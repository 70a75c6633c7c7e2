package station

import (
	"context"
	"errors"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/rota"
)

// summarise sets Ready: the station does what it is there for when its intake answers and is what the spec asks for.
// A missing schedule does not take that away.
func (v *visit) summarise() {
	var stalled *outcome.StalledError
	var waiting *outcome.WaitError
	available := v.conditions.Get(v1alpha1.ConditionIntakeAvailable)
	switch {
	case errors.As(v.blocked, &stalled):
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, stalled.Reason, stalled.Message)
	case errors.As(v.blocked, &waiting):
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, waiting.Reason, waiting.Message)
	case available == nil:
		v.conditions.Set(v1alpha1.ConditionReady, metav1.ConditionFalse, ReasonStarting, "The intake is not provisioned yet.")
	default:
		v.conditions.Set(v1alpha1.ConditionReady, available.Status, available.Reason, available.Message)
	}
}

// writeStatus applies this controller's part of the status when it differs from what was read.
func (r *Reconciler) writeStatus(ctx context.Context, v *visit) error {
	if v.unchanged() {
		return nil
	}
	version, err := r.applier().ApplyStatus(ctx, applyv1alpha1.LiaisonStation(v.station.Name, v.station.Namespace).
		// A station created again under the name is another, and an apply to a status heeds no UID.
		WithUID(v.station.UID).WithResourceVersion(v.station.ResourceVersion).
		WithStatus(v.applyStatus()))
	if apierrors.IsNotFound(err) {
		return nil // deleted in the meantime
	}
	if err == nil {
		r.sayings.said(v.station, version)
	}
	return err
}

func (v *visit) applyStatus() *applyv1alpha1.LiaisonStationStatusApplyConfiguration {
	status := applyv1alpha1.LiaisonStationStatus().
		WithObservedGeneration(v.station.Generation).
		WithConditions(v.conditions.Apply()...).
		WithURL(v.status.URL)
	status.OnDutyToday = rota.ApplyOnDuty(v.status.OnDutyToday)
	status.NextReception = rota.ApplyNextReception(v.status.NextReception)
	return status
}

// unchanged compares what this controller owns; the rest of the status is as others left it.
func (v *visit) unchanged() bool {
	return v.before.ObservedGeneration == v.station.Generation &&
		v.before.URL == v.status.URL &&
		equality.Semantic.DeepEqual(v.before.OnDutyToday, v.status.OnDutyToday) &&
		equality.Semantic.DeepEqual(v.before.NextReception, v.status.NextReception) &&
		equality.Semantic.DeepEqual(ownedConditions(v.before.Conditions), v.conditions.List())
}

func ownedConditions(all []metav1.Condition) []metav1.Condition {
	var own []metav1.Condition
	for _, condition := range all {
		if slices.Contains(ownConditions, condition.Type) {
			own = append(own, condition)
		}
	}
	slices.SortFunc(own, func(a, b metav1.Condition) int { return strings.Compare(a.Type, b.Type) })
	return own
}

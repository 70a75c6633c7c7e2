// Package rota writes down what the status of a roster and that of its stations both tell of the duty schedule.
package rota

import (
	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/api/v1alpha1"
)

// ApplyOnDuty is today's duty as a status applies it; nil when nobody serves.
func ApplyOnDuty(today *v1alpha1.OnDuty) *applyv1alpha1.OnDutyApplyConfiguration {
	if today == nil {
		return nil
	}
	return applyv1alpha1.OnDuty().WithDate(today.Date).WithKind(today.Kind).WithNames(today.Names).WithDeputies(today.Deputies...)
}

// ApplyNextReception is the next reception as a status applies it; nil when none is planned. It leaves empty fields out: the API
// server checks the form of those that are there.
func ApplyNextReception(next *v1alpha1.NextReception) *applyv1alpha1.NextReceptionApplyConfiguration {
	if next == nil {
		return nil
	}
	applied := applyv1alpha1.NextReception().WithDate(next.Date)
	if next.Hours != "" {
		applied.WithHours(next.Hours)
	}
	if next.Place != "" {
		applied.WithPlace(next.Place)
	}
	if next.Topic != "" {
		applied.WithTopic(next.Topic)
	}
	if next.Provisional {
		applied.WithProvisional(true)
	}
	if next.Uncovered != nil {
		applied.WithUncovered(*next.Uncovered)
	}
	return applied
}

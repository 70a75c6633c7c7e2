package backlog

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

// row is one station. Figures that there are none of are nil.
type row struct {
	Namespace    string       `json:"namespace"`
	Station      string       `json:"station"`
	Township     string       `json:"township"`
	County       string       `json:"county"`
	Code         string       `json:"code"`
	Pending      *int32       `json:"pending,omitempty"`
	Overdue      *int32       `json:"overdue,omitempty"`
	Unclassified *int32       `json:"unclassified,omitempty"`
	Oldest       *metav1.Time `json:"oldestPending,omitempty"`
	OldestDays   *int64       `json:"oldestDays,omitempty"`
	Fresh        bool         `json:"fresh"`
	StaleSince   *metav1.Time `json:"staleSince,omitempty"`
	Ready        string       `json:"ready"`
	// Note says why figures are missing or stale.
	Note string `json:"note,omitempty"`
}

func rowOf(station *v1alpha1.LiaisonStation, now time.Time) *row {
	r := &row{
		Namespace: station.Namespace, Station: station.Name,
		Township: station.Spec.Township.Name, County: station.Spec.Township.County, Code: station.Spec.Township.Code,
		Ready: string(metav1.ConditionUnknown),
	}
	if ready := meta.FindStatusCondition(station.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		r.Ready = string(ready.Status)
	}
	r.judge(meta.FindStatusCondition(station.Status.Conditions, v1alpha1.ConditionBacklogFresh))
	if waiting := station.Status.Backlog; waiting != nil {
		r.fill(waiting, now)
	}
	return r
}

// judge reads whether the figures come from a recent answer.
func (r *row) judge(fresh *metav1.Condition) {
	switch {
	case fresh == nil:
		r.Note = "The operator has not asked the intake yet."
	case fresh.Status == metav1.ConditionTrue:
		r.Fresh = true
	default:
		r.StaleSince, r.Note = &fresh.LastTransitionTime, fresh.Message
	}
}

func (r *row) fill(waiting *v1alpha1.Backlog, now time.Time) {
	var unclassified int32
	for _, route := range waiting.ByRoute {
		if route.Route == v1alpha1.RouteUnclassified {
			unclassified = route.Pending
		}
	}
	r.Pending, r.Overdue, r.Unclassified, r.Oldest = &waiting.Pending, &waiting.Overdue, &unclassified, waiting.OldestPending
	if waiting.OldestPending != nil {
		days := int64(now.Sub(waiting.OldestPending.Time) / (24 * time.Hour))
		r.OldestDays = &days
	}
}

// group is the part of the list that the station stands in.
func (r *row) group() int {
	switch {
	case r.Pending == nil:
		return 2
	case r.Oldest == nil:
		return 1
	default:
		return 0
	}
}

// waited orders by the wait; both rows are of one group.
func (r *row) waited(other *row) int {
	if r.Oldest == nil || other.Oldest == nil {
		return 0
	}
	return r.Oldest.Compare(other.Oldest.Time)
}

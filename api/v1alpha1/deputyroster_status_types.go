package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DeputyRosterStatus is what the operator observes of a roster.
type DeputyRosterStatus struct {
	// observedGeneration is the generation of the spec that the conditions speak of.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready, Reconciling, Stalled, ScheduleReady, CalendarKnown, AnnouncementsHold.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// activeDeputies counts the deputies who can take turns today, leave apart.
	//
	// +optional
	ActiveDeputies *int32 `json:"activeDeputies,omitempty"`

	// onDutyToday is who serves today; absent on a day without duty.
	//
	// +optional
	OnDutyToday *OnDuty `json:"onDutyToday,omitempty"`

	// nextReception is the next reception from today on.
	//
	// +optional
	NextReception *NextReception `json:"nextReception,omitempty"`

	// plannedUntil is the last day the DutySchedules cover.
	//
	// +optional
	PlannedUntil Date `json:"plannedUntil,omitempty"`

	// uncoveredShifts counts the planned shifts from today on that lack a deputy or a leader.
	//
	// +optional
	UncoveredShifts *int32 `json:"uncoveredShifts,omitempty"`

	// brokenAnnouncements counts the announced shifts from today on that cannot be held as announced; AnnouncementsHold says why.
	//
	// +optional
	BrokenAnnouncements *int32 `json:"brokenAnnouncements,omitempty"`

	// provisionalFrom is the first planned day that may still move, because the holidays around it are not published; absent when none may.
	//
	// +optional
	ProvisionalFrom Date `json:"provisionalFrom,omitempty"`

	// fairness is the most turns less the fewest among the deputies who serve today, turns up to today.
	//
	// +optional
	Fairness *Fairness `json:"fairness,omitempty"`

	// calendar says for which of the planned years the holiday arrangement is known.
	//
	// +optional
	Calendar *CalendarCoverage `json:"calendar,omitempty"`
}

// Fairness is the spread of each ledger of deputies.
type Fairness struct {
	// reception is the spread of reception turns.
	Reception int32 `json:"reception"`

	// duty is the spread of duty turns.
	Duty int32 `json:"duty"`
}

// CalendarCoverage is what is known of the holidays of the planned years.
type CalendarCoverage struct {
	// known years.
	//
	// +listType=set
	// +optional
	Known []int32 `json:"known,omitempty"`

	// unknown years: in them only weekends are taken for days off, and every day is provisional.
	//
	// +listType=set
	// +optional
	Unknown []int32 `json:"unknown,omitempty"`
}

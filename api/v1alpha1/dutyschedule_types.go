package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DutySchedule is the plan of one roster for one month: who receives residents and who is on duty on which day.
// The operator writes it; it outlives its roster, so that re-creating a roster loses neither announced days nor the turns already served.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=duty,categories=liaison
// +kubebuilder:printcolumn:name="Roster",type=string,JSONPath=`.spec.rosterRef.name`
// +kubebuilder:printcolumn:name="Month",type=string,JSONPath=`.spec.month`
// +kubebuilder:printcolumn:name="Receptions",type=integer,JSONPath=`.status.receptions`
// +kubebuilder:printcolumn:name="Duties",type=integer,JSONPath=`.status.duties`
// +kubebuilder:printcolumn:name="Uncovered",type=integer,JSONPath=`.status.uncovered`
// +kubebuilder:printcolumn:name="Announced until",type=string,JSONPath=`.spec.announcedUntil`
// +kubebuilder:printcolumn:name="Provisional",type=boolean,JSONPath=`.spec.provisional`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:selectablefield:JSONPath=`.spec.rosterRef.name`
type DutySchedule struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the plan.
	//
	// +required
	Spec DutyScheduleSpec `json:"spec"`

	// status is what the operator observes of the plan.
	//
	// Until the operator has looked, observedGeneration is -1: tools that wait take an object without it for settled.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status DutyScheduleStatus `json:"status,omitempty"`
}

// DutyScheduleList is a list of DutySchedules.
//
// +kubebuilder:object:root=true
type DutyScheduleList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DutySchedule `json:"items"`
}

// DutyScheduleSpec is one month of one roster.
//
// +kubebuilder:validation:XValidation:rule="self.rosterRef.name == oldSelf.rosterRef.name && self.month == oldSelf.month",message="rosterRef and month cannot be changed; each roster and month has its own DutySchedule"
type DutyScheduleSpec struct {
	// rosterRef names the DeputyRoster in the same namespace that this plan is for.
	//
	// +required
	RosterRef LocalReference `json:"rosterRef"`

	// month of the plan, written 2026-10.
	//
	// +kubebuilder:validation:MaxLength=7
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{4}-(0[1-9]|1[0-2])$')",message="month must be written YYYY-MM, for example 2026-10"
	// +required
	Month string `json:"month"`

	// provisional is true while the holidays of some day in the month are not published; such days may still move.
	//
	// +optional
	Provisional bool `json:"provisional,omitempty"`

	// announcedUntil is the last day that residents and deputies have been told of; shifts up to it do not change by themselves.
	//
	// +optional
	AnnouncedUntil Date `json:"announcedUntil,omitempty"`

	// openingLedgers holds the turns counted before this month, from which the month is planned.
	//
	// +optional
	OpeningLedgers Ledgers `json:"openingLedgers,omitzero"`

	// shifts of the month in order of date.
	//
	// +listType=map
	// +listMapKey=date
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=100
	// +optional
	Shifts []Shift `json:"shifts,omitempty"`
}

// Ledgers counts turns, receptions and ordinary duty apart.
type Ledgers struct {
	// reception turns by deputy.
	//
	// +listType=map
	// +listMapKey=deputy
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Reception []LedgerEntry `json:"reception,omitempty"`

	// duty turns by deputy.
	//
	// +listType=map
	// +listMapKey=deputy
	// +kubebuilder:validation:MaxItems=1000
	// +optional
	Duty []LedgerEntry `json:"duty,omitempty"`

	// leader turns by leader.
	//
	// +listType=map
	// +listMapKey=deputy
	// +kubebuilder:validation:MaxItems=100
	// +optional
	Leader []LedgerEntry `json:"leader,omitempty"`

	// receptions held or planned before this month by the roster's reception rule; it decides which topic's turn is next.
	//
	// +optional
	Receptions int32 `json:"receptions,omitempty"`

	// additionalReceptions are those by the additional rules.
	//
	// +listType=map
	// +listMapKey=rule
	// +kubebuilder:validation:MaxItems=64
	// +optional
	AdditionalReceptions []RuleReceptions `json:"additionalReceptions,omitempty"`
}

// RuleReceptions counts the receptions of one additional rule.
type RuleReceptions struct {
	// rule by its name.
	//
	// +kubebuilder:validation:MaxLength=32
	Rule string `json:"rule"`

	// receptions held or planned before this month.
	//
	// +kubebuilder:validation:Minimum=0
	Receptions int32 `json:"receptions"`
}

// LedgerEntry is the account of one person.
type LedgerEntry struct {
	// deputy is the id of the deputy (or leader) on the roster.
	//
	// +kubebuilder:validation:MaxLength=32
	Deputy string `json:"deputy"`

	// turns counted.
	//
	// +kubebuilder:validation:Minimum=0
	Turns int32 `json:"turns"`

	// last is the day of the most recent turn.
	//
	// +optional
	Last Date `json:"last,omitempty"`
}

// Shift is one day's reception or duty.
type Shift struct {
	// date of the shift in the roster's time zone.
	Date Date `json:"date"`

	// kind of the shift.
	Kind ShiftKind `json:"kind"`

	// deputies by id.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	// +optional
	Deputies []string `json:"deputies,omitempty"`

	// leaders by id.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=5
	// +optional
	Leaders []string `json:"leaders,omitempty"`

	// hours of the shift.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`

	// place of the shift; absent means the station itself.
	//
	// +kubebuilder:validation:MaxLength=60
	// +optional
	Place string `json:"place,omitempty"`

	// topic of a reception.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Topic string `json:"topic,omitempty"`

	// postponedFrom is the day the reception would have been on by its rule.
	//
	// +optional
	PostponedFrom Date `json:"postponedFrom,omitempty"`

	// rule is the name of the additional reception rule the shift is by; absent for the roster's reception and for duty.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Rule string `json:"rule,omitempty"`

	// origin of the shift: Generated by the rules, or by an Override.
	//
	// +optional
	Origin ShiftOrigin `json:"origin,omitempty"`

	// cancelled is true for a shift that an override took off; it has no deputies and counts for nothing.
	//
	// +optional
	Cancelled bool `json:"cancelled,omitempty"`

	// provisional is true when the holidays around the day are not published yet.
	//
	// +optional
	Provisional bool `json:"provisional,omitempty"`

	// uncovered is how many places of the shift nobody can take.
	//
	// +kubebuilder:validation:Minimum=0
	// +optional
	Uncovered int32 `json:"uncovered,omitempty"`
}

// ShiftKind tells receptions from ordinary duty.
//
// +kubebuilder:validation:Enum=Reception;Duty
type ShiftKind string

const (
	// ShiftReception is a reception day (接待日).
	ShiftReception ShiftKind = "Reception"
	// ShiftDuty is ordinary duty (值班).
	ShiftDuty ShiftKind = "Duty"
)

// ShiftOrigin tells what the rules made from what was decided by hand.
//
// +kubebuilder:validation:Enum=Generated;Override
type ShiftOrigin string

const (
	// OriginGenerated is a shift by the roster's rules.
	OriginGenerated ShiftOrigin = "Generated"
	// OriginOverride is a shift that one of the roster's overrides decided.
	OriginOverride ShiftOrigin = "Override"
)

// DutyScheduleStatus is what the operator observes of a month's plan.
type DutyScheduleStatus struct {
	// observedGeneration is the generation of the spec that the conditions speak of.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready is True when every shift is covered.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// receptions of the month, cancelled ones apart.
	//
	// +optional
	Receptions *int32 `json:"receptions,omitempty"`

	// duties is the number of ordinary duty shifts, cancelled ones apart.
	//
	// +optional
	Duties *int32 `json:"duties,omitempty"`

	// uncovered is how many places of the month nobody can take.
	//
	// +optional
	Uncovered *int32 `json:"uncovered,omitempty"`
}

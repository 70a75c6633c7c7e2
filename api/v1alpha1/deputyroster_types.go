package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DeputyRoster lists the people's-congress deputies (人大代表) who serve at a station and the rules by which they take turns.
// The operator plans the coming months from it and writes them as DutySchedules.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dr,categories=liaison
// +kubebuilder:printcolumn:name="Deputies",type=integer,JSONPath=`.status.activeDeputies`
// +kubebuilder:printcolumn:name="On duty",type=string,JSONPath=`.status.onDutyToday.names`
// +kubebuilder:printcolumn:name="Next reception",type=string,JSONPath=`.status.nextReception.date`
// +kubebuilder:printcolumn:name="Uncovered",type=integer,JSONPath=`.status.uncoveredShifts`
// +kubebuilder:printcolumn:name="Planned until",type=string,JSONPath=`.status.plannedUntil`
// +kubebuilder:printcolumn:name="Provisional from",type=string,JSONPath=`.status.provisionalFrom`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must hold only a-z, 0-9 and -, and have at most 40 characters, because DutySchedules are named after it"
type DeputyRoster struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the roster and its rules.
	//
	// +required
	Spec DeputyRosterSpec `json:"spec"`

	// status is what the operator observes; it is written by the operator alone.
	//
	// Until the operator has looked, observedGeneration is -1: tools that wait take an object without it for settled.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status DeputyRosterStatus `json:"status,omitempty"`
}

// DeputyRosterList is a list of DeputyRosters.
//
// +kubebuilder:object:root=true
type DeputyRosterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DeputyRoster `json:"items"`
}

// DeputyRosterSpec is the roster and its rules.
//
// +kubebuilder:validation:XValidation:rule="!has(self.reception) || !has(self.reception.deputies) || self.reception.deputies <= size(self.deputies)",message="reception.deputies must not exceed the number of deputies on the roster; lower it or list more deputies"
// +kubebuilder:validation:XValidation:rule="!has(self.duty) || !has(self.duty.deputiesPerDay) || self.duty.deputiesPerDay <= size(self.deputies)",message="duty.deputiesPerDay must not exceed the number of deputies on the roster; lower it or list more deputies"
// +kubebuilder:validation:XValidation:rule="!has(self.reception) || !has(self.reception.leaders) || self.reception.leaders <= (has(self.leaders) ? size(self.leaders) : 0)",message="reception.leaders must not exceed the number of leaders on the roster; list the leaders or set it to 0"
type DeputyRosterSpec struct {
	// deputies on the roster.
	//
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +required
	Deputies []Deputy `json:"deputies"`

	// leaders in charge (分管领导) who receive residents beside the deputies.
	//
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MaxItems=50
	// +optional
	Leaders []Leader `json:"leaders,omitempty"`

	// reception is the rule for reception days (接待日); without it there are none.
	//
	// +optional
	Reception *Reception `json:"reception,omitempty"`

	// additionalReceptions are further rules for reception days, each with its own days, hours, place and people, such as one on market days.
	// All share one ledger of turns. Where two rules meet on a day there is one reception, by the rule that stands first.
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	// +optional
	AdditionalReceptions []AdditionalReception `json:"additionalReceptions,omitempty"`

	// duty is the rule for ordinary duty (轮流值班) on days without a reception; without it there is none.
	//
	// +optional
	Duty *Duty `json:"duty,omitempty"`

	// overrides decide single days by hand: a swap (换班), a replacement (替班), an extra reception, a cancelled day. They win over every rule and over
	// what was announced, and count in the ledgers.
	//
	// +listType=map
	// +listMapKey=date
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=200
	// +optional
	Overrides []Override `json:"overrides,omitempty"`

	// horizonMonths is how many months are planned, the current one included.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +kubebuilder:default=3
	// +optional
	HorizonMonths int32 `json:"horizonMonths,omitempty"`

	// historyMonths is how many past months' DutySchedules are kept; older ones are deleted. The turns counted in them live on in the later ones.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=120
	// +kubebuilder:default=24
	// +optional
	HistoryMonths int32 `json:"historyMonths,omitempty"`

	// timeZone in which days begin and end, by its IANA name.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self == 'Asia/Shanghai' || self.matches('^[A-Z]') && self != 'Local' && timestamp('2026-01-01T00:00:00Z').getFullYear(self) >= 2025",message="timeZone must be an IANA name, for example Asia/Shanghai"
	// +kubebuilder:default="Asia/Shanghai"
	// +optional
	TimeZone string `json:"timeZone,omitempty"`
}

// Deputy is one people's-congress deputy.
//
// +kubebuilder:validation:XValidation:rule="!has(self.from) || !has(self.until) || self.from <= self.until",message="until must not be before from"
type Deputy struct {
	// id of the deputy on this roster, stable for as long as the deputy serves, for example d031.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="id must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example d031"
	// +required
	ID string `json:"id"`

	// name of the deputy.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// level of the congress the deputy sits in.
	//
	// +required
	Level DeputyLevel `json:"level"`

	// village the deputy was elected in, by name.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Village string `json:"village,omitempty"`

	// group the deputy works in, for example 产业发展组.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Group string `json:"group,omitempty"`

	// specialties of the deputy. Where turns are equal, a reception goes to a deputy one of whose specialties is its topic, word for word.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=30
	// +optional
	Specialties []string `json:"specialties,omitempty"`

	// phone of the deputy. It leaves the roster only when publishPhone is true.
	//
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\+?[0-9][0-9 -]{4,22}$')",message="phone must hold digits with an optional leading + and spaces or dashes between, for example 139 0000 0031"
	// +optional
	Phone string `json:"phone,omitempty"`

	// publishPhone puts the phone on the station's site.
	//
	// +optional
	PublishPhone bool `json:"publishPhone,omitempty"`

	// status: Active deputies take turns; Suspended (暂停执行代表职务) and Terminated (代表资格终止) ones keep their history and get none.
	//
	// +kubebuilder:default=Active
	// +optional
	Status DeputyStatus `json:"status,omitempty"`

	// from is the first day the deputy serves; absent means from the beginning.
	//
	// +optional
	From Date `json:"from,omitempty"`

	// until is the last day the deputy serves; absent means without end.
	//
	// +optional
	Until Date `json:"until,omitempty"`

	// leave during which the deputy gets no turn.
	//
	// +listType=map
	// +listMapKey=from
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.exists_one(b, a.from <= b.until && b.from <= a.until))",message="leave periods of one deputy must not overlap; join or shorten them"
	// +optional
	Leave []Leave `json:"leave,omitempty"`
}

// DeputyLevel is the level of a people's congress.
//
// +kubebuilder:validation:Enum=County;Township
type DeputyLevel string

const (
	// DeputyCounty sits in the county's people's congress.
	DeputyCounty DeputyLevel = "County"
	// DeputyTownship sits in the township's people's congress.
	DeputyTownship DeputyLevel = "Township"
)

// DeputyStatus says whether a deputy serves.
//
// +kubebuilder:validation:Enum=Active;Suspended;Terminated
type DeputyStatus string

const (
	// DeputyActive takes turns.
	DeputyActive DeputyStatus = "Active"
	// DeputySuspended takes none for now.
	DeputySuspended DeputyStatus = "Suspended"
	// DeputyTerminated takes none any more.
	DeputyTerminated DeputyStatus = "Terminated"
)

// Leave is a span of days without turns, both ends included.
//
// +kubebuilder:validation:XValidation:rule="self.from <= self.until",message="leave must not end before it begins: until must be the same day as from or later"
type Leave struct {
	// from is the first day of leave.
	//
	// +required
	From Date `json:"from"`

	// until is the last day of leave.
	//
	// +required
	Until Date `json:"until"`

	// reason, for the station's own records; it never leaves the roster.
	//
	// +kubebuilder:validation:MaxLength=100
	// +optional
	Reason string `json:"reason,omitempty"`
}

// Leader is a leader in charge who receives residents beside the deputies.
type Leader struct {
	// id of the leader on this roster.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="id must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example l01"
	// +required
	ID string `json:"id"`

	// name of the leader.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// title of the leader, for example 副乡长.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Title string `json:"title,omitempty"`

	// areas the leader is in charge of (分管领域), word for word as the topics of receptions; see leaderChoice.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=24
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=30
	// +optional
	Areas []string `json:"areas,omitempty"`
}

// Duty is the rule for ordinary duty.
type Duty struct {
	// days on which deputies take turns.
	//
	// +kubebuilder:default=WorkingDays
	// +optional
	Days DutyDays `json:"days,omitempty"`

	// deputiesPerDay on duty.
	//
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 20",message="deputiesPerDay must be 1 to 20; leave out duty altogether where there is none"
	// +kubebuilder:default=1
	// +optional
	DeputiesPerDay int32 `json:"deputiesPerDay,omitempty"`

	// hours of duty.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`
}

// DutyDays names the days of ordinary duty.
//
// +kubebuilder:validation:Enum=WorkingDays;EveryDay
type DutyDays string

const (
	// DutyWorkingDays is duty on working days, make-up days included.
	DutyWorkingDays DutyDays = "WorkingDays"
	// DutyEveryDay is duty on every day.
	DutyEveryDay DutyDays = "EveryDay"
)

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LiaisonStationStatus is what the operator observes of a station.
type LiaisonStationStatus struct {
	// observedGeneration is the generation of the spec that the conditions speak of.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready, Reconciling, Stalled, IntakeAvailable, ScheduleReady, DeputiesKnown, BacklogFresh, AuditIntact, AuthoritiesTrusted, UpToDate.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// url at which the intake service is reached.
	//
	// +optional
	URL string `json:"url,omitempty"`

	// backlog is what waits at the station, as its intake last reported it.
	//
	// +optional
	Backlog *Backlog `json:"backlog,omitempty"`

	// onDutyToday is who serves at the station today; absent on a day without duty.
	//
	// +optional
	OnDutyToday *OnDuty `json:"onDutyToday,omitempty"`

	// nextReception is the next day on which deputies and a leader receive residents (接待日).
	//
	// +optional
	NextReception *NextReception `json:"nextReception,omitempty"`

	// intakeVersion is the version the running intake reports.
	//
	// +optional
	IntakeVersion string `json:"intakeVersion,omitempty"`
}

// Backlog counts the cases of a station.
type Backlog struct {
	// pending cases: received and not closed.
	Pending int32 `json:"pending"`

	// overdue cases: pending past their deadline.
	Overdue int32 `json:"overdue"`

	// byRoute splits pending and overdue cases; a route without pending cases is not listed.
	//
	// +listType=map
	// +listMapKey=route
	// +optional
	ByRoute []RouteBacklog `json:"byRoute,omitempty"`

	// oldestPending is when the case that waits longest was received.
	//
	// +optional
	OldestPending *metav1.Time `json:"oldestPending,omitempty"`

	// received cases since the station's database began.
	Received int64 `json:"received"`

	// closed cases since the station's database began, those withdrawn or merged with another included.
	Closed int64 `json:"closed"`

	// visits by residents since the station's database began; a visit need not leave a case.
	Visits int64 `json:"visits"`

	// audit is the end of the intake's audit log as the operator last saw it intact. While the condition AuditIntact is False it stays what it was, as evidence.
	//
	// +optional
	Audit *AuditHead `json:"audit,omitempty"`
}

// AuditHead is the end of an audit log, a chain in which the hash of each entry covers all entries before.
type AuditHead struct {
	// length is the number of entries.
	Length int64 `json:"length"`

	// head is the hash of the last entry, SHA-256 in hexadecimal digits.
	//
	// +kubebuilder:validation:MaxLength=64
	Head string `json:"head"`
}

// RouteBacklog counts the pending cases of one route.
type RouteBacklog struct {
	// route of the cases; Unclassified are those no one has looked at yet.
	//
	// +kubebuilder:validation:Enum=Unclassified;OnTheSpot;Township;County;Explain
	Route string `json:"route"`

	// pending cases of the route.
	Pending int32 `json:"pending"`

	// overdue cases of the route.
	Overdue int32 `json:"overdue"`
}

// RouteUnclassified marks cases that have no route yet.
const RouteUnclassified = "Unclassified"

// OnDuty is one day's duty.
type OnDuty struct {
	// date in the roster's time zone.
	Date Date `json:"date"`

	// kind of the shift: Reception or Duty.
	Kind ShiftKind `json:"kind"`

	// names of the deputies, joined by 、 in the order of the schedule.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Names string `json:"names,omitempty"`

	// deputies by id.
	//
	// +listType=atomic
	// +optional
	Deputies []string `json:"deputies,omitempty"`
}

// NextReception is the next reception of a station.
type NextReception struct {
	// date in the roster's time zone.
	Date Date `json:"date"`

	// hours of the reception.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`

	// place of the reception; absent means the station itself.
	//
	// +optional
	Place string `json:"place,omitempty"`

	// topic announced for it.
	//
	// +optional
	Topic string `json:"topic,omitempty"`

	// provisional is true when the holidays of that time are not published yet and the date may still move.
	//
	// +optional
	Provisional bool `json:"provisional,omitempty"`

	// uncovered is how many of its places are without a deputy or a leader: nobody can take them, or who was announced cannot serve. A roster alone tells it,
	// and only while it could be planned.
	//
	// +optional
	Uncovered *int32 `json:"uncovered,omitempty"`
}

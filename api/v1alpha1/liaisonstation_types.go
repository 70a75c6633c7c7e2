package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LiaisonStation is the office of one township where people's-congress deputies meet residents (人大代表联络站).
// For each one the operator runs an intake service where residents leave suggestions and staff bring them to a close.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=lst,categories=liaison
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Pending",type=integer,JSONPath=`.status.backlog.pending`
// +kubebuilder:printcolumn:name="Overdue",type=integer,JSONPath=`.status.backlog.overdue`
// +kubebuilder:printcolumn:name="On duty",type=string,JSONPath=`.status.onDutyToday.names`
// +kubebuilder:printcolumn:name="URL",type=string,JSONPath=`.status.url`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must begin with a letter, hold only a-z, 0-9 and -, and have at most 40 characters, because Services and Pods are named after it"
type LiaisonStation struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what the township declares about its station.
	//
	// +required
	Spec LiaisonStationSpec `json:"spec"`

	// status is what the operator observes; it is written by the operator alone.
	//
	// Until the operator has looked, observedGeneration is -1: tools that wait take an object without it for settled.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status LiaisonStationStatus `json:"status,omitempty"`
}

// LiaisonStationList is a list of LiaisonStations.
//
// +kubebuilder:object:root=true
type LiaisonStationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []LiaisonStation `json:"items"`
}

// LiaisonStationSpec is one township's declaration of its station.
type LiaisonStationSpec struct {
	// displayName is the name on the station's sign, for example 中垛乡人大代表联络站.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=60
	// +required
	DisplayName string `json:"displayName"`

	// township is the division the station serves.
	//
	// +required
	Township Township `json:"township"`

	// contact is how residents reach the station in person or by phone.
	//
	// +optional
	Contact Contact `json:"contact,omitzero"`

	// staff run the station: the head (站长) and the administrators who keep its ledgers.
	//
	// +required
	Staff Staff `json:"staff"`

	// rosterRef names the DeputyRoster in the same namespace whose deputies serve at this station.
	// Without it, or while that roster is missing, the intake runs all the same and shows no duty schedule.
	//
	// +optional
	RosterRef *LocalReference `json:"rosterRef,omitempty"`

	// topics a suggestion can be about, in the order the form shows them.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=20
	// +required
	Topics []string `json:"topics"`

	// announcements says how receptions are announced beyond the station's own site.
	//
	// +optional
	Announcements Announcements `json:"announcements,omitzero"`

	// casework sets who handles suggestions, how long each step may take, and for how long they are kept.
	//
	// +optional
	Casework Casework `json:"casework,omitzero"`

	// site is what the station tells of itself on its pages.
	//
	// +optional
	Site Site `json:"site,omitzero"`

	// open311 says who may use the Open311 interface.
	//
	// +optional
	Open311 Open311 `json:"open311,omitzero"`

	// intake shapes the service that runs for this station.
	//
	// +kubebuilder:default={}
	// +optional
	Intake Intake `json:"intake,omitzero"`

	// reclaimPolicy says what happens to the residents' data (the volume claim and the Secrets that open it) when this
	// object is deleted. Retain keeps them, and a station created again under the same name finds them; Delete removes them.
	//
	// +kubebuilder:default=Retain
	// +optional
	ReclaimPolicy ReclaimPolicy `json:"reclaimPolicy,omitempty"`

	// suspend stops the intake, for example to restore a backup. The residents' data, the Secrets and the address stay.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// ReclaimPolicy is the fate of residents' data when their station is deleted.
//
// +kubebuilder:validation:Enum=Retain;Delete
type ReclaimPolicy string

const (
	// ReclaimRetain keeps the volume claim and the data Secrets.
	ReclaimRetain ReclaimPolicy = "Retain"
	// ReclaimDelete lets the garbage collector remove them with the station.
	ReclaimDelete ReclaimPolicy = "Delete"
)

// Township is a township-level division (乡镇) and its villages.
//
// +kubebuilder:validation:XValidation:rule="!has(self.villages) || self.villages.all(v, v.code.startsWith(self.code))",message="villages[].code must begin with the township's code; check that the village belongs to this township"
// +kubebuilder:validation:XValidation:rule="!has(self.villages) || self.villages.all(v, self.villages.exists_one(w, w.name == v.name))",message="villages[].name must be unique within the township, because residents choose their village by name"
type Township struct {
	// name of the township, for example 中垛乡.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// code is the nine-digit statistical division code (统计用区划代码), for example "141028204".
	//
	// +kubebuilder:validation:MaxLength=9
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{9}$')",message="code must be the nine-digit code of the township, in quotes, for example \"141028204\""
	// +required
	Code string `json:"code"`

	// county the township belongs to, for example 吉县.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	County string `json:"county"`

	// population is the number of residents, in persons.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000000
	// +optional
	Population int32 `json:"population,omitempty"`

	// villages of the township; each has a liaison point (联络点).
	//
	// +listType=map
	// +listMapKey=code
	// +kubebuilder:validation:MaxItems=200
	// +optional
	Villages []Village `json:"villages,omitempty"`
}

// Village is an administrative village or residents' community with a liaison point.
type Village struct {
	// code is the twelve-digit statistical division code, beginning with the township's, for example "141028204207".
	//
	// +kubebuilder:validation:MaxLength=12
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{12}$')",message="code must be the twelve-digit code of the village, in quotes, for example \"141028204207\""
	// +required
	Code string `json:"code"`

	// name of the village, for example 白额村.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// liaisonDeputy is the id, in the station's roster, of the deputy who runs the village's liaison point.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	LiaisonDeputy string `json:"liaisonDeputy,omitempty"`
}

// Contact is published on the station's site.
type Contact struct {
	// address of the station, as a resident would be told it.
	//
	// +kubebuilder:validation:MaxLength=120
	// +optional
	Address string `json:"address,omitempty"`

	// phone of the station's office, digits with optional +, spaces and dashes.
	//
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\+?[0-9][0-9 -]{4,22}$')",message="phone must hold digits with an optional leading + and spaces or dashes between, for example 0357-7920000"
	// +optional
	Phone string `json:"phone,omitempty"`

	// openingHours in words, for example 周一至周五 08:30-12:00 14:30-18:00.
	//
	// +kubebuilder:validation:MaxLength=120
	// +optional
	OpeningHours string `json:"openingHours,omitempty"`
}

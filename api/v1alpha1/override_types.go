package v1alpha1

// Override decides one day's shift by hand. What it does not set is decided by the rule.
//
// +kubebuilder:validation:XValidation:rule="!has(self.cancelled) || !self.cancelled || !(has(self.deputies) || has(self.leader) || has(self.hours) || has(self.place) || has(self.topic))",message="a cancelled day has no deputies, leader, hours, place or topic; leave them out or leave out cancelled"
// +kubebuilder:validation:XValidation:rule="!has(self.cancelled) || !self.cancelled || has(self.reason)",message="reason must say why the day is cancelled"
// +kubebuilder:validation:XValidation:rule="self.kind == 'Reception' || !(has(self.leader) || has(self.topic))",message="leader and topic are for receptions; leave them out where kind is Duty"
type Override struct {
	// date of the day the shift is on, postponements included.
	//
	// +required
	Date Date `json:"date"`

	// kind of the shift. A Reception on a day that has none is an extra one, and so is Duty.
	//
	// +required
	Kind ShiftKind `json:"kind"`

	// deputies who serve, by id; absent leaves the choice to the rule.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	Deputies []string `json:"deputies,omitempty"`

	// leader who comes to a reception, by id; absent leaves the choice to the rule.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Leader string `json:"leader,omitempty"`

	// cancelled takes the day's shift off. It stays on view as cancelled.
	//
	// +optional
	Cancelled bool `json:"cancelled,omitempty"`

	// hours of the shift.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`

	// place of the shift.
	//
	// +kubebuilder:validation:MaxLength=60
	// +optional
	Place string `json:"place,omitempty"`

	// topic of a reception.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Topic string `json:"topic,omitempty"`

	// reason, for the station's own records; it never leaves the roster.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +optional
	Reason string `json:"reason,omitempty"`
}

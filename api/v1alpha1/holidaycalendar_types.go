package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// HolidayCalendar adds the holiday arrangement (节假日安排) of a year that is not built into the operator, or replaces one that was amended.
// One in the operator's namespace serves every roster; one in a roster's own namespace wins there.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:shortName=hcal,categories=liaison
// +kubebuilder:printcolumn:name="Years",type=string,JSONPath=`.spec.years[*].year`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type HolidayCalendar struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the arrangement.
	//
	// +required
	Spec HolidayCalendarSpec `json:"spec"`
}

// HolidayCalendarList is a list of HolidayCalendars.
//
// +kubebuilder:object:root=true
type HolidayCalendarList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []HolidayCalendar `json:"items"`
}

// HolidayCalendarSpec lists arrangements by year.
type HolidayCalendarSpec struct {
	// years arranged, each as its own notice of the State Council has it.
	//
	// +listType=map
	// +listMapKey=year
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	// +required
	Years []HolidayYear `json:"years"`
}

// HolidayYear is the arrangement of one notice. Its days may lie in the last days of December before.
//
// +kubebuilder:validation:XValidation:rule="!has(self.workDays) || self.workDays.all(w, !self.offDays.exists(o, o.date == w.date))",message="a date must not stand in both offDays and workDays; remove it from one of them"
// +kubebuilder:validation:XValidation:rule="self.offDays.all(d, d.date.getFullYear() == self.year || (d.date.getFullYear() == self.year - 1 && d.date.getMonth() == 11))",message="offDays must lie in the year of the notice or in the December before it"
// +kubebuilder:validation:XValidation:rule="!has(self.workDays) || self.workDays.all(d, d.date.getFullYear() == self.year || (d.date.getFullYear() == self.year - 1 && d.date.getMonth() == 11))",message="workDays must lie in the year of the notice or in the December before it"
type HolidayYear struct {
	// year the notice is for.
	//
	// +kubebuilder:validation:Minimum=2000
	// +kubebuilder:validation:Maximum=2100
	// +required
	Year int32 `json:"year"`

	// source of the arrangement, for example the address of the notice.
	//
	// +kubebuilder:validation:MaxLength=300
	// +optional
	Source string `json:"source,omitempty"`

	// offDays are the days off, weekends within a holiday included.
	//
	// +listType=map
	// +listMapKey=date
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=60
	// +required
	OffDays []HolidayDate `json:"offDays"`

	// workDays are the weekend days worked in exchange (调休上班).
	//
	// +listType=map
	// +listMapKey=date
	// +kubebuilder:validation:MaxItems=30
	// +optional
	WorkDays []HolidayDate `json:"workDays,omitempty"`
}

// HolidayDate is one day of an arrangement.
type HolidayDate struct {
	// date of the day.
	//
	// +required
	Date Date `json:"date"`

	// name of the holiday the day belongs to, for example 国庆节.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`
}

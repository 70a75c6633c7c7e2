// Package v1alpha1 is the API by which a county declares its liaison stations (人大代表联络站).
//
// +kubebuilder:object:generate=true
// +kubebuilder:ac:generate=true
// +kubebuilder:ac:output:package=../applyconfiguration
// +groupName=liaison.township.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the group and version of every kind in this package.
var GroupVersion = schema.GroupVersion{Group: "liaison.township.dev", Version: "v1alpha1"}

// SchemeGroupVersion is the same by the name that generated apply configurations use.
var SchemeGroupVersion = GroupVersion

// AddToScheme registers the kinds of this package with a scheme.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion,
		&LiaisonStation{}, &LiaisonStationList{},
		&DeputyRoster{}, &DeputyRosterList{},
		&DutySchedule{}, &DutyScheduleList{},
		&HolidayCalendar{}, &HolidayCalendarList{},
	)
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}

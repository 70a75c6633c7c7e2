package station

import (
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
)

const (
	// LabelStation is on every child and holds the station's name.
	LabelStation = "liaison.township.dev/station"
	// AnnotationStation is on every child and holds the station's namespace and name. By it a station that was created again
	// knows the claim and the Secrets that were kept.
	AnnotationStation = "liaison.township.dev/station"
	// LabelManagedBy with ManagedBy is what the operator's caches select by.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "liaison-operator"

	labelName     = "app.kubernetes.io/name"
	labelInstance = "app.kubernetes.io/instance"
	labelPartOf   = "app.kubernetes.io/part-of"
	intakeApp     = "liaison-intake"
	kindStation   = "LiaisonStation"
)

func childLabels(station *v1alpha1.LiaisonStation) map[string]string {
	return map[string]string{
		labelName:      intakeApp,
		labelInstance:  station.Name,
		labelPartOf:    "liaison",
		LabelManagedBy: ManagedBy,
		LabelStation:   station.Name,
	}
}

// selectorLabels choose the station's pod. They are part of the StatefulSet for good; nothing may be added.
func selectorLabels(station *v1alpha1.LiaisonStation) map[string]string {
	return map[string]string{labelName: intakeApp, labelInstance: station.Name}
}

func childAnnotations(station *v1alpha1.LiaisonStation) map[string]string {
	return map[string]string{AnnotationStation: station.Namespace + "/" + station.Name}
}

// ownerReference lets the garbage collector remove a child with its station. It does not block the owner's deletion: nothing has
// to be undone before, and blocking would need a right on the station's finalizers.
func ownerReference(station *v1alpha1.LiaisonStation) *metav1ac.OwnerReferenceApplyConfiguration {
	return metav1ac.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).
		WithKind(kindStation).
		WithName(station.Name).
		WithUID(station.UID).
		WithController(true)
}

func ownerOf(station *v1alpha1.LiaisonStation) apply.Owner {
	return apply.Owner{
		Kind: kindStation, Name: station.Name, UID: station.UID,
		MarkLabel: LabelStation, MarkLabelValue: station.Name,
		MarkAnnotation: AnnotationStation, MarkAnnotationValue: station.Namespace + "/" + station.Name,
	}
}

package station

import (
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"township.dev/liaison/api/v1alpha1"
)

// configMap carries the documents to the intake, which follows its changes.
func configMap(station *v1alpha1.LiaisonStation, docs documents) *corev1ac.ConfigMapApplyConfiguration {
	return corev1ac.ConfigMap(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithData(docs)
}

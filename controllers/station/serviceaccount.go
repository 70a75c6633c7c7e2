package station

import (
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"township.dev/liaison/api/v1alpha1"
)

// serviceAccount gives the intake an identity of its own without any right and without a token: it never speaks to the API server.
func serviceAccount(station *v1alpha1.LiaisonStation) *corev1ac.ServiceAccountApplyConfiguration {
	return corev1ac.ServiceAccount(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithAutomountServiceAccountToken(false)
}

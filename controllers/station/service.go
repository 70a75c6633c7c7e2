package station

import (
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"township.dev/liaison/api/v1alpha1"
)

// service gives residents port 80 and, to those the NetworkPolicy lets in, the internal port.
func service(station *v1alpha1.LiaisonStation) *corev1ac.ServiceApplyConfiguration {
	return corev1ac.Service(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(corev1ac.ServiceSpec().
			WithSelector(selectorLabels(station)).
			WithPorts(servicePort(portHTTP, servicePortHTTP), servicePort(portInternal, numberInternal)))
}

func servicePort(name string, port int32) *corev1ac.ServicePortApplyConfiguration {
	return corev1ac.ServicePort().WithName(name).WithPort(port).WithProtocol("TCP").WithTargetPort(intstr.FromString(name))
}

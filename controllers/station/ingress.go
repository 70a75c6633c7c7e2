package station

import (
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"township.dev/liaison/api/v1alpha1"
)

// ingress publishes the station's whole site under its host. The TLS entry is left out where no Secret is named: the controller of the
// class serves its own certificate then, or another proxy before it does.
func ingress(station *v1alpha1.LiaisonStation, shape v1alpha1.IngressExposure) *networkingv1ac.IngressApplyConfiguration {
	host := station.Spec.Intake.Host
	spec := networkingv1ac.IngressSpec().WithRules(networkingv1ac.IngressRule().
		WithHost(host).
		WithHTTP(networkingv1ac.HTTPIngressRuleValue().WithPaths(networkingv1ac.HTTPIngressPath().
			WithPath("/").
			WithPathType(networkingv1.PathTypePrefix).
			WithBackend(networkingv1ac.IngressBackend().WithService(networkingv1ac.IngressServiceBackend().
				WithName(IntakeName(station.Name)).
				WithPort(networkingv1ac.ServiceBackendPort().WithName(portHTTP)))))))
	if shape.ClassName != nil {
		spec.WithIngressClassName(*shape.ClassName)
	}
	if shape.TLSSecretName != "" {
		spec.WithTLS(networkingv1ac.IngressTLS().WithHosts(host).WithSecretName(shape.TLSSecretName))
	}
	return networkingv1ac.Ingress(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(shape.Annotations).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(spec)
}

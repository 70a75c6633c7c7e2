package station

import (
	"cmp"

	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"township.dev/liaison/api/v1alpha1"
)

// issuers are the annotations by which cert-manager is asked for a certificate. It looks at an Ingress that has a TLS entry, and at no other.
var issuers = []string{"cert-manager.io/issuer", "cert-manager.io/cluster-issuer"}

// tlsSecret is the Secret with the certificate: the one named, or one of the station's own for cert-manager to write. Without either there is none: the
// controller of the class serves its own certificate, or another proxy before it does.
func tlsSecret(station string, shape v1alpha1.IngressExposure) string {
	for _, issuer := range issuers {
		if shape.Annotations[issuer] != "" {
			return cmp.Or(shape.TLSSecretName, IntakeName(station)+"-tls")
		}
	}
	return shape.TLSSecretName
}

// ingress publishes the station's whole site under its host.
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
	if secret := tlsSecret(station.Name, shape); secret != "" {
		spec.WithTLS(networkingv1ac.IngressTLS().WithHosts(host).WithSecretName(secret))
	}
	return networkingv1ac.Ingress(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(shape.Annotations).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(spec)
}

package station

import (
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayv1ac "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"

	"township.dev/liaison/api/v1alpha1"
)

// httpRoute publishes the station's whole site under its host through the Gateways named. A rule without matches takes every path.
func httpRoute(station *v1alpha1.LiaisonStation, shape v1alpha1.GatewayExposure) *gatewayv1ac.HTTPRouteApplyConfiguration {
	backend := gatewayv1ac.HTTPBackendRef().
		WithName(gatewayv1.ObjectName(IntakeName(station.Name))).
		WithPort(servicePortHTTP)
	return gatewayv1ac.HTTPRoute(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(gatewayv1ac.HTTPRouteSpec().
			WithParentRefs(parentRefs(shape.ParentRefs)...).
			WithHostnames(gatewayv1.Hostname(station.Spec.Intake.Host)).
			WithRules(gatewayv1ac.HTTPRouteRule().WithBackendRefs(backend)))
}

func parentRefs(gateways []v1alpha1.GatewayReference) []*gatewayv1ac.ParentReferenceApplyConfiguration {
	var refs []*gatewayv1ac.ParentReferenceApplyConfiguration
	for _, gateway := range gateways {
		ref := gatewayv1ac.ParentReference().WithName(gatewayv1.ObjectName(gateway.Name))
		ref.Namespace = orNil(gatewayv1.Namespace(gateway.Namespace))
		ref.SectionName = orNil(gatewayv1.SectionName(gateway.SectionName))
		refs = append(refs, ref)
	}
	return refs
}

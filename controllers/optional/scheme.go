package optional

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// AddToScheme adds the kinds that a cluster may lack, and of their APIs no other.
func AddToScheme(scheme *runtime.Scheme) error {
	routes := schema.GroupVersion(gatewayv1.GroupVersion)
	scheme.AddKnownTypes(routes, &gatewayv1.HTTPRoute{}, &gatewayv1.HTTPRouteList{})
	metav1.AddToGroupVersion(scheme, routes)
	scheme.AddKnownTypes(PodMonitors, &PodMonitor{}, &PodMonitorList{})
	metav1.AddToGroupVersion(scheme, PodMonitors)
	return nil
}

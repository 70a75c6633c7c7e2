package station

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"township.dev/liaison/api/v1alpha1"
)

var (
	defaultRequests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi")}
	defaultLimits   = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("256Mi")}
)

// intakeResources lays the station's wishes over the defaults. Where a wish contradicts a default (a request above the default
// limit, or a limit below the default request) the default gives way.
func intakeResources(wishes *v1alpha1.ResourceRequirements) (requests, limits corev1.ResourceList) {
	requests, limits = defaultRequests.DeepCopy(), defaultLimits.DeepCopy()
	if wishes == nil {
		return requests, limits
	}
	for name, limit := range wishes.Limits {
		limits[name] = limit
		if request, ok := requests[name]; ok && request.Cmp(limit) > 0 {
			requests[name] = limit
		}
	}
	for name, request := range wishes.Requests {
		requests[name] = request
		if limit, ok := limits[name]; ok && request.Cmp(limit) > 0 {
			limits[name] = request
		}
	}
	return requests, limits
}

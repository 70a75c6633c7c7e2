package station

import (
	"maps"

	"township.dev/liaison/api/v1alpha1"
)

// withDefaults is the station with the county's defaults laid under its own intake; what the station says itself wins. Maps are joined key
// by key, lists are taken as a whole. Of the storage only the class counts: each station has a size by the API's default.
func withDefaults(station *v1alpha1.LiaisonStation, county v1alpha1.Intake) *v1alpha1.LiaisonStation {
	merged := station.DeepCopy()
	own, d := &merged.Spec.Intake, county.DeepCopy()
	if own.Image == "" {
		own.Image = d.Image
	}
	own.Resources = joinResources(own.Resources, d.Resources)
	if own.Storage.StorageClassName == nil {
		own.Storage.StorageClassName = d.Storage.StorageClassName
	}
	if len(own.ImagePullSecrets) == 0 {
		own.ImagePullSecrets = d.ImagePullSecrets
	}
	if len(own.Tolerations) == 0 {
		own.Tolerations = d.Tolerations
	}
	if len(own.TrustedProxies) == 0 {
		own.TrustedProxies = d.TrustedProxies
	}
	if own.CAConfigMapRef == nil {
		own.CAConfigMapRef = d.CAConfigMapRef
	}
	own.NodeSelector = joinMaps(own.NodeSelector, d.NodeSelector)
	own.Labels = joinMaps(own.Labels, d.Labels)
	own.Annotations = joinMaps(own.Annotations, d.Annotations)
	if own.Exposure == nil && own.Host != "" {
		own.Exposure = d.Exposure
	}
	return merged
}

func joinResources(own, county *v1alpha1.ResourceRequirements) *v1alpha1.ResourceRequirements {
	if own == nil || county == nil {
		if own == nil {
			own = county
		}
		return own
	}
	return &v1alpha1.ResourceRequirements{Requests: joinMaps(own.Requests, county.Requests), Limits: joinMaps(own.Limits, county.Limits)}
}

// joinMaps lays own over county; nil when both are empty.
func joinMaps[M ~map[K]V, K comparable, V any](own, county M) M {
	if len(county) == 0 {
		return own
	}
	joined := maps.Clone(county)
	maps.Copy(joined, own)
	return joined
}

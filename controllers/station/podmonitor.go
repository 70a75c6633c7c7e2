package station

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/optional"
)

// PodMonitors is what the county's Prometheus needs of the PodMonitor of every station.
type PodMonitors struct {
	// Labels by which the Prometheus selects them, beside those of every child, which win.
	Labels map[string]string
	// Interval between two scrapes; 0 means that of the Prometheus.
	Interval time.Duration
}

// podMonitor has a Prometheus Operator scrape the intake itself, for what the operator's own metrics leave out. Its series bear the labels
// namespace and station, as the operator's do. The Prometheus still has to be let in: see LabelScrape.
func podMonitor(station *v1alpha1.LiaisonStation, county PodMonitors) *optional.PodMonitor {
	owner := ownerReference(station)
	monitor := &optional.PodMonitor{
		TypeMeta: metav1.TypeMeta{APIVersion: optional.PodMonitors.String(), Kind: "PodMonitor"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: station.Namespace, Name: IntakeName(station.Name),
			Labels: joinMaps(childLabels(station), county.Labels), Annotations: childAnnotations(station),
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: *owner.APIVersion, Kind: *owner.Kind, Name: *owner.Name, UID: *owner.UID, Controller: owner.Controller,
			}},
		},
	}
	monitor.Spec.Selector.MatchLabels = selectorLabels(station)
	monitor.Spec.PodMetricsEndpoints = []optional.PodMetricsEndpoint{{
		Port: portInternal,
		Path: "/metrics",
		Authorization: optional.Authorization{Type: "Bearer", Credentials: corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: DataName(station.Name)}, Key: InternalTokenKey,
		}},
		Relabelings: []optional.Relabeling{
			{SourceLabels: []string{"__meta_kubernetes_namespace"}, TargetLabel: "namespace"},
			{SourceLabels: []string{"__meta_kubernetes_pod_label_liaison_township_dev_station"}, TargetLabel: "station"},
		},
	}}
	if county.Interval > 0 {
		monitor.Spec.PodMetricsEndpoints[0].Interval = county.Interval.String()
	}
	return monitor
}

// OwnLabel reports whether the operator itself gives the label to what it makes for a station, so that nobody else may.
func OwnLabel(name string) bool {
	_, own := childLabels(&v1alpha1.LiaisonStation{})[name]
	return own
}

package optional

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// PodMonitors is the API group and version of PodMonitor.
var PodMonitors = schema.GroupVersion{Group: "monitoring.coreos.com", Version: "v1"}

// PodMonitor is that of monitoring.coreos.com/v1, as far as the operator writes it. The rest of it (two hundred fields that belong to
// whoever sets them) is neither decoded nor kept in memory. Zero values are left out, so that it can be applied as it is.
type PodMonitor struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec PodMonitorSpec `json:"spec"`
}

// PodMonitorSpec says which pods are scraped, and how.
type PodMonitorSpec struct {
	Selector            metav1.LabelSelector `json:"selector"`
	PodMetricsEndpoints []PodMetricsEndpoint `json:"podMetricsEndpoints"`
}

// PodMetricsEndpoint is a port that is scraped.
type PodMetricsEndpoint struct {
	Port          string        `json:"port,omitempty"`
	Path          string        `json:"path,omitempty"`
	Interval      string        `json:"interval,omitempty"`
	Authorization Authorization `json:"authorization,omitzero"`
	Relabelings   []Relabeling  `json:"relabelings,omitempty"`
}

// Authorization is the Authorization header of a scrape.
type Authorization struct {
	Type        string                   `json:"type,omitempty"`
	Credentials corev1.SecretKeySelector `json:"credentials,omitzero"`
}

// Relabeling writes a label of every series.
type Relabeling struct {
	SourceLabels []string `json:"sourceLabels,omitempty"`
	TargetLabel  string   `json:"targetLabel,omitempty"`
}

// PodMonitorList is a list of them.
type PodMonitorList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`

	Items []PodMonitor `json:"items"`
}

// IsApplyConfiguration makes a PodMonitor a runtime.ApplyConfiguration.
func (m *PodMonitor) IsApplyConfiguration() {}

// DeepCopyObject makes a PodMonitor a runtime.Object.
func (m *PodMonitor) DeepCopyObject() runtime.Object {
	return new(m.deepCopy())
}

func (m *PodMonitor) deepCopy() PodMonitor {
	copied := PodMonitor{TypeMeta: m.TypeMeta}
	m.DeepCopyInto(&copied.ObjectMeta)
	m.Spec.Selector.DeepCopyInto(&copied.Spec.Selector)
	copied.Spec.PodMetricsEndpoints = copyEach(m.Spec.PodMetricsEndpoints, PodMetricsEndpoint.deepCopy)
	return copied
}

func (e PodMetricsEndpoint) deepCopy() PodMetricsEndpoint {
	e.Authorization.Credentials = *e.Authorization.Credentials.DeepCopy()
	e.Relabelings = copyEach(e.Relabelings, func(r Relabeling) Relabeling {
		r.SourceLabels = slices.Clone(r.SourceLabels)
		return r
	})
	return e
}

// DeepCopyObject makes a PodMonitorList a runtime.Object.
func (l *PodMonitorList) DeepCopyObject() runtime.Object {
	copied := &PodMonitorList{TypeMeta: l.TypeMeta}
	l.DeepCopyInto(&copied.ListMeta)
	copied.Items = copyEach(l.Items, func(m PodMonitor) PodMonitor { return m.deepCopy() })
	return copied
}

func copyEach[T any](list []T, deepCopy func(T) T) []T {
	copied := slices.Clone(list)
	for i := range copied {
		copied[i] = deepCopy(copied[i])
	}
	return copied
}

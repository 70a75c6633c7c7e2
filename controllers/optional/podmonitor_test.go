package optional

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func full() *PodMonitor {
	return &PodMonitor{
		ObjectMeta: metav1.ObjectMeta{Name: "zhongduo-intake", Labels: map[string]string{"a": "1"}},
		Spec: PodMonitorSpec{
			Selector: metav1.LabelSelector{MatchLabels: map[string]string{"a": "1"}},
			PodMetricsEndpoints: []PodMetricsEndpoint{{
				Port:          "internal",
				Authorization: Authorization{Type: "Bearer", Credentials: corev1.SecretKeySelector{Key: "token", Optional: new(false)}},
				Relabelings:   []Relabeling{{SourceLabels: []string{"from"}, TargetLabel: "to"}},
			}},
		},
	}
}

// spoil changes whatever a shallow copy would share.
func spoil(m *PodMonitor) {
	m.Labels["a"] = "2"
	m.Spec.Selector.MatchLabels["a"] = "2"
	endpoint := &m.Spec.PodMetricsEndpoints[0]
	endpoint.Port = "other"
	*endpoint.Authorization.Credentials.Optional = true
	endpoint.Relabelings[0].TargetLabel = "other"
	endpoint.Relabelings[0].SourceLabels[0] = "other"
}

// What is read from a cache may be changed without changing the cache.
func TestACopySharesNothing(t *testing.T) {
	original := full()
	copied := original.DeepCopyObject().(*PodMonitor)
	if difference := cmp.Diff(original, copied); difference != "" {
		t.Errorf("the copy is another (-original +copy):\n%s", difference)
	}
	list := &PodMonitorList{Items: []PodMonitor{*original}}
	listed := list.DeepCopyObject().(*PodMonitorList)
	spoil(copied)
	spoil(&listed.Items[0])
	if difference := cmp.Diff(full(), original); difference != "" {
		t.Errorf("changing the copies changed the original (-before +after):\n%s", difference)
	}
}

func TestTheSchemeKnowsTheKinds(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	gvks, _, err := scheme.ObjectKinds(&PodMonitor{})
	if err != nil || len(gvks) != 1 || gvks[0] != PodMonitors.WithKind("PodMonitor") {
		t.Errorf("PodMonitor is %v (%v)", gvks, err)
	}
}

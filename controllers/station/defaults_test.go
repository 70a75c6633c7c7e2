package station

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

func county() v1alpha1.Intake {
	return v1alpha1.Intake{
		Image:            "registry.county/liaison-intake:1",
		ImagePullSecrets: []v1alpha1.LocalReference{{Name: "county-registry"}},
		NodeSelector:     map[string]string{"pool": "stations", "arch": "arm64"},
		Tolerations:      []corev1.Toleration{{Key: "stations", Operator: corev1.TolerationOpExists}},
		Labels:           map[string]string{"cost": "county"},
		Annotations:      map[string]string{"backup": "yes"},
		TrustedProxies:   []string{"10.0.0.0/8"},
		Resources:        &v1alpha1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")}},
		CAConfigMapRef:   &v1alpha1.CAConfigMapReference{Name: "county-ca"},
		Storage:          v1alpha1.Storage{StorageClassName: new("county")},
		Exposure:         &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{TLSSecretName: "county-tls"}},
	}
}

func TestAStationThatSaysNothingGetsTheCountysDefaults(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").Obj()
	st.Spec.Intake.Host = "zhongduo.example.gov.cn"
	want := county()
	want.Host = st.Spec.Intake.Host
	if diff := cmp.Diff(want, withDefaults(st, county()).Spec.Intake, cmp.Comparer(equal)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if st.Spec.Intake.Image != "" {
		t.Error("the station that was read is changed")
	}
}

func equal(a, b resource.Quantity) bool { return a.Cmp(b) == 0 }

func TestWhatAStationSaysWins(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").Obj()
	own := v1alpha1.Intake{
		Image:            "registry.county/liaison-intake:2",
		ImagePullSecrets: []v1alpha1.LocalReference{{Name: "own"}},
		NodeSelector:     map[string]string{"arch": "amd64"},
		Tolerations:      []corev1.Toleration{{Key: "own"}},
		Labels:           map[string]string{"cost": "township"},
		TrustedProxies:   []string{"10.1.0.0/16"},
		Resources:        &v1alpha1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}},
		CAConfigMapRef:   &v1alpha1.CAConfigMapReference{Name: "own-ca", Key: "own.pem"},
		Storage:          v1alpha1.Storage{StorageClassName: new("own")},
	}
	st.Spec.Intake = own
	want := *own.DeepCopy()
	want.NodeSelector = map[string]string{"pool": "stations", "arch": "amd64"}
	want.Annotations = map[string]string{"backup": "yes"}
	want.Resources.Limits = county().Resources.Limits
	got := withDefaults(st, county()).Spec.Intake
	if diff := cmp.Diff(want, got, cmp.Comparer(equal)); diff != "" { // no exposure: it has no host
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWithoutDefaultsAStationIsAsItWasRead(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").WithImage("x:1").Obj()
	if got := withDefaults(st, v1alpha1.Intake{}); !equality.Semantic.DeepEqual(st, got) {
		t.Errorf("got %+v", got)
	}
}

package chaos

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// change of a station by its author. It draws once, however often it is tried.
type change struct {
	name string
	draw func(*rand.Rand) func(*v1alpha1.LiaisonStation)
}

var changes = []change{
	{"the name", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		name := fmt.Sprintf("中垛乡第%d联络站", r.IntN(1000))
		return func(s *v1alpha1.LiaisonStation) { s.Spec.DisplayName = name }
	}},
	{"the topics", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		topics := []string{"产业发展", "道路交通", "环境卫生", "集体经济"}[:1+r.IntN(4)]
		return func(s *v1alpha1.LiaisonStation) { s.Spec.Topics = topics }
	}},
	{"the administrators", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		n := r.IntN(6)
		return func(s *v1alpha1.LiaisonStation) {
			s.Spec.Staff.Administrators = s.Spec.Staff.Administrators[:1]
			for i := range n % 3 {
				s.Spec.Staff.Administrators = append(s.Spec.Staff.Administrators, v1alpha1.Administrator{Username: fmt.Sprintf("guanli%d", n+i+2), Name: "管理员"})
			}
		}
	}},
	{"the deputies' accounts", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		id := one(r, []string{"d03", "nobody", ""})
		return func(s *v1alpha1.LiaisonStation) {
			s.Spec.Staff.Deputies = nil
			if id != "" {
				s.Spec.Staff.Deputies = []v1alpha1.DeputyAccount{{Username: "daibiao", Deputy: id}}
			}
		}
	}},
	{"the liaison deputy", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		id := one(r, []string{"d01", "n07", "nobody", ""})
		return func(s *v1alpha1.LiaisonStation) { s.Spec.Township.Villages[0].LiaisonDeputy = id }
	}},
	{"the roster", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		name := one(r, append([]string{"missing", ""}, rosters...))
		return func(s *v1alpha1.LiaisonStation) {
			s.Spec.RosterRef = nil
			if name != "" {
				s.Spec.RosterRef = &v1alpha1.LocalReference{Name: name}
			}
		}
	}},
	{"the image", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		image := one(r, []string{"", "example.test/intake:own", "example.test/intake:2"})
		return func(s *v1alpha1.LiaisonStation) { s.Spec.Intake.Image = image }
	}},
	{"the pod", changePod},
	{"the webhook", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		on := r.IntN(2) == 0
		return func(s *v1alpha1.LiaisonStation) {
			s.Spec.Announcements.Webhook = nil
			if on {
				s.Spec.Announcements.Webhook = &v1alpha1.Webhook{URLSecretRef: v1alpha1.SecretKeyReference{Name: "robot"}}
			}
		}
	}},
	{"the volume", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		size := *resource.NewQuantity(int64(128+r.IntN(512))<<20, resource.BinarySI)
		return func(s *v1alpha1.LiaisonStation) {
			if s.Spec.Intake.Storage.Size.Cmp(size) < 0 {
				s.Spec.Intake.Storage.Size = size
			}
		}
	}},
	{"the exposure", changeExposure},
	{"the exposure", changeExposure},
	{"the reclaim policy", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		policy := one(r, []v1alpha1.ReclaimPolicy{v1alpha1.ReclaimRetain, v1alpha1.ReclaimRetain, v1alpha1.ReclaimDelete})
		return func(s *v1alpha1.LiaisonStation) { s.Spec.ReclaimPolicy = policy }
	}},
	{"suspension", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		on := r.IntN(2) == 0
		return func(s *v1alpha1.LiaisonStation) { s.Spec.Suspend = on }
	}},
	{"a rotation", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		asked, value := one(r, []string{station.RotateInternalToken, station.RotateStaffPasswords}), strconv.Itoa(r.IntN(1000))
		return func(s *v1alpha1.LiaisonStation) { metav1.SetMetaDataAnnotation(&s.ObjectMeta, asked, value) }
	}},
	{"the canary", func(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
		on := r.IntN(2) == 0
		return func(s *v1alpha1.LiaisonStation) {
			delete(s.Labels, station.LabelCanary)
			if on {
				metav1.SetMetaDataLabel(&s.ObjectMeta, station.LabelCanary, station.CanaryFirst)
			}
		}
	}},
}

func changePod(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
	which, n := r.IntN(5), r.IntN(4)
	return func(s *v1alpha1.LiaisonStation) {
		intake := &s.Spec.Intake
		intake.Labels, intake.Annotations, intake.NodeSelector, intake.Tolerations, intake.Resources, intake.ImagePullSecrets = nil, nil, nil, nil, nil, nil
		value := map[string]string{"example.test/pool": strconv.Itoa(n)}
		switch which {
		case 0:
			intake.Labels, intake.Annotations = value, value
		case 1:
			intake.NodeSelector = value
		case 2:
			intake.Tolerations = []corev1.Toleration{{Key: "example.test/pool", Operator: corev1.TolerationOpExists}}
		case 3:
			intake.Resources = &v1alpha1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(strconv.Itoa(32+n) + "Mi")}}
		case 4:
			intake.ImagePullSecrets = []v1alpha1.LocalReference{{Name: "registry-" + strconv.Itoa(n)}}
		}
	}
}

// changeExposure to an Ingress of some shape, to a Gateway, of which the cluster has no API, or to none.
func changeExposure(r *rand.Rand) func(*v1alpha1.LiaisonStation) {
	which := r.IntN(6)
	return func(s *v1alpha1.LiaisonStation) {
		intake := &s.Spec.Intake
		intake.Host, intake.Exposure = s.Name+".example.test", nil
		switch which {
		case 0:
			intake.Host = ""
		case 1, 2:
			intake.Exposure = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{ClassName: new("nginx"), TLSSecretName: "tls"}}
		case 3:
			intake.Exposure = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{Annotations: map[string]string{"cert-manager.io/cluster-issuer": "county"}}}
		case 4:
			intake.Exposure = &v1alpha1.Exposure{Gateway: &v1alpha1.GatewayExposure{ParentRefs: []v1alpha1.GatewayReference{{Name: "county"}}}}
		}
	}
}

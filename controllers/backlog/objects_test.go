package backlog

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	stationctl "township.dev/liaison/controllers/station"
)

func station(key types.NamespacedName) *v1alpha1.LiaisonStation {
	return &v1alpha1.LiaisonStation{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, UID: types.UID("uid-of-" + key.Name)},
		Spec: v1alpha1.LiaisonStationSpec{
			DisplayName: "中垛乡人大代表联络站",
			Township:    v1alpha1.Township{Name: "中垛乡", Code: "141028204", County: "吉县"},
			Staff: v1alpha1.Staff{
				Head:           v1alpha1.StaffHead{Name: "站长"},
				Administrators: []v1alpha1.Administrator{{Username: "guanli1", Name: "管理员一"}},
			},
			Topics: []string{"道路交通"},
		},
	}
}

func dataSecret(key types.NamespacedName) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: stationctl.DataName(key.Name), Labels: childLabels(key)},
		Data:       map[string][]byte{stationctl.InternalTokenKey: []byte(token)},
	}
}

func intakePod(key types.NamespacedName, port int32) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: stationctl.PodName(key.Name), Labels: childLabels(key)},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "intake", Image: "intake",
			Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}, {Name: internalPort, ContainerPort: port}},
		}}},
	}
}

func podStatus(ip string, ready corev1.ConditionStatus) corev1.PodStatus {
	return corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
	}
}

func childLabels(key types.NamespacedName) map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":       "liaison-intake",
		"app.kubernetes.io/instance":   key.Name,
		"app.kubernetes.io/managed-by": "liaison-operator",
		stationctl.LabelStation:        key.Name,
	}
}

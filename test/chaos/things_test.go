package chaos

import (
	"context"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/station"
)

// kind of a station's children.
type kind struct {
	schema.GroupVersionKind
	list func() client.ObjectList
}

func core(name string) schema.GroupVersionKind { return corev1.SchemeGroupVersion.WithKind(name) }

var (
	configMap      = kind{core("ConfigMap"), func() client.ObjectList { return &corev1.ConfigMapList{} }}
	secret         = kind{core("Secret"), func() client.ObjectList { return &corev1.SecretList{} }}
	claim          = kind{core("PersistentVolumeClaim"), func() client.ObjectList { return &corev1.PersistentVolumeClaimList{} }}
	service        = kind{core("Service"), func() client.ObjectList { return &corev1.ServiceList{} }}
	serviceAccount = kind{core("ServiceAccount"), func() client.ObjectList { return &corev1.ServiceAccountList{} }}
	statefulSet    = kind{appsv1.SchemeGroupVersion.WithKind("StatefulSet"), func() client.ObjectList { return &appsv1.StatefulSetList{} }}
	networkPolicy  = kind{networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"), func() client.ObjectList { return &networkingv1.NetworkPolicyList{} }}
	ingress        = kind{networkingv1.SchemeGroupVersion.WithKind("Ingress"), func() client.ObjectList { return &networkingv1.IngressList{} }}

	kinds = []kind{configMap, secret, claim, service, serviceAccount, statefulSet, networkPolicy, ingress}
)

// everything is every kind that is written here, pods and events apart.
func everything() []client.ObjectList {
	lists := []client.ObjectList{
		&v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{}, &v1alpha1.HolidayCalendarList{},
	}
	for _, k := range kinds {
		lists = append(lists, k.list())
	}
	return lists
}

// child of every station.
type child struct {
	kind
	called func(station string) string
}

var children = []child{
	{configMap, station.IntakeName}, {secret, station.DataName}, {secret, station.StaffName}, {claim, station.DataName}, {service, station.IntakeName},
	{serviceAccount, station.IntakeName}, {statefulSet, station.IntakeName}, {networkPolicy, station.IntakeName}, {ingress, station.IntakeName},
}

// blank is the child of a station, with its name alone.
func (c child) blank(of client.ObjectKey) *unstructured.Unstructured {
	obj := &unstructured.Unstructured{}
	obj.SetGroupVersionKind(c.GroupVersionKind)
	obj.SetNamespace(of.Namespace)
	obj.SetName(c.called(of.Name))
	return obj
}

func (c child) find(ctx context.Context, of client.ObjectKey) (*unstructured.Unstructured, error) {
	obj := c.blank(of)
	return obj, cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj)
}

// edit of a field that is the operator's. It must be repaired.
type edit struct {
	name string
	// of is the kind it fits; zero fits all.
	of kind
	do func(fields map[string]any)
}

func set(value any, path ...string) func(map[string]any) {
	return func(fields map[string]any) { _ = unstructured.SetNestedField(fields, value, path...) } // a field that is not there as expected is left alone
}

func drop(path ...string) func(map[string]any) {
	return func(fields map[string]any) { unstructured.RemoveNestedField(fields, path...) }
}

// dropMark takes one of the two marks by which a child is known, and never the last.
func dropMark(path ...string) func(map[string]any) {
	return func(fields map[string]any) {
		_, labelled, _ := unstructured.NestedString(fields, "metadata", "labels", station.LabelStation)
		_, annotated, _ := unstructured.NestedString(fields, "metadata", "annotations", station.AnnotationStation)
		if labelled && annotated {
			unstructured.RemoveNestedField(fields, path...)
		}
	}
}

// container edits the intake's container.
func container(do func(map[string]any)) func(map[string]any) {
	return func(fields map[string]any) {
		containers, found, err := unstructured.NestedSlice(fields, "spec", "template", "spec", "containers")
		if err != nil || !found {
			return
		}
		for i := range containers {
			if c, ok := containers[i].(map[string]any); ok && c["name"] == "intake" {
				do(c)
			}
		}
		_ = unstructured.SetNestedSlice(fields, containers, "spec", "template", "spec", "containers")
	}
}

func list(items ...any) []any { return items }

var edits = []edit{
	{"lost its label", kind{}, dropMark("metadata", "labels", station.LabelStation)},
	{"lost its annotation", kind{}, dropMark("metadata", "annotations", station.AnnotationStation)},
	{"is managed by nobody", kind{}, drop("metadata", "labels", station.LabelManagedBy)},
	{"is managed by Helm", kind{}, set("Helm", "metadata", "labels", station.LabelManagedBy)},
	{"lost its hash", kind{}, drop("metadata", "annotations", apply.AnnotationAppliedHash)},
	{"has a wrong hash", kind{}, set("created:0", "metadata", "annotations", apply.AnnotationAppliedHash)},
	{"lost its owner", kind{}, drop("metadata", "ownerReferences")},
	{"has a broken document", configMap, set("{", "data", "station.json")},
	{"lacks a document", configMap, drop("data", "calendar.json")},
	{"lost a password", secret, drop("data", "guanli1")},
	{"lost the token", secret, drop("data", station.InternalTokenKey)},
	{"selects others", service, set("others", "spec", "selector", "app.kubernetes.io/instance")},
	{"selects all", service, drop("spec", "selector", "app.kubernetes.io/instance")},
	{"selects too little", service, set("web", "spec", "selector", "tier")},
	{"leads nowhere", service, func(fields map[string]any) {
		ports, _, err := unstructured.NestedSlice(fields, "spec", "ports")
		if port, ok := first(ports); ok && err == nil {
			port["targetPort"] = int64(1)
			_ = unstructured.SetNestedSlice(fields, ports, "spec", "ports")
		}
	}},
	{"mounts a token", serviceAccount, set(true, "automountServiceAccountToken")},
	{"runs twice", statefulSet, set(int64(2), "spec", "replicas")},
	{"is scaled down", statefulSet, set(int64(0), "spec", "replicas")},
	{"has another image", statefulSet, container(set("example.test/other:9", "image"))},
	{"is not probed", statefulSet, container(drop("readinessProbe"))},
	{"runs as root", statefulSet, container(drop("securityContext"))},
	{"lost a mount", statefulSet, container(drop("volumeMounts"))},
	{"lost its mark", statefulSet, drop("metadata", "annotations", station.AnnotationCounty)},
	{"lets all in", networkPolicy, set(list(map[string]any{}), "spec", "ingress")},
	{"lets none in", networkPolicy, drop("spec", "ingress")},
	{"guards others", networkPolicy, set("others", "spec", "podSelector", "matchLabels", "app.kubernetes.io/instance")},
	{"guards nobody", networkPolicy, set("web", "spec", "podSelector", "matchLabels", "tier")},
	{"is at another host", ingress, func(fields map[string]any) {
		rules, _, err := unstructured.NestedSlice(fields, "spec", "rules")
		if rule, ok := first(rules); ok && err == nil {
			rule["host"] = "other.example.test"
			_ = unstructured.SetNestedSlice(fields, rules, "spec", "rules")
		}
	}},
}

func first(items []any) (map[string]any, bool) {
	if len(items) == 0 {
		return nil, false
	}
	item, ok := items[0].(map[string]any)
	return item, ok
}

// addition is of a field that is not the operator's. It must stay as long as the object does.
type addition struct {
	name string
	// of is the kind it fits; zero fits all.
	of     kind
	do     func(fields map[string]any)
	undo   func(fields map[string]any)
	stands func(fields map[string]any) bool
}

func added(name string, of kind, value any, path ...string) addition {
	return addition{name, of, set(value, path...), drop(path...), func(fields map[string]any) bool {
		found, _, err := unstructured.NestedFieldNoCopy(fields, path...)
		return err == nil && equality.Semantic.DeepEqual(found, value)
	}}
}

var additions = []addition{
	added("a label", kind{}, "treasury", "metadata", "labels", "example.test/pays"),
	added("an annotation", kind{}, "keep", "metadata", "annotations", "example.test/note"),
	added("a document", configMap, "{}", "data", "others.json"),
	added("an entry", secret, "MQ==", "data", "others"),
	added("an IP family policy", service, "PreferDualStack", "spec", "ipFamilyPolicy"),
	added("a pull secret", serviceAccount, list(map[string]any{"name": "mirror"}), "imagePullSecrets"),
	added("ready seconds", statefulSet, int64(3), "spec", "minReadySeconds"),
	added("a restart", statefulSet, "2026-03-03T09:00:00Z", "spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"),
	added("another scheduler", statefulSet, "others", "spec", "template", "spec", "schedulerName"),
	{
		"a variable", statefulSet,
		container(set(list(map[string]any{"name": "TZ", "value": "Asia/Shanghai"}), "env")),
		container(drop("env")),
		func(fields map[string]any) bool {
			stands := false
			container(func(c map[string]any) { stands = c["env"] != nil })(fields)
			return stands
		},
	},
	{
		"a port", service,
		func(fields map[string]any) {
			ports, _, _ := unstructured.NestedSlice(fields, "spec", "ports")
			_ = unstructured.SetNestedSlice(fields, append(ports, map[string]any{"name": "others", "port": int64(9999), "protocol": "TCP"}), "spec", "ports")
		},
		func(fields map[string]any) {
			ports, _, _ := unstructured.NestedSlice(fields, "spec", "ports")
			_ = unstructured.SetNestedSlice(fields, slices.DeleteFunc(ports, isOthersPort), "spec", "ports")
		},
		func(fields map[string]any) bool {
			ports, _, _ := unstructured.NestedSlice(fields, "spec", "ports")
			return slices.ContainsFunc(ports, isOthersPort)
		},
	},
}

func isOthersPort(port any) bool {
	fields, ok := port.(map[string]any)
	return ok && fields["name"] == "others"
}

// rivalry is what a rival applies by force, by kind.
var rivalry = map[string]map[string]any{
	"ConfigMap":             {"data": map[string]any{"station.json": "{}", "schedule.json": "{}"}},
	"Service":               {"spec": map[string]any{"selector": map[string]any{"app.kubernetes.io/instance": "rival"}}},
	"ServiceAccount":        {"automountServiceAccountToken": true},
	"NetworkPolicy":         {"spec": map[string]any{"ingress": list(map[string]any{}), "podSelector": map[string]any{}}},
	"Secret":                {"metadata": map[string]any{"labels": map[string]any{"app.kubernetes.io/part-of": "rival"}}},
	"PersistentVolumeClaim": {"metadata": map[string]any{"labels": map[string]any{"app.kubernetes.io/part-of": "rival"}}},
	"Ingress":               {"metadata": map[string]any{"labels": map[string]any{"app.kubernetes.io/part-of": "rival"}}},
	"StatefulSet": {"spec": map[string]any{"replicas": int64(0), "template": map[string]any{"spec": map[string]any{
		"containers": list(map[string]any{"name": "intake", "image": "example.test/rival:1"}),
	}}}},
}

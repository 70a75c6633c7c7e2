// Package upgrade takes a county from an earlier release to the present one, as an upgrade of the operator's chart does.
//
// testdata/previous holds the CRDs of that release and what its operator had made of a small county: every object as it stood in the API server,
// with its managed fields, without what each API server gives by itself. Beside them are its charts, which the tests of our charts upgrade.
// hack/record-release.sh makes the recording of the release that this tree is.
package upgrade

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

const (
	county            = "jixian"
	operatorNamespace = "liaison-system"
	// image is the one that the operator of the earlier release gave to stations that name none.
	image    = "liaison.township.dev/liaison-intake:0.1.0"
	newImage = "liaison.township.dev/liaison-intake:next"
)

var (
	previous = filepath.Join("testdata", "previous")
	present  = filepath.Join("..", "..", "config", "crd", "bases")
	stations = []string{"zhongduo", "wencheng"}

	cluster *controlplane.ControlPlane
)

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// A county is upgraded, and goes on afterwards with what people do to their stations.
func TestAnUpgradeRestartsNothingAndLosesNothingAndTheCountyGoesOn(t *testing.T) {
	installKinds(t, filepath.Join(previous, "crd"))
	makeNamespaces(t)
	restore(t, recorded(t))
	for _, name := range stations {
		serve(t, name)
	}
	before := everything(t)

	installKinds(t, present)
	stillValid(t, before)
	operator := startOperator(t, image)
	for _, name := range stations {
		controlplane.Eventually(t, name+" is looked after", func(ctx context.Context) error { return lookedAfter(ctx, name) })
	}
	nothingIsLost(t, before)

	whatIsEditedFollows(t)
	whatIsPublishedIsWithdrawn(t)
	whatIsNoLongerDeclaredGoes(t)
	whatIsDeletedComesBack(t)
	operator.Stop(t)
	startOperator(t, newImage)
	aNewImageComesInWaves(t)
	cluster.Machinery(t, county)
	keptDataIsFoundAgain(t)
	dataGoesWithItsStation(t)
}

func makeNamespaces(t *testing.T) {
	t.Helper()
	for _, name := range []string{county, operatorNamespace} {
		cluster.Create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
}

// startOperator of this tree. One station at most is disturbed at once.
func startOperator(t *testing.T, image string) *controlplane.Operator {
	t.Helper()
	return cluster.StartOperator(t, "--operator-namespace="+operatorNamespace, "--intake-image="+image, "--rollout-max-unavailable=1", "--rollout-soak=0s")
}

func nothingIsLost(t *testing.T, before map[string]*unstructured.Unstructured) {
	t.Helper()
	t.Logf("%d objects of the release before", len(before))
	for key, now := range everything(t) {
		was, known := before[key]
		switch {
		case !known:
			if now.GetKind() != "DutySchedule" { // months go by
				t.Errorf("%s is new", key)
			}
			continue
		case was.GetUID() != now.GetUID():
			t.Errorf("%s was made anew", key)
		}
		// Of a field that belongs to a manager of before as well, nobody could be rid.
		if difference := cmp.Diff(slices.Sorted(maps.Keys(managers(was))), slices.Sorted(maps.Keys(managers(now)))); difference != "" {
			t.Errorf("the fields of %s belong to others (-before +after):\n%s", key, difference)
		}
		for _, fields := range untouchable(now.GetKind()) {
			if difference := cmp.Diff(part(t, was, fields...), part(t, now, fields...)); difference != "" {
				t.Errorf("%s of %s changed (-before +after):\n%s", strings.Join(fields, "."), key, difference)
			}
		}
	}
}

// untouchable are the fields that an upgrade must leave as they are, byte for byte: a StatefulSet's template restarts the intake, a Secret has the
// residents' key, a claim their data, and what people declared is theirs.
func untouchable(kind string) [][]string {
	switch kind {
	case "StatefulSet", "PersistentVolumeClaim", "DeputyRoster", "HolidayCalendar":
		return [][]string{{"spec"}}
	case "LiaisonStation":
		return [][]string{{"spec"}, {"status", "backlog"}, {"status", "url"}}
	case "Secret":
		return [][]string{{"data"}}
	case "Service":
		return [][]string{{"spec", "clusterIP"}, {"spec", "ports"}}
	default:
		return nil
	}
}

// part of the object as JSON.
func part(t *testing.T, object *unstructured.Unstructured, fields ...string) string {
	t.Helper()
	found, _, err := unstructured.NestedFieldNoCopy(object.Object, fields...)
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.MarshalIndent(found, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// lookedAfter reports what is missing until the operator has gone over the station and said that all is well.
func lookedAfter(ctx context.Context, name string) error {
	set := &appsv1.StatefulSet{}
	if err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: county, Name: station.IntakeName(name)}, set); err != nil {
		return err
	}
	if set.Annotations[station.AnnotationCounty] == "" {
		return errors.New("the StatefulSet does not bear the county's share yet")
	}
	found := &v1alpha1.LiaisonStation{}
	if err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: county, Name: name}, found); err != nil {
		return err
	}
	for conditionType, want := range map[string]metav1.ConditionStatus{
		v1alpha1.ConditionReady: metav1.ConditionTrue, v1alpha1.ConditionUpToDate: metav1.ConditionTrue,
		v1alpha1.ConditionStalled: metav1.ConditionFalse, v1alpha1.ConditionReconciling: metav1.ConditionFalse,
	} {
		if !meta.IsStatusConditionPresentAndEqual(found.Status.Conditions, conditionType, want) {
			return fmt.Errorf("%s is not %s: %+v", conditionType, want, found.Status.Conditions)
		}
	}
	return nil
}

func installKinds(t *testing.T, folder string) {
	t.Helper()
	if _, err := envtest.InstallCRDs(cluster.Config, controlplane.Kinds(folder)); err != nil {
		t.Fatal(err)
	}
}

// stillValid has the API server validate every object of ours as it is, under the present kinds.
func stillValid(t *testing.T, objects map[string]*unstructured.Unstructured) {
	t.Helper()
	for key, object := range objects {
		if object.GroupVersionKind().Group != v1alpha1.GroupVersion.Group {
			continue
		}
		touched := object.DeepCopy()
		touched.SetAnnotations(map[string]string{"touched": "yes"})
		if err := cluster.Client.Update(t.Context(), touched, client.DryRunAll); err != nil {
			t.Errorf("%s is no longer valid: %v", key, err)
		}
	}
}

// restore makes recorded objects: their status is theirs, owners are found by name, and each field belongs to whom it belonged.
func restore(t *testing.T, objects []*unstructured.Unstructured) {
	t.Helper()
	owners := map[string]types.UID{}
	for _, recorded := range objects {
		managed := recorded.GetManagedFields()
		made := recorded.DeepCopy()
		made.SetManagedFields(nil)
		references := made.GetOwnerReferences()
		for i := range references {
			references[i].UID = owners[references[i].Kind+" "+references[i].Name]
		}
		made.SetOwnerReferences(references)
		cluster.Create(t, made)
		owners[made.GetKind()+" "+made.GetName()] = made.GetUID()
		if status, has := recorded.Object["status"]; has {
			made.Object["status"] = status
			if err := cluster.Client.Status().Update(t.Context(), made); err != nil {
				t.Fatalf("giving %s %s its status: %v", made.GetKind(), made.GetName(), err)
			}
		}
		made.SetManagedFields(managed)
		if err := cluster.Client.Update(t.Context(), made); err != nil {
			t.Fatalf("giving the fields of %s %s to their managers: %v", made.GetKind(), made.GetName(), err)
		}
		if difference := cmp.Diff(managers(recorded), managers(made)); difference != "" {
			t.Fatalf("the fields of %s %s are not whose they were (-recorded +restored):\n%s", made.GetKind(), made.GetName(), difference)
		}
	}
}

// managers of the object's fields, and which are whose.
func managers(object *unstructured.Unstructured) map[string]string {
	fields := map[string]string{}
	for _, entry := range object.GetManagedFields() {
		fields[fmt.Sprintf("%s by %s %s", entry.Manager, entry.Operation, entry.Subresource)] = entry.FieldsV1.GetRawString()
	}
	return fields
}

// recorded objects; stations and rosters come before what they own.
func recorded(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(previous, "county.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	var objects []*unstructured.Unstructured
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object)
	}
}

// everything in the county that was recorded, and whatever of these kinds is there besides, by kind and name.
func everything(t *testing.T) map[string]*unstructured.Unstructured {
	t.Helper()
	found := map[string]*unstructured.Unstructured{}
	listed := map[string]bool{}
	for _, recorded := range recorded(t) {
		gvk := recorded.GroupVersionKind()
		if listed[gvk.Kind] {
			continue
		}
		listed[gvk.Kind] = true
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(gvk)
		if err := cluster.Client.List(t.Context(), list, client.InNamespace(county)); err != nil {
			t.Fatal(err)
		}
		for i := range list.Items {
			found[gvk.Kind+" "+list.Items[i].GetName()] = &list.Items[i]
		}
	}
	return found
}

// serve does what the StatefulSet controller and a kubelet have done by then: the intake runs and answers.
func serve(t *testing.T, name string) {
	t.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: station.IntakeName(name)}}
	cluster.Get(t, set)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: county, Name: station.PodName(name), Labels: set.Spec.Template.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))},
		},
		Spec: set.Spec.Template.Spec,
	}
	cluster.Create(t, pod)
	pod.Status = corev1.PodStatus{
		Phase:      corev1.PodRunning,
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, Replicas: 1, CurrentRevision: "1", UpdateRevision: "1"}
	for _, object := range []client.Object{pod, set} {
		if err := cluster.Client.Status().Update(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
}

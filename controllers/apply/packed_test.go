package apply

import (
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func statefulSet() *appsv1.StatefulSet {
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ns", Name: "west-intake", UID: "u", ResourceVersion: "7", Generation: 2,
		Labels: map[string]string{"station": "west", "other": "x"}, Annotations: map[string]string{"a": "b"},
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "somebody"}},
	}}
	set.Spec.Template.Spec.Containers = []corev1.Container{{Name: "intake", Env: []corev1.EnvVar{{Name: "A", Value: "1"}}}}
	set.Status.ObservedGeneration = 2
	return set
}

func TestAPackedObjectComesBackWhole(t *testing.T) {
	want := statefulSet()
	want.ManagedFields = nil
	packed, err := Pack(statefulSet(), map[string]string{"station": "west"})
	if err != nil {
		t.Fatal(err)
	}
	if packed.GetName() != "west-intake" || packed.GetResourceVersion() != "7" || !reflect.DeepEqual(packed.GetLabels(), map[string]string{"station": "west"}) {
		t.Errorf("packed it is %+v, want its name, version and the station's label", packed)
	}
	again, err := Pack(packed, nil)
	if err != nil || again != packed {
		t.Errorf("packing twice makes %v (%v), want the same object", again, err)
	}
	got, ok := packed.DeepCopyObject().(client.Object) // as a cache answers
	if !ok {
		t.Fatalf("%T is no object", packed)
	}
	if err := Unpack(got); err != nil || !reflect.DeepEqual(got, client.Object(want)) {
		t.Errorf("unpacked it is (%v)\n%+v, want\n%+v", err, got, want)
	}
	if err := Unpack(got); err != nil || !reflect.DeepEqual(got, client.Object(want)) {
		t.Errorf("unpacking what is not packed changes it (%v)", err)
	}
}

// The documents in a ConfigMap are compared without being held.
func TestLongTextsAreComparedByDigest(t *testing.T) {
	long := strings.Repeat("乡", longText)
	packed, err := Pack(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "west-intake"}, Data: map[string]string{"long": long, "short": "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Unpack(packed); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, long, short string
		covered           bool
	}{
		{"the same", long, "1", true},
		{"another long text", long + "x", "1", false},
		{"another short text", long, "2", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want, err := newDocument(corev1ac.ConfigMap("west-intake", "ns").WithData(map[string]string{"long": tc.long, "short": tc.short}))
			if err != nil {
				t.Fatal(err)
			}
			if covered, err := coveredBy(packed, want); err != nil || covered != tc.covered {
				t.Errorf("covered: %t (%v), want %t", covered, err, tc.covered)
			}
		})
	}
}

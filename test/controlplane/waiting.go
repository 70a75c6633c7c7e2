package controlplane

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Patience is how long Eventually waits. The machine may be slow and busy; a passing test never waits that long.
const Patience = 60 * time.Second

// Namespace makes a namespace for the test. It is not removed: the control plane ends with the tests, and nothing empties namespaces in it.
func (cp *ControlPlane) Namespace(t testing.TB) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := cp.Client.Create(t.Context(), ns); err != nil {
		t.Fatalf("making a namespace: %v", err)
	}
	return ns.Name
}

// Create creates the objects or ends the test.
func (cp *ControlPlane) Create(t testing.TB, objects ...client.Object) {
	t.Helper()
	for _, obj := range objects {
		if err := cp.Client.Create(t.Context(), obj); err != nil {
			t.Fatalf("creating %T %s: %v", obj, client.ObjectKeyFromObject(obj), err)
		}
	}
}

// Get reads the object by its name and namespace, past any cache, or ends the test.
func (cp *ControlPlane) Get(t testing.TB, obj client.Object) {
	t.Helper()
	if err := cp.Client.Get(t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
		t.Fatalf("reading %T %s: %v", obj, client.ObjectKeyFromObject(obj), err)
	}
}

// Eventually asks until the answer is nil, and ends the test with the last answer when Patience is over.
func Eventually(t testing.TB, what string, ask func(context.Context) error) {
	t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, Patience, true, func(ctx context.Context) (bool, error) {
		if answer := ask(ctx); answer != nil {
			if ctx.Err() == nil {
				last = answer
			}
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		t.Fatalf("waited %s until %s: %v", Patience, what, errors.Join(err, last))
	}
}

// Versions is the resource version of every object by kind and name.
type Versions map[string]string

// Versions reads the resource versions of all objects of the lists' kinds in the namespace.
func (cp *ControlPlane) Versions(t testing.TB, namespace string, lists ...client.ObjectList) Versions {
	t.Helper()
	versions := Versions{}
	for _, list := range lists {
		gvk, err := cp.Client.GroupVersionKindFor(list)
		if err != nil {
			t.Fatalf("finding the kind of %T: %v", list, err)
		}
		kind := strings.TrimSuffix(gvk.Kind, "List")
		rows := &metav1.PartialObjectMetadataList{}
		rows.SetGroupVersionKind(gvk)
		if err := cp.Client.List(t.Context(), rows, client.InNamespace(namespace)); err != nil {
			t.Fatalf("listing %s: %v", gvk.Kind, err)
		}
		for _, row := range rows.Items {
			versions[kind+" "+row.Name] = row.ResourceVersion
		}
	}
	return versions
}

// AssertSettled checks that settled means silent: it forces rounds of reconciles and fails when any object of the lists' kinds in
// the namespace is written, added or removed. force starts one reconcile of everything and returns once it has ended.
func (cp *ControlPlane) AssertSettled(t testing.TB, namespace string, rounds int, force func(context.Context) error, lists ...client.ObjectList) {
	t.Helper()
	before := cp.Versions(t, namespace, lists...)
	if len(before) == 0 {
		t.Fatalf("there is nothing in namespace %s that could move", namespace)
	}
	for range rounds {
		if err := force(t.Context()); err != nil {
			t.Fatalf("forcing a reconcile: %v", err)
		}
	}
	for _, difference := range before.differences(cp.Versions(t, namespace, lists...)) {
		t.Errorf("not settled: %s", difference)
	}
}

func (v Versions) differences(after Versions) []string {
	var found []string
	for name, version := range v {
		switch now, ok := after[name]; {
		case !ok:
			found = append(found, name+" is gone")
		case now != version:
			found = append(found, fmt.Sprintf("%s was written again (resource version %s, then %s)", name, version, now))
		}
	}
	for name := range maps.Keys(after) {
		if _, ok := v[name]; !ok {
			found = append(found, name+" is new")
		}
	}
	slices.Sort(found)
	return found
}

// Same reports whether nothing was written, added or removed between the two.
func (v Versions) Same(after Versions) bool { return maps.Equal(v, after) }

package upgrade

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/test/controlplane"
)

var record = flag.String("record", "", "write what the operator of this tree makes of the recorded county to this file, instead of the tests")

// declaredKinds are what people wrote; all else the operator makes.
var declaredKinds = []string{"LiaisonStation", "DeputyRoster", "HolidayCalendar"}

// TestRecord has this tree's operator make everything of what the people of the recorded county declared, and writes it down.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("hack/record-release.sh runs it")
	}
	before := recorded(t)
	makeNamespaces(t)
	restore(t, slices.DeleteFunc(slices.Clone(before), func(object *unstructured.Unstructured) bool { return !slices.Contains(declaredKinds, object.GetKind()) }))
	startOperator(t, image)
	for _, name := range stations {
		controlplane.Eventually(t, name+" has its StatefulSet", func(ctx context.Context) error { _, err := intake(ctx, name); return err })
		serve(t, name)
		controlplane.Eventually(t, name+" is looked after", func(ctx context.Context) error { return lookedAfter(ctx, name) })
	}

	var content bytes.Buffer
	made := everything(t)
	for _, key := range inOrder(before, made) {
		fmt.Fprintf(&content, "---\n%s", document(t, made[key]))
	}
	if err := os.WriteFile(filepath.Clean(*record), content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// inOrder are the keys of what was made: kinds as they were recorded before, so that owners come first.
func inOrder(before []*unstructured.Unstructured, made map[string]*unstructured.Unstructured) []string {
	var kinds, keys []string
	for _, object := range before {
		if !slices.Contains(kinds, object.GetKind()) {
			kinds = append(kinds, object.GetKind())
		}
	}
	for key := range made {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if order := slices.Index(kinds, made[a].GetKind()) - slices.Index(kinds, made[b].GetKind()); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	return keys
}

// document is the object as YAML, without what each API server gives by itself. A manager's fields are one line, as JSON.
func document(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	for _, field := range [][]string{
		{"metadata", "uid"}, {"metadata", "resourceVersion"}, {"metadata", "creationTimestamp"}, {"metadata", "generation"},
	} {
		unstructured.RemoveNestedField(object.Object, field...)
	}
	if !slices.Contains([]string{"LiaisonStation", "DeputyRoster", "DutySchedule"}, object.GetKind()) {
		unstructured.RemoveNestedField(object.Object, "status")
	}
	if object.GetKind() == "Service" {
		unstructured.RemoveNestedField(object.Object, "spec", "clusterIP")
		unstructured.RemoveNestedField(object.Object, "spec", "clusterIPs")
	}
	managers, lines := object.GetManagedFields(), []string{}
	for i := range managers {
		managers[i].Time = nil
	}
	object.SetManagedFields(managers)
	managed, _, _ := unstructured.NestedSlice(object.Object, "metadata", "managedFields") // was just set
	for i, entry := range managed {
		line, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		placeholder := fmt.Sprintf("manager-%d-of-the-fields", i)
		managed[i] = placeholder
		lines = append(lines, placeholder, string(line))
	}
	if err := unstructured.SetNestedSlice(object.Object, managed, "metadata", "managedFields"); err != nil {
		t.Fatal(err)
	}
	content, err := yaml.Marshal(object.Object)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(lines...).Replace(string(content))
}

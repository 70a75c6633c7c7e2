package apivalidation

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// row is one document, or one change of a document, that the API server refuses.
type row struct {
	What  string         `json:"what"`
	Kind  string         `json:"kind"`
	With  map[string]any `json:"with"`
	After map[string]any `json:"after"`
	Names string         `json:"names"`
	Says  string         `json:"says"`
}

func TestRefused(t *testing.T) {
	content, err := os.ReadFile("testdata/refused.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	if err := yaml.UnmarshalStrict(content, &rows); err != nil {
		t.Fatal(err)
	}
	valid := map[string]*unstructured.Unstructured{}
	for _, document := range documents(t, "testdata/valid.yaml") {
		valid[document.GetKind()] = document
	}
	for _, row := range rows {
		t.Run(row.Kind+"/"+row.What, func(t *testing.T) {
			if row.Names == "" || row.Says == "" {
				t.Fatal("the row does not say which field and which remedy the message must name")
			}
			document := overlay(t, valid[row.Kind], row.With)
			err := submit(t, document, row.After)
			if err == nil {
				t.Fatal("the API server accepted it")
			}
			if !strings.Contains(err.Error(), row.Names) || !strings.Contains(err.Error(), row.Says) {
				t.Errorf("the message must name %s and say %q; it is\n%v", row.Names, row.Says, err)
			}
		})
	}
}

// submit creates the document, or changes it once it is created, and returns the API server's refusal.
func submit(t *testing.T, document *unstructured.Unstructured, after map[string]any) error {
	t.Helper()
	if after == nil {
		document.SetNamespace("default")
		return api.Create(t.Context(), document, client.DryRunAll)
	}
	document.SetNamespace(cluster.Namespace(t))
	if err := api.Create(t.Context(), document.DeepCopy()); err != nil {
		t.Fatalf("the document before the change must be accepted: %v", err)
	}
	patch, err := json.Marshal(after)
	if err != nil {
		t.Fatal(err)
	}
	return api.Patch(t.Context(), document, client.RawPatch("application/merge-patch+json", patch))
}

func overlay(t *testing.T, document *unstructured.Unstructured, patch map[string]any) *unstructured.Unstructured {
	t.Helper()
	if patch == nil {
		return document.DeepCopy()
	}
	base, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	change, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := jsonpatch.MergePatch(base, change)
	if err != nil {
		t.Fatal(err)
	}
	result := &unstructured.Unstructured{}
	if err := json.Unmarshal(merged, &result.Object); err != nil {
		t.Fatal(err)
	}
	return result
}

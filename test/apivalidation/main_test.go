// Package apivalidation holds what the API server itself says to a document: the rules stand in the CRDs, so these tests
// ask a real kube-apiserver.
package apivalidation

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/test/controlplane"
)

var (
	cluster *controlplane.ControlPlane
	// api is a strict client: a field the schema does not know is an error, as with kubectl.
	api client.Client
)

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) {
		cluster, api = cp, client.WithFieldValidation(cp.Client, metav1.FieldValidationStrict)
	})
}

// documents reads every object of a YAML file.
func documents(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

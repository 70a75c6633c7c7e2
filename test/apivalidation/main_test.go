// Package apivalidation holds what the API server itself says to a document: the rules stand in the CRDs, so these tests
// ask a real kube-apiserver.
package apivalidation

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// api is a strict client of the control plane: a field the schema does not know is an error, as with kubectl.
var (
	api    client.Client
	config *rest.Config
)

func TestMain(m *testing.M) {
	os.Exit(withControlPlane(m.Run))
}

func withControlPlane(run func() int) (code int) {
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	defer func() {
		if err := environment.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stopping the control plane:", err)
			code = 1
		}
	}()
	var err error
	config, err = environment.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the control plane (KUBEBUILDER_ASSETS must name the folder that `make localcluster` builds):", err)
		return 1
	}
	plain, err := client.New(config, client.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the client:", err)
		return 1
	}
	api = client.WithFieldValidation(plain, metav1.FieldValidationStrict)
	return run()
}

// namespace returns a namespace of the test's own.
func namespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "validation-"}}
	if err := api.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	return ns.Name
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

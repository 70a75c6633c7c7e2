package apply

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// document is an apply configuration as the JSON it stands for, so that annotations can be added to any kind.
// It satisfies what the client asks of typed apply configurations.
type document struct {
	object *unstructured.Unstructured
	// digest of the set of fields as it was wanted, before anything was added.
	digest string
	// version is that of the server's answer; empty until there is one.
	version string
}

func newDocument(desired runtime.ApplyConfiguration) (*document, error) {
	data, err := json.Marshal(desired)
	if err != nil {
		return nil, fmt.Errorf("encoding the apply configuration %T: %w", desired, err)
	}
	d := &document{object: &unstructured.Unstructured{}}
	if err := d.object.UnmarshalJSON(data); err != nil {
		return nil, fmt.Errorf("reading the apply configuration %T as an object: %w", desired, err)
	}
	if d.object.GetName() == "" {
		return nil, fmt.Errorf("the apply configuration %T has no name", desired)
	}
	d.digest = fieldsHash(d.gvk().Kind, d.object.Object)
	return d, nil
}

func (d *document) gvk() schema.GroupVersionKind { return d.object.GroupVersionKind() }

func (d *document) key() types.NamespacedName {
	return types.NamespacedName{Namespace: d.object.GetNamespace(), Name: d.object.GetName()}
}

// stamp the document with an AnnotationAppliedHash.
func (d *document) stamp(value string) {
	annotations := d.object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[AnnotationAppliedHash] = value
	d.object.SetAnnotations(annotations)
}

// IsApplyConfiguration makes a document a runtime.ApplyConfiguration.
func (d *document) IsApplyConfiguration() {}

// GetName of the object.
func (d *document) GetName() *string { return new(d.object.GetName()) }

// GetNamespace of the object.
func (d *document) GetNamespace() *string { return new(d.object.GetNamespace()) }

// GetKind of the object.
func (d *document) GetKind() *string { return new(d.object.GetKind()) }

// GetAPIVersion of the object.
func (d *document) GetAPIVersion() *string { return new(d.object.GetAPIVersion()) }

// MarshalJSON writes the request.
func (d *document) MarshalJSON() ([]byte, error) { return d.object.MarshalJSON() }

// UnmarshalJSON reads the server's answer; the request stays as it was.
func (d *document) UnmarshalJSON(data []byte) error {
	var answer struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("reading the answer to an apply request: %w", err)
	}
	d.version = answer.Metadata.ResourceVersion
	return nil
}

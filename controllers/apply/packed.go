package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// A cache that holds the children of forty thousand stations is mostly the small maps and pointers of decoded objects. Packed, an object takes the
// place of what its bytes on the wire have different from another of its kind. What the Applier reads it unpacks; whoever else reads a packed kind
// from a cache calls Unpack.

// packedBy marks the entry of the managed fields, which caches hold none of, that a packed object's bytes stand in.
const packedBy = "packed"

// wire is what the built-in kinds can do, and a resource defined in the cluster cannot.
type wire interface {
	Marshal() ([]byte, error)
	Unmarshal(data []byte) error
}

// Pack returns what a cache should hold of an object: its names and versions, the labels given, and all of it as bytes. An object that is packed
// already, or cannot be, is returned as it is, without its managed fields.
func Pack(obj client.Object, labels map[string]string) (client.Object, error) {
	if IsPacked(obj) {
		return obj, nil
	}
	obj.SetManagedFields(nil)
	shorten(obj)
	whole, ok := obj.(wire)
	if !ok {
		return obj, nil
	}
	data, err := whole.Marshal()
	if err != nil {
		return nil, fmt.Errorf("packing %T %s: %w", obj, obj.GetName(), err)
	}
	small, ok := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(client.Object)
	if !ok {
		return nil, fmt.Errorf("packing %T: it is not an object of its own", obj)
	}
	small.SetNamespace(obj.GetNamespace())
	small.SetName(obj.GetName())
	small.SetUID(obj.GetUID())
	small.SetResourceVersion(obj.GetResourceVersion())
	small.SetGeneration(obj.GetGeneration())
	small.SetDeletionTimestamp(obj.GetDeletionTimestamp())
	small.SetLabels(labels)
	squeezed, err := kinds.learn(obj, data).squeeze(data)
	if err != nil {
		return nil, fmt.Errorf("packing %T %s: %w", obj, obj.GetName(), err)
	}
	small.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: packedBy, FieldsV1: metav1.NewFieldsV1(string(squeezed))}})
	return small, nil
}

// Unpack makes an object that was packed whole again. Of a ConfigMap's long texts there are only digests; FindLive reads them.
func Unpack(obj client.Object) error {
	squeezed, packed := packedIn(obj)
	if !packed {
		return nil
	}
	squeezer, ok := kinds.learnt(obj)
	if !ok {
		return fmt.Errorf("unpacking a %T: none was packed by this process", obj)
	}
	data, err := squeezer.expand(squeezed)
	if err != nil {
		return fmt.Errorf("unpacking a %T: %w", obj, err)
	}
	reflect.ValueOf(obj).Elem().SetZero()
	whole, ok := obj.(wire)
	if !ok {
		return fmt.Errorf("unpacking a %T: it cannot have been packed", obj)
	}
	if err := whole.Unmarshal(data); err != nil {
		return fmt.Errorf("unpacking a %T: %w", obj, err)
	}
	return nil
}

// IsPacked reports whether an object is as Pack makes it.
func IsPacked(obj client.Object) bool {
	_, packed := packedIn(obj)
	return packed
}

func packedIn(obj client.Object) ([]byte, bool) {
	if fields := obj.GetManagedFields(); len(fields) == 1 && fields[0].Manager == packedBy && fields[0].FieldsV1 != nil {
		return fields[0].FieldsV1.GetRawBytes(), true
	}
	return nil, false
}

// longText is from how many bytes on a text in a ConfigMap is kept and compared as a digest.
const longText = 96

// shorten the texts of a ConfigMap, which may be a hundred times what is around them.
func shorten(obj client.Object) {
	cm, ok := obj.(*corev1.ConfigMap)
	if !ok {
		return
	}
	for key, text := range cm.Data {
		cm.Data[key] = shortText(text)
	}
}

// shortFields is shorten for the fields of an object. The data they have is left as it is, and replaced.
func shortFields(kind string, fields map[string]any) {
	data, ok := fields["data"].(map[string]any)
	if !ok || kind != "ConfigMap" {
		return
	}
	short := maps.Clone(data)
	for key, value := range data {
		if text, ok := value.(string); ok {
			short[key] = shortText(text)
		}
	}
	fields["data"] = short
}

// shortText is the text, or a digest that is shorter than any text that has one.
func shortText(text string) string {
	if len(text) < longText {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

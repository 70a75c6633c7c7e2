package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// replaceLists writes what an apply could not. An apply adds our elements of a list beside those of others, and where somebody has changed the key of ours,
// a port's number perhaps, both together may be no valid object. A merge patch replaces a list as a whole. refused is what the apply said; it stands
// when this is refused too.
func (a *Applier) replaceLists(ctx context.Context, live client.Object, want *document, refused error) error {
	whole, ok := live.DeepCopyObject().(client.Object)
	if !ok {
		return refused
	}
	// It is ours by an update now, and by apply after the next one; see create.
	want.stamp(createdStamp + want.digest)
	content, err := want.MarshalJSON()
	if err != nil {
		return fmt.Errorf("encoding %s: %w", want.key(), err)
	}
	if a.Client.Patch(ctx, whole, client.RawPatch(types.MergePatchType, content), client.FieldOwner(a.FieldManager)) != nil {
		return refused
	}
	want.version = whole.GetResourceVersion()
	return nil
}

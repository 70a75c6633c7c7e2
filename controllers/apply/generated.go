package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Keep makes or completes an object whose content is generated and must never be replaced, such as a Secret with a key.
// fill receives the object as it is, or empty with name and namespace only, and adds what is missing.
//
// It is no server-side apply on purpose: apply cannot say "only if absent" or "only if unchanged", so two writers that both saw no
// Secret would each generate one, and the later would replace a key that data is encrypted with already. Create and Update with a
// resource version let the later one fail instead.
func (a *Applier) Keep(ctx context.Context, owner Owner, obj client.Object, fill func(client.Object) error) (Operation, error) {
	gvk, err := a.Client.GroupVersionKindFor(obj)
	if err != nil {
		return Unchanged, fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	found, err := a.Find(ctx, owner, obj)
	if err != nil {
		return Unchanged, err
	}
	before := obj.DeepCopyObject()
	if err := fill(obj); err != nil {
		return Unchanged, fmt.Errorf("filling %s %s: %w", gvk.Kind, client.ObjectKeyFromObject(obj), err)
	}
	switch {
	case !found:
		err = a.Client.Create(ctx, obj, client.FieldOwner(a.FieldManager))
		return a.wrote(ctx, gvk.Kind, Created, obj, err)
	case equality.Semantic.DeepEqual(before, obj):
		return Unchanged, nil
	default:
		err = a.Client.Update(ctx, obj, client.FieldOwner(a.FieldManager))
		return a.wrote(ctx, gvk.Kind, Updated, obj, err)
	}
}

func (a *Applier) wrote(ctx context.Context, kind string, operation Operation, obj client.Object, err error) (Operation, error) {
	if err != nil {
		return Unchanged, fmt.Errorf("%s of %s %s: %w", operation, kind, client.ObjectKeyFromObject(obj), err)
	}
	a.tell(ctx, kind, client.ObjectKeyFromObject(obj), string(operation))
	return operation, nil
}

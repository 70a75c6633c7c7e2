package apply

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Removed means that the object was there and was deleted.
const Removed Operation = "delete"

// Remove deletes an object that is no longer wanted, if it is the owner's; obj says which by its name and namespace. What belongs to
// others, or is on its way out already, is left alone. It looks in the cache alone: whatever is ours is in it.
func (a *Applier) Remove(ctx context.Context, owner Owner, obj client.Object) (Operation, error) {
	key := client.ObjectKeyFromObject(obj)
	gvk, err := a.Client.GroupVersionKindFor(obj)
	if err != nil {
		return Unchanged, fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	if err := a.Client.Get(ctx, key, obj); err != nil {
		if apierrors.IsNotFound(err) {
			a.Echoes.forget(obj)
			return Unchanged, nil
		}
		return Unchanged, fmt.Errorf("reading %s %s: %w", gvk.Kind, key, err)
	}
	if err := Unpack(obj); err != nil {
		return Unchanged, err
	}
	if ownership(owner, gvk.Kind, obj) != nil {
		return Unchanged, nil
	}
	// It may have been changed, or replaced by somebody's of the same name, since the cache saw it.
	uid, version := obj.GetUID(), obj.GetResourceVersion()
	if err := a.Client.Delete(ctx, obj, client.Preconditions{UID: &uid, ResourceVersion: &version}); err != nil {
		if apierrors.IsNotFound(err) {
			return Unchanged, nil
		}
		return Unchanged, fmt.Errorf("deleting %s %s: %w", gvk.Kind, key, err)
	}
	a.tell(ctx, gvk.Kind, key, string(Removed))
	return Removed, nil
}

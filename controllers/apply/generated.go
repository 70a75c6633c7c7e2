package apply

import (
	"cmp"
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Keep makes or completes an object whose content is generated and must never be replaced, such as a Secret with a key.
// fill receives the object as it is, or empty with name and namespace only, and adds what is missing. It may be called twice: an object that
// the cache does not hold can be there all the same, and is then found when it cannot be filled or made.
//
// It is no server-side apply on purpose: apply cannot say "only if absent" or "only if unchanged", so two writers that both saw no
// Secret would each generate one, and the later would replace a key that data is encrypted with already. Create and Update with a
// resource version let the later one fail instead.
func (a *Applier) Keep(ctx context.Context, owner Owner, obj client.Object, fill func(client.Object) error) (Operation, error) {
	gvk, err := a.Client.GroupVersionKindFor(obj)
	if err != nil {
		return Unchanged, fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	found, err := a.FindCached(ctx, owner, obj)
	switch {
	case err != nil:
		return Unchanged, err
	case found:
		return a.complete(ctx, gvk.Kind, obj, fill)
	}
	made, ok := obj.DeepCopyObject().(client.Object)
	if !ok {
		return Unchanged, fmt.Errorf("%T is not an object of its own", obj)
	}
	unmade := fillObject(gvk.Kind, made, fill)
	if unmade == nil {
		operation, err := a.post(ctx, gvk.Kind, made)
		if !apierrors.IsAlreadyExists(err) {
			return operation, err
		}
		unmade = err
	}
	if found, err := a.FindLive(ctx, owner, obj); err != nil || !found {
		return Unchanged, cmp.Or(err, unmade)
	}
	return a.complete(ctx, gvk.Kind, obj, fill)
}

// complete adds what an object that is there lacks.
func (a *Applier) complete(ctx context.Context, kind string, obj client.Object, fill func(client.Object) error) (Operation, error) {
	before := obj.DeepCopyObject()
	if err := fillObject(kind, obj, fill); err != nil || equality.Semantic.DeepEqual(before, obj) {
		return Unchanged, err
	}
	key := client.ObjectKeyFromObject(obj)
	if err := a.Client.Update(ctx, obj, client.FieldOwner(a.FieldManager)); err != nil {
		return Unchanged, fmt.Errorf("updating %s %s: %w", kind, key, err)
	}
	a.tell(ctx, kind, key, string(Updated))
	return Updated, nil
}

func fillObject(kind string, obj client.Object, fill func(client.Object) error) error {
	if err := fill(obj); err != nil {
		return fmt.Errorf("filling %s %s: %w", kind, client.ObjectKeyFromObject(obj), err)
	}
	return nil
}

package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// createdStamp begins the AnnotationAppliedHash of an object that was created and not applied since.
const createdStamp = "created:"

// create makes an object that the cache does not hold. That it is a create and no apply has two reasons: it costs the API server less, and
// it cannot touch what is there already, so that nobody has to look first.
//
// What is created belongs to our manager by updates, and an apply gives up only what an apply took. The stamp says so until handOver.
func (a *Applier) create(ctx context.Context, want *document) (Operation, error) {
	kind := want.gvk().Kind
	want.stamp(createdStamp + want.digest)
	made, err := a.blank(want)
	if err != nil {
		return Unchanged, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(want.object.Object, made); err != nil {
		return Unchanged, fmt.Errorf("reading the fields of %s %s: %w", kind, want.key(), err)
	}
	return a.post(ctx, kind, made)
}

func (a *Applier) post(ctx context.Context, kind string, made client.Object) (Operation, error) {
	key := client.ObjectKeyFromObject(made)
	a.Echoes.expect(made)
	if err := a.Client.Create(ctx, made, client.FieldOwner(a.FieldManager)); err != nil {
		a.Echoes.forget(made)
		return Unchanged, fmt.Errorf("creating %s %s: %w", kind, key, err)
	}
	a.tell(ctx, kind, key, string(Created))
	if !a.Echoes.created(made) {
		return Created, fmt.Errorf("creating %s %s: %w", kind, key, errChanged)
	}
	return Created, nil
}

// errChanged says that somebody changed an object at once. The event has been taken for an echo, so that trying again makes up for it.
var errChanged = errors.New("it was changed as soon as it was there")

// expectedStamp is what the stamp of an object that holds exactly our fields says, however it came to hold them.
func expectedStamp(stamp, digest string) string {
	if strings.HasPrefix(stamp, createdStamp) {
		return createdStamp + digest
	}
	return digest
}

// stampedByApply reports whether the object was surely applied. One whose stamp somebody removed may not have been.
func stampedByApply(stamp string) bool {
	return stamp != "" && !strings.HasPrefix(stamp, createdStamp)
}

// errReplaced says that there is another object of the name now. Trying again finds out whose.
var errReplaced = errors.New("another object has taken its name in the meantime")

// handOver makes the fields that an object was created with ours by apply, so that the next apply gives up those that are no longer wanted. The
// caches hold no managed fields, hence the look at the API server.
func (a *Applier) handOver(ctx context.Context, seen client.Object, kind string) error {
	key := client.ObjectKeyFromObject(seen)
	live, ok := seen.DeepCopyObject().(client.Object)
	if !ok {
		return fmt.Errorf("%T is not an object of its own", seen)
	}
	if err := a.APIReader.Get(ctx, key, live); err != nil {
		return fmt.Errorf("reading the managed fields of %s %s: %w", kind, key, err)
	}
	if live.GetUID() != seen.GetUID() {
		return fmt.Errorf("handing over %s %s: %w", kind, key, errReplaced)
	}
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, sets.New(a.FieldManager), a.FieldManager)
	if err != nil {
		return fmt.Errorf("reading the managed fields of %s %s: %w", kind, key, err)
	}
	if patch == nil {
		return nil
	}
	if err := a.Client.Patch(ctx, live, client.RawPatch(types.JSONPatchType, patch), client.FieldOwner(a.FieldManager)); err != nil {
		return fmt.Errorf("handing over %s %s: %w", kind, key, err)
	}
	a.tell(ctx, kind, key, "handover")
	return nil
}

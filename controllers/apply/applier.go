// Package apply is the one place that writes the objects the operator makes.
//
// An object is compared with what the cache holds and left alone when it already covers what is wanted; otherwise it is applied
// server-side under the controller's field manager. What does not bear our mark is foreign and never touched.
package apply

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Owner is on whose behalf objects are written, and how they are known as its own.
type Owner struct {
	// Kind and Name of the owner, for messages.
	Kind, Name string
	// UID of the owner. A controller owner reference with it marks an object as the owner's; one of the same kind and name with
	// another UID is a predecessor's.
	UID types.UID
	// MarkLabel and MarkLabelValue are the label that marks the owner's objects.
	MarkLabel, MarkLabelValue string
	// MarkAnnotation and MarkAnnotationValue mark them as well, where set; either mark is enough, and either with another value
	// is another owner's.
	MarkAnnotation, MarkAnnotationValue string
}

// Operation is what the Applier did to an object.
type Operation string

const (
	// Unchanged means that the object already was as wanted; nothing was written.
	Unchanged Operation = "unchanged"
	// Created means that the object was absent.
	Created Operation = "create"
	// Updated means that the object was there and differed.
	Updated Operation = "update"
)

// Applier writes objects by server-side apply.
type Applier struct {
	// Client reads from the cache and writes.
	Client client.Client
	// APIReader reads from the API server. Caches hold only objects with our label, so it alone can tell an absent object from a foreign one.
	APIReader client.Reader
	// FieldManager is under which name the fields are owned.
	FieldManager string
	// Writes counts every write by kind and reason; nil counts nothing.
	Writes *prometheus.CounterVec
}

// NewWritesCounter makes the counter for Applier.Writes. It stays flat while everything is settled.
func NewWritesCounter() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liaison_operator_api_writes_total",
		Help: "Objects written to the API server, by kind and by reason: create, update or status.",
	}, []string{"kind", "reason"})
}

// Apply makes the API server hold what desired says. It writes only when the live object does not cover it yet.
// It fails with a ForeignError when the object is someone else's, and with a LeavingError when it is being deleted.
func (a *Applier) Apply(ctx context.Context, owner Owner, desired runtime.ApplyConfiguration) (Operation, error) {
	want, err := newDocument(desired)
	if err != nil {
		return Unchanged, err
	}
	live, err := a.find(ctx, owner, want)
	if err != nil {
		return Unchanged, err
	}
	return a.write(ctx, live, want)
}

// ApplyOver is Apply for a caller that has just found the live object with Find, or nil when it found none.
func (a *Applier) ApplyOver(ctx context.Context, live client.Object, desired runtime.ApplyConfiguration) (Operation, error) {
	want, err := newDocument(desired)
	if err != nil {
		return Unchanged, err
	}
	return a.write(ctx, live, want)
}

func (a *Applier) write(ctx context.Context, live client.Object, want *document) (Operation, error) {
	kind := want.gvk().Kind
	want.annotate(AnnotationAppliedHash, fieldsHash(kind, want.object.Object))
	operation := Created
	if live != nil {
		operation = Updated
		covered, err := coveredBy(live, want)
		if err != nil || covered {
			return Unchanged, err
		}
	}
	if err := a.Client.Apply(ctx, want, a.applyOptions(operation)...); err != nil {
		return Unchanged, fmt.Errorf("applying %s %s: %w", kind, want.key(), err)
	}
	a.tell(ctx, kind, want.key(), string(operation))
	if live != nil && want.ResourceVersion != nil && *want.ResourceVersion == live.GetResourceVersion() {
		return Unchanged, nil // the API server, or a policy in it, keeps the object as it was
	}
	return operation, nil
}

// applyOptions take fields back from others on an object that is ours. One that was absent is not forced: should someone else make
// an object of the name in the meantime, their fields conflict with ours instead of being overwritten.
func (a *Applier) applyOptions(operation Operation) []client.ApplyOption {
	options := []client.ApplyOption{client.FieldOwner(a.FieldManager)}
	if operation == Updated {
		options = append(options, client.ForceOwnership)
	}
	return options
}

// ApplyStatus applies the part of a status that the field manager owns. The caller compares: a status has no place for a hash.
func (a *Applier) ApplyStatus(ctx context.Context, status runtime.ApplyConfiguration) error {
	want, err := newDocument(status)
	if err != nil {
		return err
	}
	kind, key := want.gvk().Kind, want.key()
	if err := a.Client.Status().Apply(ctx, want, client.FieldOwner(a.FieldManager), client.ForceOwnership); err != nil {
		return fmt.Errorf("applying the status of %s %s: %w", kind, key, err)
	}
	a.tell(ctx, kind, key, "status")
	return nil
}

// Find reads an object into obj, whose name and namespace say which, and reports whether it exists. It looks in the cache first,
// then at the API server. It fails with a ForeignError or a LeavingError where Apply would.
func (a *Applier) Find(ctx context.Context, owner Owner, obj client.Object) (bool, error) {
	key := client.ObjectKeyFromObject(obj)
	gvk, err := a.Client.GroupVersionKindFor(obj)
	if err != nil {
		return false, fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	err = a.Client.Get(ctx, key, obj)
	if apierrors.IsNotFound(err) {
		err = a.APIReader.Get(ctx, key, obj)
	}
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("reading %s %s: %w", gvk.Kind, key, err)
	}
	return true, ownership(owner, gvk.Kind, obj)
}

func (a *Applier) find(ctx context.Context, owner Owner, want *document) (client.Object, error) {
	typed, err := a.Client.Scheme().New(want.gvk())
	if err != nil {
		return nil, fmt.Errorf("making a %s to read into: %w", want.gvk(), err)
	}
	live, ok := typed.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is not an object of its own", want.gvk())
	}
	live.SetNamespace(want.key().Namespace)
	live.SetName(want.key().Name)
	found, err := a.Find(ctx, owner, live)
	if err != nil || !found {
		return nil, err
	}
	return live, nil
}

func coveredBy(live client.Object, want *document) (bool, error) {
	have, err := runtime.DefaultUnstructuredConverter.ToUnstructured(live)
	if err != nil {
		return false, fmt.Errorf("reading the fields of %s %s: %w", want.gvk().Kind, want.key(), err)
	}
	wanted := want.object.DeepCopy().Object
	// A typed object read from a cache has neither; they are the object's kind and hold nothing to compare.
	delete(wanted, "apiVersion")
	delete(wanted, "kind")
	return covers(want.gvk().Kind, have, wanted), nil
}

// ownership tells our own objects from foreign and leaving ones.
func ownership(owner Owner, kind string, obj client.Object) error {
	controller := metav1.GetControllerOf(obj)
	predecessors := controller != nil && controller.Kind == owner.Kind && controller.Name == owner.Name && controller.UID != owner.UID
	switch {
	case !marked(owner, obj, controller):
		return &ForeignError{
			Kind: kind, Namespace: obj.GetNamespace(), Name: obj.GetName(), OwnerKind: owner.Kind, OwnerName: owner.Name,
			BelongsTo: otherOwner(owner, obj, controller), Managers: managersOf(obj.GetManagedFields()),
		}
	case obj.GetDeletionTimestamp() != nil, predecessors:
		return &LeavingError{Kind: kind, Namespace: obj.GetNamespace(), Name: obj.GetName()}
	default:
		return nil
	}
}

// marked reports whether the object is the owner's: at least one mark names it, and none names another.
func marked(owner Owner, obj client.Object, controller *metav1.OwnerReference) bool {
	label, hasLabel := obj.GetLabels()[owner.MarkLabel]
	if hasLabel && label != owner.MarkLabelValue {
		return false
	}
	annotation, hasAnnotation := obj.GetAnnotations()[owner.MarkAnnotation]
	hasAnnotation = hasAnnotation && owner.MarkAnnotation != ""
	if hasAnnotation && annotation != owner.MarkAnnotationValue {
		return false
	}
	if controller != nil && (controller.Kind != owner.Kind || controller.Name != owner.Name) {
		return false
	}
	return hasLabel || hasAnnotation || (controller != nil && controller.UID == owner.UID)
}

func otherOwner(owner Owner, obj client.Object, controller *metav1.OwnerReference) string {
	if controller != nil {
		return controller.Kind + " " + controller.Name
	}
	if name := obj.GetAnnotations()[owner.MarkAnnotation]; owner.MarkAnnotation != "" && name != "" {
		return owner.Kind + " " + name
	}
	if name := obj.GetLabels()[owner.MarkLabel]; name != "" {
		return owner.Kind + " " + name
	}
	return ""
}

// tell counts a write and logs it.
func (a *Applier) tell(ctx context.Context, kind string, key types.NamespacedName, reason string) {
	log.FromContext(ctx).V(1).Info("wrote an object", "kind", kind, "name", key.Name, "namespace", key.Namespace, "reason", reason)
	if a.Writes != nil {
		a.Writes.WithLabelValues(kind, reason).Inc()
	}
}

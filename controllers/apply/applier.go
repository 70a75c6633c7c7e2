// Package apply is the one place that writes the objects the operator makes.
//
// An object that the cache does not hold is created. One that is there is compared with what is wanted and left alone when it covers that
// already; otherwise it is applied server-side under the controller's field manager. What does not bear our mark is foreign and never touched.
package apply

import (
	"cmp"
	"context"
	"fmt"
	"maps"

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
	// APIReader reads from the API server what the cache does not hold: an object without our label, or one that has just been made.
	APIReader client.Reader
	// FieldManager is under which name the fields are owned.
	FieldManager string
	// Writes counts every write by kind and reason; nil counts nothing.
	Writes *prometheus.CounterVec
	// Echoes notes what is created, for the predicates of the watches; nil notes nothing.
	Echoes *Echoes
	// Contests notes what is put right, so that nobody is fought for ever; nil notes nothing.
	Contests *Contests
}

// NewWritesCounter makes the counter for Applier.Writes. It stays flat while everything is settled.
func NewWritesCounter() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liaison_operator_api_writes_total",
		Help: "Objects written to the API server, by kind and by reason: create, update, delete, status, or handover of the fields that an object was created with.",
	}, []string{"kind", "reason"})
}

// Apply makes the API server hold what desired says. It writes only when the live object does not cover it yet.
// It fails with a ForeignError when the object is someone else's, and with a LeavingError when it is being deleted.
func (a *Applier) Apply(ctx context.Context, owner Owner, desired runtime.ApplyConfiguration) (Operation, error) {
	want, err := newDocument(desired)
	if err != nil {
		return Unchanged, err
	}
	live, err := a.blank(want)
	if err != nil {
		return Unchanged, err
	}
	found, err := a.FindCached(ctx, owner, live)
	if err != nil {
		return Unchanged, err
	}
	if found {
		return a.update(ctx, live, want)
	}
	operation, err := a.create(ctx, want)
	if !apierrors.IsAlreadyExists(err) {
		return operation, err
	}
	// Whoever it belongs to, it is not in the cache; the API server knows.
	if found, findErr := a.FindLive(ctx, owner, live); findErr != nil || !found {
		return Unchanged, cmp.Or(findErr, err)
	}
	return a.update(ctx, live, want)
}

// ApplyOver is Apply for a caller that has just found the live object with Find, or nil when it found none. Should there be one by now, it fails with
// AlreadyExists.
func (a *Applier) ApplyOver(ctx context.Context, live client.Object, desired runtime.ApplyConfiguration) (Operation, error) {
	want, err := newDocument(desired)
	if err != nil {
		return Unchanged, err
	}
	if live == nil {
		return a.create(ctx, want)
	}
	return a.update(ctx, live, want)
}

// update applies over a live object of ours.
func (a *Applier) update(ctx context.Context, live client.Object, want *document) (Operation, error) {
	kind := want.gvk().Kind
	content, err := want.MarshalJSON()
	if err != nil {
		return Unchanged, fmt.Errorf("encoding %s %s: %w", kind, want.key(), err)
	}
	stamp := live.GetAnnotations()[AnnotationAppliedHash]
	want.stamp(expectedStamp(stamp, want.digest))
	if covered, err := coveredBy(live, want); err != nil || covered {
		return Unchanged, err
	}
	if rest := a.Contests.rest(live.GetUID(), content); rest > 0 {
		return Unchanged, a.contested(ctx, live, kind, rest)
	}
	if !stampedByApply(stamp) {
		if err := a.handOver(ctx, live, kind); err != nil {
			return Unchanged, err
		}
	}
	want.stamp(want.digest)
	// Force takes fields back from others: the object is ours.
	err = a.Client.Apply(ctx, want, client.FieldOwner(a.FieldManager), client.ForceOwnership)
	if apierrors.IsInvalid(err) {
		err = a.replaceLists(ctx, live, want, err)
	}
	if err != nil {
		return Unchanged, fmt.Errorf("applying %s %s: %w", kind, want.key(), err)
	}
	a.Contests.note(live.GetUID(), content, live.GetResourceVersion(), want.version)
	a.tell(ctx, kind, want.key(), string(Updated))
	if want.version == live.GetResourceVersion() {
		return Unchanged, nil // the API server, or a policy in it, keeps the object as it was
	}
	return Updated, nil
}

// ApplyStatus applies the part of a status that the field manager owns, and returns the version that the object has with it. The caller compares:
// a status has no place for a hash.
func (a *Applier) ApplyStatus(ctx context.Context, status runtime.ApplyConfiguration) (version string, err error) {
	want, err := newDocument(status)
	if err != nil {
		return "", err
	}
	kind, key := want.gvk().Kind, want.key()
	if err := a.Client.Status().Apply(ctx, want, client.FieldOwner(a.FieldManager), client.ForceOwnership); err != nil {
		return "", fmt.Errorf("applying the status of %s %s: %w", kind, key, err)
	}
	a.tell(ctx, kind, key, "status")
	return want.version, nil
}

// Find reads an object into obj, whose name and namespace say which, and reports whether it exists. It looks in the cache first,
// then at the API server. It fails with a ForeignError or a LeavingError where Apply would.
func (a *Applier) Find(ctx context.Context, owner Owner, obj client.Object) (bool, error) {
	if found, err := a.FindCached(ctx, owner, obj); err != nil || found {
		return found, err
	}
	return a.FindLive(ctx, owner, obj)
}

// FindCached is Find in the cache alone, which holds only what bears our label.
func (a *Applier) FindCached(ctx context.Context, owner Owner, obj client.Object) (bool, error) {
	found, err := a.read(ctx, a.Client, owner, obj)
	if !found && err == nil {
		a.Echoes.forget(obj)
	}
	return found, err
}

// FindLive is Find at the API server alone.
func (a *Applier) FindLive(ctx context.Context, owner Owner, obj client.Object) (bool, error) {
	return a.read(ctx, a.APIReader, owner, obj)
}

func (a *Applier) read(ctx context.Context, from client.Reader, owner Owner, obj client.Object) (bool, error) {
	key := client.ObjectKeyFromObject(obj)
	gvk, err := a.Client.GroupVersionKindFor(obj)
	if err != nil {
		return false, fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	err = from.Get(ctx, key, obj)
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("reading %s %s: %w", gvk.Kind, key, err)
	}
	if err := Unpack(obj); err != nil {
		return false, err
	}
	return true, ownership(owner, gvk.Kind, obj)
}

// blank is an empty object of the document's kind, with its name and namespace.
func (a *Applier) blank(want *document) (client.Object, error) {
	typed, err := a.Client.Scheme().New(want.gvk())
	if err != nil {
		return nil, fmt.Errorf("making a %s: %w", want.gvk(), err)
	}
	obj, ok := typed.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is not an object of its own", want.gvk())
	}
	obj.SetNamespace(want.key().Namespace)
	obj.SetName(want.key().Name)
	return obj, nil
}

func coveredBy(live client.Object, want *document) (bool, error) {
	have, err := runtime.DefaultUnstructuredConverter.ToUnstructured(live)
	if err != nil {
		return false, fmt.Errorf("reading the fields of %s %s: %w", want.gvk().Kind, want.key(), err)
	}
	wanted := maps.Clone(want.object.Object)
	// A typed object read from a cache has neither; they are the object's kind and hold nothing to compare.
	delete(wanted, "apiVersion")
	delete(wanted, "kind")
	shortFields(want.gvk().Kind, have)
	shortFields(want.gvk().Kind, wanted)
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
	log.FromContext(ctx).V(1).Info("wrote an object", "kind", kind, "object", key.String(), "reason", reason)
	if a.Writes != nil {
		a.Writes.WithLabelValues(kind, reason).Inc()
	}
}

package apply_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"township.dev/liaison/controllers/apply"
)

func (b bench) remove() apply.Operation {
	b.Helper()
	named := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake"}}
	operation, err := b.applier.Remove(b.Context(), b.owner, named)
	if err != nil {
		b.Fatalf("removing: %v", err)
	}
	return operation
}

func TestRemoveDeletesWhatIsOursAndCountsIt(t *testing.T) {
	b := newBench(t)
	if got := b.remove(); got != apply.Unchanged {
		t.Errorf("removing what is not there: %s, want %s", got, apply.Unchanged)
	}
	b.apply(b.configMap(map[string]string{"a": "1"}))
	if got := b.remove(); got != apply.Removed {
		t.Errorf("removing what is ours: %s, want %s", got, apply.Removed)
	}
	if got := b.remove(); got != apply.Unchanged {
		t.Errorf("removing it again: %s, want %s", got, apply.Unchanged)
	}
	if n := b.writes("delete"); n != 1 {
		t.Errorf("counted %d deletions, want 1", n)
	}
}

func TestRemoveLeavesAloneWhatIsNotOurs(t *testing.T) {
	for name, theirs := range map[string]metav1.ObjectMeta{
		"without our mark":   {},
		"of another station": {Labels: map[string]string{mark: "east"}},
		"of a predecessor": {Labels: map[string]string{mark: "west"}, OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "liaison.township.dev/v1alpha1", Kind: "LiaisonStation", Name: "west", UID: "uid-before", Controller: new(true)}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			foreign := &corev1.ConfigMap{ObjectMeta: theirs}
			foreign.Namespace, foreign.Name = b.namespace, "west-intake"
			cluster.Create(t, foreign)
			if got := b.remove(); got != apply.Unchanged {
				t.Errorf("removing it: %s, want %s", got, apply.Unchanged)
			}
			b.live() // or the test ends
		})
	}
}

// An object that was made a moment ago is not in the cache yet. Its appearance must wake whoever did not want it any more.
func TestRemoveListensForWhatItDidNotFind(t *testing.T) {
	b := newBench(t)
	b.applier.Echoes = apply.NewEchoes()
	wakes := b.applier.Echoes.Predicate(&corev1.ConfigMap{})
	b.apply(b.configMap(map[string]string{"a": "1"}))
	made := b.live()
	b.applier.Client = empty{cluster.Client}
	if got := b.remove(); got != apply.Unchanged {
		t.Fatalf("removing what the cache does not hold: %s, want %s", got, apply.Unchanged)
	}
	if !wakes.Create(event.CreateEvent{Object: made}) {
		t.Error("the appearance of the object is taken for an echo, and it stays for ever")
	}
}

// empty reads as a cache that holds nothing.
type empty struct{ client.Client }

func (empty) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(corev1.Resource("configmaps"), key.Name)
}

// stale reads as a cache that has not heard of the last change.
type stale struct {
	client.Client
	seen client.Object
}

func (s stale) Get(_ context.Context, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	s.seen.(*corev1.ConfigMap).DeepCopyInto(obj.(*corev1.ConfigMap))
	return nil
}

func TestRemoveDoesNotDeleteWhatChangedSinceItLooked(t *testing.T) {
	b := newBench(t)
	b.apply(b.configMap(map[string]string{"a": "1"}))
	b.applier.Client = stale{Client: cluster.Client, seen: b.live()}
	b.edit(func(cm *corev1.ConfigMap) { cm.Labels[mark] = "east" })
	_, err := b.applier.Remove(t.Context(), b.owner, b.live())
	if !apierrors.IsConflict(err) {
		t.Errorf("removing what was given to another meanwhile: %v, want a conflict", err)
	}
	b.live()
}

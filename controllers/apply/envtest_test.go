package apply_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/test/controlplane"
)

const mark = "liaison.township.dev/station"

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// bench is an Applier on a real API server, on behalf of the station west.
type bench struct {
	*testing.T
	applier   *apply.Applier
	owner     apply.Owner
	namespace string
}

func newBench(t *testing.T) bench {
	namespace := cluster.Namespace(t)
	return bench{
		T: t, namespace: namespace,
		applier: &apply.Applier{Client: cluster.Client, APIReader: cluster.Client, FieldManager: "liaison-station", Writes: apply.NewWritesCounter()},
		owner: apply.Owner{
			Kind: "LiaisonStation", Name: "west", UID: "uid-west",
			MarkLabel: mark, MarkLabelValue: "west", MarkAnnotation: mark, MarkAnnotationValue: namespace + "/west",
		},
	}
}

func (b bench) configMap(data map[string]string) *corev1ac.ConfigMapApplyConfiguration {
	return corev1ac.ConfigMap("west-intake", b.namespace).WithLabels(map[string]string{mark: "west"}).WithData(data)
}

func (b bench) apply(desired *corev1ac.ConfigMapApplyConfiguration) apply.Operation {
	b.Helper()
	operation, err := b.applier.Apply(b.Context(), b.owner, desired)
	if err != nil {
		b.Fatalf("applying: %v", err)
	}
	return operation
}

func (b bench) live() *corev1.ConfigMap {
	b.Helper()
	live := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake"}}
	cluster.Get(b, live)
	return live
}

func (b bench) edit(change func(*corev1.ConfigMap)) {
	b.Helper()
	live := b.live()
	change(live)
	if err := cluster.Client.Update(b.Context(), live, client.FieldOwner("kubectl-edit")); err != nil {
		b.Fatalf("editing by hand: %v", err)
	}
}

func (b bench) writes(reason string) int {
	return int(testutil.ToFloat64(b.applier.Writes.WithLabelValues("ConfigMap", reason)))
}

func TestApplyWritesOnceAndThenIsSilent(t *testing.T) {
	b := newBench(t)
	if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Created {
		t.Errorf("first apply: %s, want %s", got, apply.Created)
	}
	version := b.live().ResourceVersion
	for range 3 {
		if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Unchanged {
			t.Errorf("apply of the same: %s, want %s", got, apply.Unchanged)
		}
	}
	if now := b.live().ResourceVersion; now != version {
		t.Errorf("resource version moved from %s to %s", version, now)
	}
	if b.writes("create") != 1 || b.writes("update") != 0 {
		t.Errorf("counted %d creates and %d updates, want 1 and 0", b.writes("create"), b.writes("update"))
	}
}

func TestAnApplyThatChangesNothingIsNoUpdate(t *testing.T) {
	b := newBench(t)
	b.apply(b.configMap(map[string]string{"a": "0"}))
	b.apply(b.configMap(map[string]string{"a": "1"}))
	// As if a policy in the API server always turned the value into this one.
	seen := b.live()
	seen.Data["a"] = "another"
	got, err := b.applier.ApplyOver(t.Context(), seen, b.configMap(map[string]string{"a": "1"}))
	if err != nil || got != apply.Unchanged {
		t.Errorf("apply: %s (%v), want %s: nothing will come through the watch", got, err, apply.Unchanged)
	}
}

func TestApplyDoesNotOverwriteWhatAppearedAfterItLooked(t *testing.T) {
	b := newBench(t)
	theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake"}, Data: map[string]string{"a": "theirs"}}
	cluster.Create(t, theirs)
	_, err := b.applier.ApplyOver(t.Context(), nil, b.configMap(map[string]string{"a": "1"}))
	if !apierrors.IsAlreadyExists(err) {
		t.Errorf("apply over an object that was not there a moment ago: %v, want AlreadyExists", err)
	}
	if got := b.live().Data["a"]; got != "theirs" {
		t.Errorf("their field is now %q", got)
	}
}

func TestApplyGivesUpFieldsNoLongerWanted(t *testing.T) {
	b := newBench(t)
	b.apply(b.configMap(map[string]string{"a": "1", "b": "2"}))
	if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Updated {
		t.Fatalf("apply with a field less: %s, want %s", got, apply.Updated)
	}
	if data := b.live().Data; len(data) != 1 {
		t.Errorf("data is %v, want only a", data)
	}
}

func TestApplyRepairsOurFieldsAndLeavesThoseOfOthers(t *testing.T) {
	b := newBench(t)
	b.apply(b.configMap(map[string]string{"a": "1"}))
	b.edit(func(cm *corev1.ConfigMap) {
		cm.Data["a"] = "edited"
		cm.Data["theirs"] = "kept"
	})
	if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Updated {
		t.Fatalf("apply after an edit: %s, want %s", got, apply.Updated)
	}
	if data := b.live().Data; data["a"] != "1" || data["theirs"] != "kept" {
		t.Errorf("data is %v, want a repaired and theirs kept", data)
	}
	if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Unchanged {
		t.Errorf("apply beside another's field: %s, want %s", got, apply.Unchanged)
	}
}

func TestApplyNeverTouchesForeignObjects(t *testing.T) {
	for _, tc := range []struct {
		name string
		meta metav1.ObjectMeta
		says string
	}{
		{"without our mark", metav1.ObjectMeta{}, "kubectl-create"},
		{"of another station by label", metav1.ObjectMeta{Labels: map[string]string{mark: "east"}}, "LiaisonStation east"},
		{"of another station by annotation", metav1.ObjectMeta{
			Labels: map[string]string{mark: "west"}, Annotations: map[string]string{mark: "elsewhere/west"}}, "LiaisonStation elsewhere/west"},
		{"controlled by something else", metav1.ObjectMeta{
			Labels:          map[string]string{mark: "west"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "1", Controller: new(true)}}}, "Deployment web"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			foreign := &corev1.ConfigMap{ObjectMeta: tc.meta, Data: map[string]string{"theirs": "1"}}
			foreign.Namespace, foreign.Name = b.namespace, "west-intake"
			if err := cluster.Client.Create(t.Context(), foreign, client.FieldOwner("kubectl-create")); err != nil {
				t.Fatal(err)
			}
			_, err := b.applier.Apply(t.Context(), b.owner, b.configMap(map[string]string{"a": "1"}))
			var refused *apply.ForeignError
			if !errors.As(err, &refused) {
				t.Fatalf("apply over a foreign object: %v, want a ForeignError", err)
			}
			for _, part := range []string{"ConfigMap west-intake", b.namespace, tc.says, "rename or delete"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error %q does not mention %q", err, part)
				}
			}
			if live := b.live(); live.ResourceVersion != foreign.ResourceVersion {
				t.Error("the foreign object was written to")
			}
		})
	}
}

func TestApplyWaitsForWhatIsOnItsWayOut(t *testing.T) {
	controller := func(uid types.UID) *metav1ac.OwnerReferenceApplyConfiguration {
		return metav1ac.OwnerReference().WithAPIVersion("liaison.township.dev/v1alpha1").WithKind("LiaisonStation").
			WithName("west").WithUID(uid).WithController(true).WithBlockOwnerDeletion(true)
	}
	t.Run("deleted and held by a finalizer", func(t *testing.T) {
		b := newBench(t)
		b.apply(b.configMap(map[string]string{"a": "1"}).WithFinalizers("example.test/held"))
		if err := cluster.Client.Delete(t.Context(), b.live()); err != nil {
			t.Fatal(err)
		}
		_, err := b.applier.Apply(t.Context(), b.owner, b.configMap(map[string]string{"a": "1"}))
		var leaving *apply.LeavingError
		if !errors.As(err, &leaving) {
			t.Errorf("apply over an object being deleted: %v, want a LeavingError", err)
		}
	})
	t.Run("owned by a predecessor of the same name", func(t *testing.T) {
		b := newBench(t)
		b.apply(b.configMap(map[string]string{"a": "1"}).WithOwnerReferences(controller("uid-west")))
		b.owner.UID = "uid-west-again"
		_, err := b.applier.Apply(t.Context(), b.owner, b.configMap(nil).WithOwnerReferences(controller("uid-west-again")))
		var leaving *apply.LeavingError
		if !errors.As(err, &leaving) {
			t.Errorf("apply over a predecessor's object: %v, want a LeavingError", err)
		}
	})
}

func TestKeepGeneratesOnceAndFillsIn(t *testing.T) {
	b := newBench(t)
	secret := func() *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake-data"}}
	}
	fill := func(value string, keys ...string) func(client.Object) error {
		return func(obj client.Object) error {
			s := obj.(*corev1.Secret)
			s.Labels = map[string]string{mark: "west"}
			if s.Data == nil {
				s.Data = map[string][]byte{}
			}
			for _, key := range keys {
				if !slices.Contains(sortedKeys(s.Data), key) {
					s.Data[key] = []byte(value)
				}
			}
			return nil
		}
	}
	keep := func(value string, keys ...string) apply.Operation {
		t.Helper()
		operation, err := b.applier.Keep(t.Context(), b.owner, secret(), fill(value, keys...))
		if err != nil {
			t.Fatalf("keeping: %v", err)
		}
		return operation
	}
	if got := keep("first", "key"); got != apply.Created {
		t.Errorf("first: %s, want %s", got, apply.Created)
	}
	if got := keep("second", "key"); got != apply.Unchanged {
		t.Errorf("again: %s, want %s", got, apply.Unchanged)
	}
	if got := keep("third", "key", "added"); got != apply.Updated {
		t.Errorf("with a key more: %s, want %s", got, apply.Updated)
	}
	live := secret()
	cluster.Get(t, live)
	if string(live.Data["key"]) != "first" || string(live.Data["added"]) != "third" {
		t.Errorf("data is %s, want key as first generated and added as filled in", live.Data)
	}
}

// Two operators that both saw no Secret must not both have their key stand.
func TestKeepLosesARaceInsteadOfReplacing(t *testing.T) {
	b := newBench(t)
	named := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake-data", Labels: map[string]string{mark: "west"}}}
	first := sync.OnceFunc(func() {
		winner := named.DeepCopy()
		winner.Data = map[string][]byte{"key": []byte("winner")}
		cluster.Create(t, winner)
	})
	got, err := b.applier.Keep(t.Context(), b.owner, named.DeepCopy(), func(obj client.Object) error {
		first()
		if secret := obj.(*corev1.Secret); len(secret.Data["key"]) == 0 {
			secret.Data = map[string][]byte{"key": []byte("loser")}
		}
		return nil
	})
	if err != nil || got != apply.Unchanged {
		t.Errorf("the second writer: %s (%v), want %s", got, err, apply.Unchanged)
	}
	cluster.Get(t, named)
	if got := string(named.Data["key"]); got != "winner" {
		t.Errorf("the key is %q, want the winner's", got)
	}
}

func sortedKeys(data map[string][]byte) []string {
	keys := make([]string, 0, len(data))
	for key := range data {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

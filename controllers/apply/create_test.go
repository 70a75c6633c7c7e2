package apply_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"township.dev/liaison/controllers/apply"
)

// blind makes the bench's cache hold nothing, and notes in requests what is asked of the API server.
func (b bench) blind(requests *[]string) bench {
	b.Helper()
	ask := func(verb string) { *requests = append(*requests, verb) }
	b.applier.Client = interceptor.NewClient(withWatch(b), interceptor.Funcs{
		Get: func(_ context.Context, _ client.WithWatch, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "cached"}, key.Name)
		},
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			ask("create")
			return c.Create(ctx, obj, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
			ask("patch")
			return c.Patch(ctx, obj, patch, opts...)
		},
		Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			ask("apply")
			return c.Apply(ctx, obj, opts...)
		},
	})
	b.applier.APIReader = interceptor.NewClient(withWatch(b), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			ask("get")
			return c.Get(ctx, key, obj, opts...)
		},
	})
	return b
}

func withWatch(b bench) client.WithWatch {
	b.Helper()
	c, err := client.NewWithWatch(cluster.Config, client.Options{Scheme: cluster.Scheme})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func TestAnAbsentObjectCostsOneRequest(t *testing.T) {
	var requests []string
	b := newBench(t).blind(&requests)
	if got := b.apply(b.configMap(map[string]string{"a": "1"})); got != apply.Created {
		t.Errorf("apply: %s, want %s", got, apply.Created)
	}
	if len(requests) != 1 || requests[0] != "create" {
		t.Errorf("the API server was asked for %q, want one create", requests)
	}
}

func TestWhatTheCacheDoesNotHoldIsReadBeforeItIsTouched(t *testing.T) {
	b := newBench(t)
	var requests []string
	t.Run("foreign", func(t *testing.T) {
		foreign := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake"}}
		cluster.Create(t, foreign)
		_, err := b.blind(&requests).applier.Apply(t.Context(), b.owner, b.configMap(map[string]string{"a": "1"}))
		var refused *apply.ForeignError
		if !errors.As(err, &refused) {
			t.Errorf("apply: %v, want a ForeignError", err)
		}
		if b.live().ResourceVersion != foreign.ResourceVersion {
			t.Error("the foreign object was written to")
		}
		if err := cluster.Client.Delete(t.Context(), foreign); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("ours, made by another replica a moment ago", func(t *testing.T) {
		b.apply(b.configMap(map[string]string{"a": "1"}))
		requests = nil
		if got := b.blind(&requests).apply(b.configMap(map[string]string{"a": "1"})); got != apply.Unchanged {
			t.Errorf("apply: %s after %q, want %s", got, requests, apply.Unchanged)
		}
	})
}

// What an apply did not take, an apply does not give up: fields that came with the creation must be handed over first.
func TestAFieldDroppedAfterTheCreationDisappears(t *testing.T) {
	for _, tc := range []struct {
		name  string
		stamp func(*corev1.ConfigMap)
	}{
		{"as created", func(*corev1.ConfigMap) {}},
		{"with the stamp removed by hand", func(cm *corev1.ConfigMap) { delete(cm.Annotations, apply.AnnotationAppliedHash) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			b.apply(b.configMap(map[string]string{"a": "1", "b": "2", "c": "3"}))
			b.edit(tc.stamp)
			for _, want := range []map[string]string{{"a": "1", "b": "2"}, {"a": "1"}} {
				if got := b.apply(b.configMap(want)); got != apply.Updated {
					t.Errorf("apply with a field less: %s, want %s", got, apply.Updated)
				}
				if data := b.live().Data; !reflect.DeepEqual(data, want) {
					t.Errorf("data is %v, want %v", data, want)
				}
			}
			if b.writes("handover") != 1 {
				t.Errorf("handed over %d times, want once", b.writes("handover"))
			}
		})
	}
}

// With the creation our manager also took the API server's defaults. Handing them over gives them up; they must come back as they were.
func TestTheFirstApplyChangesNothingButWhatIsWanted(t *testing.T) {
	b := newBench(t)
	b.applyWorkload("1", "2")
	created := b.workload()
	b.applyWorkload("1")
	applied := b.workload()
	if env := applied.Spec.Template.Spec.Containers[0].Env; len(env) != 1 {
		t.Errorf("env is %v, want the first variable alone", env)
	}
	if applied.Generation != created.Generation+1 {
		t.Errorf("generation moved from %d to %d, want one step", created.Generation, applied.Generation)
	}
	created.Spec.Template.Spec.Containers[0].Env = applied.Spec.Template.Spec.Containers[0].Env
	if !reflect.DeepEqual(created.Spec, applied.Spec) {
		t.Errorf("spec was\n%+v\nand is\n%+v", created.Spec, applied.Spec)
	}
	for _, entry := range applied.ManagedFields {
		if entry.Operation != metav1.ManagedFieldsOperationApply {
			t.Errorf("%s still owns fields by %s", entry.Manager, entry.Operation)
		}
	}
}

func (b bench) applyWorkload(values ...string) {
	b.Helper()
	container := corev1ac.Container().WithName("intake").WithImage("x")
	for n, value := range values {
		container.WithEnv(corev1ac.EnvVar().WithName(fmt.Sprintf("V%d", n)).WithValue(value))
	}
	labels := map[string]string{mark: "west"}
	_, err := b.applier.Apply(b.Context(), b.owner, appsv1ac.StatefulSet("west-intake", b.namespace).WithLabels(labels).
		WithSpec(appsv1ac.StatefulSetSpec().WithServiceName("west-intake").WithSelector(metav1ac.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(corev1ac.PodTemplateSpec().WithLabels(labels).WithSpec(corev1ac.PodSpec().WithContainers(container)))))
	if err != nil {
		b.Fatalf("applying: %v", err)
	}
}

func (b bench) workload() *appsv1.StatefulSet {
	b.Helper()
	live := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "west-intake"}}
	cluster.Get(b, live)
	return live
}

// A Secret that lost its label is not in the cache, and may hold the only key to somebody's data.
func TestKeepLooksForWhatItCannotMake(t *testing.T) {
	var requests []string
	b := newBench(t).blind(&requests)
	hidden := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Namespace: b.namespace, Name: "west-intake-data", Annotations: map[string]string{mark: b.namespace + "/west"}}}
	hidden.Data = map[string][]byte{"key": []byte("kept")}
	cluster.Create(t, hidden)
	lost := errors.New("the key is lost")
	keep := func(name string) error {
		_, err := b.applier.Keep(t.Context(), b.owner, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}},
			func(obj client.Object) error {
				if len(obj.(*corev1.Secret).Data["key"]) == 0 {
					return lost
				}
				return nil
			})
		return err
	}
	if err := keep(hidden.Name); err != nil {
		t.Errorf("keeping the hidden one: %v", err)
	}
	if err := keep("absent"); !errors.Is(err, lost) {
		t.Errorf("keeping an absent one: %v, want %v", err, lost)
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"township.dev/liaison/controllers/station"
)

// workers is how many stations the operator, and the plain client it is compared with, handle at once.
const workers = 4

// template is what a station is made of, as the operator created it, to be applied again under other names.
type template struct {
	station, namespace string
	children           []templateChild
}

type templateChild struct {
	resource schema.GroupVersionResource
	body     string
}

// record runs one reconcile of a station that is declared in no cluster's cache, and keeps what it creates.
func (r *runner) recordTemplate(ctx context.Context, of township) (template, error) {
	t := template{station: of.station(), namespace: "template"}
	if err := r.makeNamespaces(ctx, []string{t.namespace}); err != nil {
		return t, err
	}
	declared := of.declare()
	declared.Namespace = t.namespace
	if err := client.IgnoreAlreadyExists(r.cluster.client.Create(ctx, declared)); err != nil {
		return t, fmt.Errorf("declaring the template: %w", err)
	}
	defer func() { _ = r.cluster.client.Delete(ctx, declared) }() // one station more or less
	recorder := interceptor.NewClient(r.cluster.client, interceptor.Funcs{
		Create: func(_ context.Context, c client.WithWatch, obj client.Object, _ ...client.CreateOption) error {
			return t.keep(c, obj)
		},
	})
	reconciler := &station.Reconciler{
		Client: recorder, APIReader: r.cluster.client, Clock: clock.RealClock{}, Recorder: events.NewFakeRecorder(10),
		Options: station.Options{DefaultIntakeImage: "liaison.township.dev/liaison-intake:scale", OperatorNamespace: operatorNamespace},
	}
	if _, err := reconciler.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(declared)}); err != nil {
		return t, fmt.Errorf("recording the template: %w", err)
	}
	if len(t.children) != children {
		return t, fmt.Errorf("the operator made %d children of the template, want %d", len(t.children), children)
	}
	return t, nil
}

func (t *template) keep(c client.Client, obj client.Object) error {
	gvk, err := c.GroupVersionKindFor(obj)
	if err != nil {
		return fmt.Errorf("finding the kind of %T: %w", obj, err)
	}
	mapping, err := c.RESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return fmt.Errorf("finding the resource of %s: %w", gvk, err)
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return fmt.Errorf("reading the fields of a %s: %w", gvk.Kind, err)
	}
	unstructured.RemoveNestedField(fields, "status")
	unstructured.RemoveNestedField(fields, "metadata", "creationTimestamp")
	fields["apiVersion"], fields["kind"] = gvk.ToAPIVersionAndKind()
	body, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("writing a %s: %w", gvk.Kind, err)
	}
	t.children = append(t.children, templateChild{resource: mapping.Resource, body: string(body)})
	return nil
}

// applyPlainly times the server-side apply of the same objects for some townships by a plain client, each station's in order. Their label is
// another, so that no operator ever sees them.
func (r *runner) applyPlainly(ctx context.Context, t template, townships []township, round string) (time.Duration, error) {
	plain, err := dynamic.NewForConfig(r.cluster.config)
	if err != nil {
		return 0, fmt.Errorf("making a plain client: %w", err)
	}
	prefix := "plain-" + round + "-"
	namespaces := namespacesOf(townships)
	for i := range namespaces {
		namespaces[i] = prefix + namespaces[i]
	}
	if err := r.makeNamespaces(ctx, namespaces); err != nil {
		return 0, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	began := time.Now()
	for _, to := range townships {
		group.Go(func() error { return t.apply(ctx, plain, to.station(), prefix+to.namespace()) })
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

func (t template) apply(ctx context.Context, plain dynamic.Interface, station, namespace string) error {
	renamed := strings.NewReplacer(
		t.station, station, `"namespace":"`+t.namespace+`"`, `"namespace":"`+namespace+`"`, managedBy, `"plain"`)
	for _, child := range t.children {
		obj := &unstructured.Unstructured{}
		if err := obj.UnmarshalJSON([]byte(renamed.Replace(child.body))); err != nil {
			return fmt.Errorf("reading a template: %w", err)
		}
		_, err := plain.Resource(child.resource).Namespace(namespace).Apply(ctx, obj.GetName(), obj, metav1.ApplyOptions{FieldManager: "plain", Force: true})
		if err != nil {
			return fmt.Errorf("applying %s %s: %w", obj.GetKind(), obj.GetName(), err)
		}
	}
	return nil
}

// managedBy is the value of the label that the operator's caches select by, in JSON.
const managedBy = `"` + station.ManagedBy + `"`

func (r *runner) makeNamespaces(ctx context.Context, names []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * workers)
	for _, name := range names {
		group.Go(func() error {
			err := r.cluster.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
			if err != nil && !apierrors.IsAlreadyExists(err) {
				return fmt.Errorf("making namespace %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/controlplane"
)

// plane is the cluster of these tests. Nothing runs behind it: what the operator would write, the tests write.
var plane *controlplane.ControlPlane

type withCluster struct{ tests *testing.M }

func (w withCluster) Run() int {
	return controlplane.Code(w.tests, func(cp *controlplane.ControlPlane) { plane = cp })
}

// These scripts reach a cluster, one after the other because they look at all of it. Beside the commands of the other scripts there is
//
//	apply FILE…           applies what stands in the files with its status, and makes the namespaces for it

func TestClusterScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "cluster", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runAlone(t, file) })
	}
}

func runAlone(t *testing.T, file string) {
	empty(t)
	testscript.Run(t, testscript.Params{
		Files:               []string{file},
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NOW", "2026-10-06T20:00:00Z") // which is 7 October in China
			env.Setenv("KUBECONFIG", kubeconfig(t, env.WorkDir))
			kubectl, err := filepath.Abs(filepath.Join("..", "..", "bin", "k8s"))
			env.Setenv("PATH", env.Getenv("PATH")+string(filepath.ListSeparator)+kubectl)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "apply": applyFiles},
	})
}

// kubeconfig writes a file that reaches the cluster, in namespace jixian.
func kubeconfig(t *testing.T, folder string) string {
	t.Helper()
	return plane.Kubeconfig(t, folder, "jixian")
}

func applyFiles(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) == 0 {
		ts.Fatalf("usage: apply FILE…")
	}
	for _, name := range args {
		ts.Check(apply(context.Background(), ts.ReadFile(name), "it"))
	}
}

// apply writes every object of a text as an owner of fields, and its status where it has one.
func apply(ctx context.Context, text, owner string) error {
	documents := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		switch err := documents.Decode(object); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := applyObject(ctx, object, owner); err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
}

func applyObject(ctx context.Context, object *unstructured.Unstructured, owner string) error {
	if namespace := object.GetNamespace(); namespace != "" {
		err := plane.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	status, stated := object.Object["status"]
	delete(object.Object, "status")
	wanted := object.DeepCopy()
	if err := plane.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(owner), client.ForceOwnership); err != nil {
		return err
	}
	if !stated {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		return err
	}
	return plane.Client.Status().Patch(ctx, wanted, client.RawPatch(types.MergePatchType, patch))
}

// empty takes away what an earlier test left.
func empty(t *testing.T) {
	t.Helper()
	claims := &corev1.PersistentVolumeClaimList{}
	if err := plane.Client.List(t.Context(), claims); err != nil {
		t.Fatal(err)
	}
	for i := range claims.Items {
		lift(t, &claims.Items[i])
	}
	for _, namespace := range []string{"jixian", "daning", "liaison-system", "daning-system", "jixian-system"} {
		for _, kind := range []client.Object{
			&v1alpha1.LiaisonStation{}, &v1alpha1.DeputyRoster{}, &v1alpha1.DutySchedule{}, &corev1.Pod{}, &corev1.PersistentVolumeClaim{},
			&corev1.Secret{}, &appsv1.Deployment{}, &coordinationv1.Lease{}, &networkingv1.NetworkPolicy{},
		} {
			if err := plane.Client.DeleteAllOf(t.Context(), kind, client.InNamespace(namespace), client.GracePeriodSeconds(0)); err != nil {
				t.Fatalf("deleting every %T in %s: %v", kind, namespace, err)
			}
		}
	}
	if err := plane.Client.DeleteAllOf(t.Context(), &storagev1.StorageClass{}); err != nil {
		t.Fatal(err)
	}
}

// remove deletes an object that is there.
func remove(t *testing.T, object client.Object) {
	t.Helper()
	lift(t, object)
	if err := plane.Client.Delete(t.Context(), object, client.GracePeriodSeconds(0)); err != nil {
		t.Fatalf("deleting %T %s: %v", object, object.GetName(), err)
	}
}

// lift takes finalizers off: nobody here lifts the protection of claims.
func lift(t *testing.T, object client.Object) {
	t.Helper()
	if err := plane.Client.Patch(t.Context(), object, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`))); err != nil {
		t.Fatalf("lifting the protection of %T %s: %v", object, object.GetName(), err)
	}
}

func deployment(name string) client.Object {
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "liaison-system"}}
}

func lease(name string) client.Object {
	return &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "liaison-system"}}
}

func class(name string) client.Object {
	return &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func claim(name string) client.Object {
	return &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "jixian"}}
}

func roster(name string) client.Object {
	return &v1alpha1.DeputyRoster{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "jixian"}}
}

// stationSays is the station of jixian, ready, with one condition more or of another kind.
func stationSays(conditionType, status, reason, message string) string {
	conditions := map[string]map[string]string{
		"IntakeAvailable": {"status": "True", "reason": "IntakeAnswers", "message": ""},
		conditionType:     {"status": status, "reason": reason, "message": message},
	}
	text := "apiVersion: liaison.township.dev/v1alpha1\nkind: LiaisonStation\nmetadata: {name: zhongduo, namespace: jixian}\nstatus:\n  conditions:\n"
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		c := conditions[name]
		text += fmt.Sprintf("    - {type: %s, status: %q, reason: %s, message: %q, lastTransitionTime: 2026-01-01T00:00:00Z}\n", name, c["status"], c["reason"], c["message"])
	}
	return text
}

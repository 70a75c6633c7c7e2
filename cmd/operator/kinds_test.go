package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"township.dev/liaison/test/controlplane"
)

// The CRDs are those of the release before, then some are missing, then they are ours again.
func TestTheOperatorRefusesCRDsOlderThanItself(t *testing.T) {
	ours := controlplane.Kinds(filepath.Join("..", "..", "config", "crd", "bases"))
	previous := controlplane.Kinds(filepath.Join("..", "..", "test", "upgrade", "testdata", "previous", "crd"))
	t.Cleanup(func() { installKinds(t, ours) })

	for _, kind := range installKinds(t, previous) {
		if kind.Name == "holidaycalendars.liaison.township.dev" {
			remove(t, kind)
		}
	}
	controlplane.Eventually(t, "the operator refuses them, once the API server tells of them", func(ctx context.Context) error {
		return refusesKinds(ctx, "liaisonstations.liaison.township.dev lacks ", "holidaycalendars.liaison.township.dev is missing",
			"helm upgrade the operator's chart with crds.enabled=true", "kubectl apply --server-side -k config/crd")
	})

	parsed, err := parseOptions([]string{"--intake-image=intake:test"}, environment("POD_NAMESPACE", operatorNamespace), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	parsed.kindsWithin = time.Millisecond
	if err := run(t.Context(), cluster.Config, parsed); err == nil || !strings.Contains(err.Error(), "older than this operator") {
		t.Errorf("the operator runs on them: %v", err)
	}

	installKinds(t, ours) // while the operator asks, as in an upgrade
	if err := checkKinds(t.Context(), cluster.Config, controlplane.Patience, 50*time.Millisecond); err != nil {
		t.Error(err)
	}
}

// refusesKinds is nil once the operator refuses the kinds in these words.
func refusesKinds(ctx context.Context, words ...string) error {
	err := checkKinds(ctx, cluster.Config, time.Millisecond, time.Millisecond)
	if err == nil {
		return errors.New("the operator takes them")
	}
	for _, part := range words {
		if !strings.Contains(err.Error(), part) {
			return fmt.Errorf("%w does not say %q", err, part)
		}
	}
	return nil
}

func installKinds(t *testing.T, options envtest.CRDInstallOptions) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	kinds, err := envtest.InstallCRDs(cluster.Config, options)
	if err != nil {
		t.Error(err)
	}
	return kinds
}

// remove the kind.
func remove(t *testing.T, kind *apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	if err := envtest.UninstallCRDs(cluster.Config, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{kind}}); err != nil {
		t.Fatal(err)
	}
}

// A cluster may keep from the operator what it serves; that alone stops nothing.
func TestTheOperatorGoesOnWhereItMayNotAskForTheCRDs(t *testing.T) {
	everybody := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "system:discovery"}}
	cluster.Get(t, everybody)
	hidden := everybody.DeepCopy()
	hidden.Subjects = nil
	update := func(binding *rbacv1.ClusterRoleBinding) {
		t.Helper()
		if err := cluster.Client.Update(t.Context(), binding); err != nil {
			t.Fatal(err)
		}
	}
	update(hidden)
	config := rest.CopyConfig(cluster.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "operator", Groups: []string{"system:authenticated"}}
	err := checkKinds(t.Context(), config, time.Second, 50*time.Millisecond)
	everybody.ResourceVersion = hidden.ResourceVersion
	update(everybody)
	if err != nil {
		t.Error(err)
	}
	if err := cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(everybody), everybody); err != nil || len(everybody.Subjects) == 0 {
		t.Errorf("%+v, %v", everybody, err)
	}
}

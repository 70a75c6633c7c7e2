package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// roleFiles of config/rbac are what the operator may do, and what others may do with its help.
var roleFiles = []string{"service_account.yaml", "role.yaml", "role_binding.yaml", "leader_election.yaml", "metrics.yaml"}

// grantClusterWide creates what config/rbac grants, so that the operator works here with no more rights than where it is installed.
func grantClusterWide(t *testing.T) *rest.Config {
	t.Helper()
	install(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}})
	for _, file := range roleFiles {
		install(t, generated(t, file)...)
	}
	return asAccount(operatorNamespace)
}

// install creates what an earlier test may have created already.
func install(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		if err := client.IgnoreAlreadyExists(cluster.Client.Create(t.Context(), object)); err != nil {
			t.Fatal(err)
		}
	}
}

// grantInNamespaces creates the roles of a release of the chart that serves one namespace from another: no right over the whole cluster at all.
func grantInNamespaces(t *testing.T, own, served string) *rest.Config {
	t.Helper()
	install(t, rolesInNamespaces(t, own, served)...)
	return asAccount(own)
}

func rolesInNamespaces(t *testing.T, own, served string) []client.Object {
	t.Helper()
	root := filepath.Join("..", "..")
	helm := cmp.Or(os.Getenv("HELM"), filepath.Join(root, "bin", "k8s", "helm"))
	var complaint strings.Builder
	template := exec.CommandContext(t.Context(), helm, "template", "liaison-operator", filepath.Join(root, "charts", "liaison-operator"),
		"--namespace", own, "--set", "watchNamespaces={"+served+"}", "--show-only", "templates/rbac.yaml")
	template.Stderr = &complaint
	rendered, err := template.Output()
	if err != nil {
		t.Fatalf("rendering the chart with %s: %v\n%s", helm, err, complaint.String())
	}
	return decode(t, rendered)
}

// generated reads the objects of a file of config/rbac.
func generated(t *testing.T, file string) []client.Object {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "config", "rbac", file))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, content)
}

func decode(t *testing.T, content []byte) []client.Object {
	t.Helper()
	decoder := serializer.NewCodecFactory(cluster.Scheme, serializer.EnableStrict).UniversalDeserializer()
	var objects []client.Object
	for document := range strings.SplitSeq(strings.TrimPrefix(string(content), "---\n"), "\n---\n") {
		object, _, err := decoder.Decode([]byte(document), nil, nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		objects = append(objects, object.(client.Object))
	}
	return objects
}

// asAccount reaches the API server as the operator's ServiceAccount in the namespace.
func asAccount(namespace string) *rest.Config {
	config := rest.CopyConfig(cluster.Config)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:" + namespace + ":liaison-operator",
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}
	return config
}

// tokenOf makes a ServiceAccount and returns a token of it.
func tokenOf(t *testing.T, name string) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: name}}
	cluster.Create(t, account)
	request := &authenticationv1.TokenRequest{}
	if err := cluster.Client.SubResource("token").Create(t.Context(), account, request); err != nil {
		t.Fatal(err)
	}
	return request.Status.Token
}

func allowScrapes(t *testing.T, account string) {
	t.Helper()
	cluster.Create(t, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: account + "-reads-metrics"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "liaison-operator-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: operatorNamespace, Name: account}},
	})
}

package charts

import (
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// The life of an installation as county IT leads it, on a real API server whose kinds were there before, applied by hand.
func TestAnInstallationFromFirstToLast(t *testing.T) {
	kubeconfig := kubeconfigFile(t)
	operators, elsewhere, county := cluster.Namespace(t), cluster.Namespace(t), cluster.Namespace(t)
	run := func(namespace, verb string, args ...string) string {
		t.Helper()
		_, complaint := helm(t, append([]string{verb, "--kubeconfig", kubeconfig, "--namespace", namespace}, args...)...)
		return complaint
	}
	must := func(namespace, verb string, args ...string) {
		t.Helper()
		if complaint := run(namespace, verb, args...); complaint != "" {
			t.Fatalf("helm %s %v: %s", verb, args, complaint)
		}
	}
	refused := func(sentence, namespace, verb string, args ...string) {
		t.Helper()
		if complaint := run(namespace, verb, args...); !strings.Contains(complaint, sentence) {
			t.Fatalf("helm %s %v: %q, want it to say %q", verb, args, complaint, sentence)
		}
	}

	refused("cannot be imported into the current release", operators, "install", "first", operatorChart)
	must(operators, "install", "first", operatorChart, "--take-ownership")
	refused("cannot be imported into the current release", elsewhere, "install", "second", operatorChart)
	must(operators, "upgrade", "first", operatorChart, "--set", "replicas=2")
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: operators, Name: "first-liaison-operator"}}
	if cluster.Get(t, deployment); *deployment.Spec.Replicas != 2 {
		t.Errorf("after the upgrade there are %d replicas", *deployment.Spec.Replicas)
	}

	values := filepath.Join(stationChart, "ci", "minimal-values.yaml")
	must(county, "install", "zhongduo", stationChart, "--values", values)
	must(operators, "uninstall", "first")
	station := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: county, Name: "zhongduo"}}
	cluster.Get(t, station) // the kinds, and with them every station, outlive the operator
	must(operators, "install", "first", operatorChart)
	must(operators, "uninstall", "first")
	must(elsewhere, "install", "second", operatorChart, "--take-ownership")
	must(county, "uninstall", "zhongduo")
	if err := cluster.Client.Get(t.Context(), client.ObjectKeyFromObject(station), station); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("after its release is gone the station answers %v", err)
	}
	must(elsewhere, "uninstall", "second")
	for _, object := range render(t, operatorChart) {
		if kind, ok := object.(*apiextensionsv1.CustomResourceDefinition); ok {
			stillThere(t, kind.Name)
		}
	}
}

func stillThere(t *testing.T, kind string) {
	t.Helper()
	c, err := client.New(cluster.Config, client.Options{Scheme: scheme()})
	if err != nil {
		t.Fatal(err)
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := c.Get(t.Context(), client.ObjectKey{Name: kind}, definition); err != nil || definition.DeletionTimestamp != nil {
		t.Errorf("%s did not outlive the last release: %v", kind, err)
	}
}

// kubeconfigFile lets helm reach the test's API server.
func kubeconfigFile(t *testing.T) string {
	t.Helper()
	rest := cluster.Config
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: "https://" + strings.TrimPrefix(rest.Host, "https://"), CertificateAuthorityData: rest.CAData}
	config.AuthInfos["test"] = &clientcmdapi.AuthInfo{ClientCertificateData: rest.CertData, ClientKeyData: rest.KeyData}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "test"}
	config.CurrentContext = "test"
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}

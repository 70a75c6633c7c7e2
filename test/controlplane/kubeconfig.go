package controlplane

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig writes a kubeconfig into a folder, for programs that read one. Its only context, county, is in the namespace and has every right.
func (cp *ControlPlane) Kubeconfig(t testing.TB, folder, namespace string) (file string) {
	t.Helper()
	return WriteKubeconfig(t, cp.Config, folder, namespace)
}

// WriteKubeconfig is Kubeconfig with the server and the identity of a config.
func WriteKubeconfig(t testing.TB, from *rest.Config, folder, namespace string) (file string) {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["county"] = &clientcmdapi.Cluster{
		Server: "https://" + strings.TrimPrefix(from.Host, "https://"), CertificateAuthorityData: from.CAData,
	}
	config.AuthInfos["it"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: from.CertData, ClientKeyData: from.KeyData,
		Impersonate: from.Impersonate.UserName, ImpersonateGroups: from.Impersonate.Groups,
	}
	config.Contexts["county"] = &clientcmdapi.Context{Cluster: "county", AuthInfo: "it", Namespace: namespace}
	config.CurrentContext = "county"
	file = filepath.Join(folder, "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatalf("writing a kubeconfig: %v", err)
	}
	return file
}

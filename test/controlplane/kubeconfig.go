package controlplane

import (
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig writes a kubeconfig into a folder, for programs that read one. Its only context, county, is in the namespace and has every right.
func (cp *ControlPlane) Kubeconfig(t testing.TB, folder, namespace string) string {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["county"] = &clientcmdapi.Cluster{Server: cp.Config.Host, CertificateAuthorityData: cp.Config.CAData}
	config.AuthInfos["it"] = &clientcmdapi.AuthInfo{ClientCertificateData: cp.Config.CertData, ClientKeyData: cp.Config.KeyData}
	config.Contexts["county"] = &clientcmdapi.Context{Cluster: "county", AuthInfo: "it", Namespace: namespace}
	config.CurrentContext = "county"
	path := filepath.Join(folder, "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatalf("writing a kubeconfig: %v", err)
	}
	return path
}

package boards

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const operatorNamespace = "liaison-system"

// operator is a process that serves its metrics over TLS to who bears the token.
type operator struct {
	t       *testing.T
	metrics string
	command *exec.Cmd
	log     bytes.Buffer
}

// newOperator builds one and says where the token of its metrics lies.
func newOperator(t *testing.T) (o *operator, tokenFile string) {
	t.Helper()
	folder := t.TempDir()
	binary, kubeconfig := filepath.Join(folder, "liaison-operator"), filepath.Join(folder, "kubeconfig")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "township.dev/liaison/cmd/operator")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the operator: %v\n%s", err, output)
	}
	writeKubeconfig(t, kubeconfig)
	tokenFile = filepath.Join(folder, "token")
	if err := os.WriteFile(tokenFile, []byte("only-who-bears-this-may-scrape"), 0o600); err != nil {
		t.Fatal(err)
	}
	cluster.Create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}})
	o = &operator{t: t, metrics: freeAddress(t)}
	o.command = exec.CommandContext(t.Context(), binary, "--operator-namespace="+operatorNamespace, "--intake-image=intake:test",
		"--leader-elect", "--backlog-interval=1s", "--metrics-token-file="+tokenFile,
		"--metrics-bind-address="+o.metrics, "--health-probe-bind-address=0")
	o.command.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	o.command.Stdout, o.command.Stderr = &o.log, &o.log
	return o, tokenFile
}

// start it; it runs until the test ends.
func (o *operator) start() {
	o.t.Helper()
	if err := o.command.Start(); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		_ = o.command.Wait() // killed with the test's context
		if o.t.Failed() {
			o.t.Logf("the operator said:\n%s", o.log.String())
		}
	})
}

func writeKubeconfig(t *testing.T, file string) {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{
		Server: "https://" + strings.TrimPrefix(cluster.Config.Host, "https://"), CertificateAuthorityData: cluster.Config.CAData,
	}
	config.AuthInfos["test"] = &clientcmdapi.AuthInfo{ClientCertificateData: cluster.Config.CertData, ClientKeyData: cluster.Config.KeyData}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "test"}
	config.CurrentContext = "test"
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
}

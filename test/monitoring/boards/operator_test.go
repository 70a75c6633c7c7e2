package boards

import (
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const operatorNamespace = "liaison-system"

// startOperator runs one that serves its metrics over TLS, to who bears the token of the file.
func startOperator(t *testing.T, metrics, tokenFile string) {
	t.Helper()
	cluster.Create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}})
	cluster.StartOperator(t, "--operator-namespace="+operatorNamespace, "--intake-image=intake:test", "--leader-elect", "--backlog-interval=1s",
		"--metrics-token-file="+tokenFile, "--metrics-bind-address="+metrics)
}

func writeToken(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("only-who-bears-this-may-scrape"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

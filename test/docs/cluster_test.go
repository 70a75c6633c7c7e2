package docs

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

const (
	// version is the one that the pages speak of.
	version = "0.1.0"
	// registry is how the pages call the reader's, and localRegistry where the development cluster knows our programs.
	registry      = "registry.example.gov.cn:5000/liaison"
	otherRegistry = "registry.example.gov.cn/liaison"
	localRegistry = "liaison.township.dev"
)

// somewhere is a place with a cluster and an unpacked bundle: those that LIAISON_DOCS_KUBECONFIG, LIAISON_DOCS_BUNDLE and LIAISON_DOCS_REGISTRY name, or a
// development cluster of the test's own with what its bundle would hold.
func somewhere(t *testing.T) place {
	t.Helper()
	folder := t.TempDir()
	bin, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		t.Fatal(err)
	}
	here := place{
		folder: filepath.Join(folder, "bundle"), home: filepath.Join(folder, "home"), patience: 10 * time.Minute,
		path: []string{filepath.Join(bin, "k8s"), bin, "/usr/local/bin", "/usr/bin", "/bin"},
	}
	if err := os.Mkdir(here.home, 0o700); err != nil {
		t.Fatal(err)
	}
	images := localRegistry
	if here.kubeconfig = os.Getenv("LIAISON_DOCS_KUBECONFIG"); here.kubeconfig != "" {
		here.folder, images = os.Getenv("LIAISON_DOCS_BUNDLE"), os.Getenv("LIAISON_DOCS_REGISTRY")
		here.after = askPanels(t, folder)
	} else {
		unpack(t, bin, here.folder)
		here.kubeconfig = startCluster(t, bin)
	}
	here.checkout = checkout(t, filepath.Join(folder, "checkout"))
	// Ports that the pages choose may be taken here.
	public, metrics, intake, proxy, prometheus := freePort(t), freePort(t), freePort(t), freePort(t), freePort(t)
	here.instead = []string{
		registry, images, otherRegistry, images,
		"kubectl-liaison-linux-amd64", "kubectl-liaison-linux-" + runtime.GOARCH,
		"127.0.0.1:8080", "127.0.0.1:" + public, "--port 8080", "--port " + public,
		"8443:8443", metrics + ":8443", "127.0.0.1:8443", "127.0.0.1:" + metrics,
		"8081:internal", intake + ":internal", "127.0.0.1:8081", "127.0.0.1:" + intake,
		"--port 8001", "--port " + proxy, "127.0.0.1:8001", "127.0.0.1:" + proxy,
		"127.0.0.1:9090", "127.0.0.1:" + prometheus,
		site, "http://127.0.0.1:" + public,
		"<status.backlog.audit.head>", "$(kubectl -n jixian get lst zhongduo -o jsonpath='{.status.backlog.audit.head}')",
		"liaison.db.before-<time>", "$(kubectl -n jixian exec zhongduo-intake-0 -- /liaison-intake kept | sed -n '2s/ .*//p')",
	}
	return here
}

// askPanels is the command that asks the tutorial's Prometheus every query of the dashboards. The development cluster has no kubelet that would tell how
// full volumes are, so it is asked elsewhere only.
func askPanels(t *testing.T, folder string) string {
	t.Helper()
	ask := filepath.Join(folder, "ask")
	command(t, "go", "build", "-o", ask, "township.dev/liaison/test/monitoring/ask")
	return ask + " -prometheus 127.0.0.1:9090 -boards grafana/dashboards -namespace jixian -station zhongduo -patience 2m\n"
}

// checkout makes a folder like one of the project's, in which a reader can write, with what the county's identity provider and authority have given out.
func checkout(t *testing.T, folder string) string {
	t.Helper()
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"bin", "charts", "config"} {
		target, err := filepath.Abs(filepath.Join(root, part))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(folder, part)); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"client-secret.txt": "secret\n", "county-ca.crt": "# the county's own authority\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// unpack makes a folder as the bundle's, without the images, which the development cluster does not need.
func unpack(t *testing.T, bin, folder string) {
	t.Helper()
	for _, made := range []string{"bin", "samples", "charts"} {
		if err := os.MkdirAll(filepath.Join(folder, made), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"config/samples": "samples", "config/prometheus": "prometheus", "config/grafana": "grafana", "config/crd/bases": "crds"} {
		if err := os.CopyFS(filepath.Join(folder, to), os.DirFS(filepath.Join(root, from))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(bin, "kubectl-liaison"), filepath.Join(folder, "bin", "kubectl-liaison-linux-"+runtime.GOARCH)); err != nil {
		t.Fatal(err)
	}
	command(t, "go", "run", "township.dev/liaison/hack/ledger", filepath.Join(root, "config", "samples"), filepath.Join(folder, "samples", "jixian.xlsx"))
	for _, chart := range []string{"liaison-operator", "liaison-station"} {
		command(t, filepath.Join(bin, "k8s", "helm"), "package", filepath.Join(root, "charts", chart), "--version", version, "--app-version", version,
			"--destination", filepath.Join(folder, "charts"))
	}
}

// startCluster brings up a development cluster that stops with the test, and returns its kubeconfig.
func startCluster(t *testing.T, bin string) string {
	t.Helper()
	for _, needed := range []string{"liaison-operator", "liaison-intake", "kubectl-liaison", "promtool", "prometheus", "k8s/localcluster"} {
		if _, err := os.Stat(filepath.Join(bin, needed)); err != nil {
			t.Fatalf("%v; `make test` builds what this test needs", err)
		}
	}
	// Not t.TempDir: its long name would lengthen the paths of sockets, and pods must be able to enter.
	parent, err := os.MkdirTemp("", "liaison-docs-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	localcluster, state := filepath.Join(bin, "k8s", "localcluster"), filepath.Join(parent, "state")
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if out, err := exec.CommandContext(ctx, localcluster, "down", "--purge", "--dir", state).CombinedOutput(); err != nil {
			t.Errorf("stopping the cluster: %v\n%s", err, out)
		}
		if err := os.RemoveAll(parent); err != nil {
			t.Errorf("removing the cluster's state: %v", err)
		}
	})
	up := []string{"up", "--dir", state}
	for _, name := range []string{"liaison-operator", "liaison-intake"} {
		up = append(up, "--image", fmt.Sprintf("%s/%s=%s,LIAISON_BIND_ADDRESS=$(POD_IP)", localRegistry, name, filepath.Join(bin, name)))
	}
	command(t, localcluster, up...)
	return filepath.Join(state, "kubeconfig")
}

func command(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

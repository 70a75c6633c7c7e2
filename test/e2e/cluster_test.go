package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

const (
	operatorNamespace = "liaison-system"
	release           = "liaison-operator"
	registry          = "liaison.township.dev"
	patience          = 2 * time.Minute
	glance            = 250 * time.Millisecond
)

var root = func() string {
	absolute, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return absolute
}()

// cluster is a development cluster of the test's own.
type cluster struct {
	t          *testing.T
	dir        string
	kubeconfig string
	client     client.Client
}

// start brings up a cluster whose pods are processes of this machine.
func start(t *testing.T) *cluster {
	t.Helper()
	c := prepare(t, "liaison-operator", "liaison-intake", "promtool", "k8s/localcluster")
	step(t, "the cluster starts")
	up := []string{"up", "--dir", c.dir}
	for _, name := range []string{"operator", "intake"} {
		up = append(up, "--image", fmt.Sprintf("%s/liaison-%s=%s,LIAISON_BIND_ADDRESS=$(POD_IP)", registry, name, filepath.Join(root, "bin", "liaison-"+name)))
	}
	c.run("localcluster", up...)
	c.connect()
	return c
}

// prepare makes the folder of a cluster of the test's own, and stops the cluster when the test ends.
func prepare(t *testing.T, needs ...string) *cluster {
	t.Helper()
	for _, needed := range needs {
		if _, err := os.Stat(filepath.Join(root, "bin", needed)); err != nil {
			t.Fatalf("%v; `make test` builds what this test needs", err)
		}
	}
	// Not t.TempDir: the test's long name would lengthen the paths of sockets, and pods must be able to enter.
	parent, err := os.MkdirTemp("", "liaison-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: filepath.Join(parent, "state")}
	c.kubeconfig = filepath.Join(c.dir, "kubeconfig")
	t.Cleanup(func() { c.stop(parent) })
	return c
}

// stop shows what there is to see when the test failed, and leaves nothing running.
func (c *cluster) stop(parent string) {
	if c.t.Failed() {
		c.dump()
	}
	// The test's own context is over by now.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if out, err := c.command(ctx, "localcluster", "down", "--purge", "--dir", c.dir).CombinedOutput(); err != nil {
		c.t.Errorf("stopping the cluster: %v\n%s", err, out)
		return
	}
	if err := os.RemoveAll(parent); err != nil {
		c.t.Errorf("removing the cluster's state: %v", err)
	}
}

func (c *cluster) connect() {
	c.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	if err != nil {
		c.t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			c.t.Fatal(err)
		}
	}
	if c.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		c.t.Fatal(err)
	}
}

// command prepares one of the programs in bin/k8s on this cluster.
func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(root, "bin", "k8s", program), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig,
		"HELM_CACHE_HOME="+c.dir+"-helm", "HELM_CONFIG_HOME="+c.dir+"-helm", "HELM_DATA_HOME="+c.dir+"-helm")
	return command
}

func (c *cluster) run(program string, args ...string) string {
	c.t.Helper()
	out, err := c.command(c.t.Context(), program, args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (c *cluster) helm(args ...string) {
	c.t.Helper()
	c.run("helm", args...)
}

// eventually waits until something holds.
func (c *cluster) eventually(what string, holds func() bool) {
	c.t.Helper()
	started := time.Now()
	err := wait.PollUntilContextTimeout(c.t.Context(), glance, patience, true, func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		c.t.Fatalf("waited %s in vain for: %s (%v)", patience, what, err)
	}
	c.t.Logf("    %4.1f s  %s", time.Since(started).Seconds(), what)
}

// dump shows what a person would look at first.
func (c *cluster) dump() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, look := range [][]string{
		{"get", "liaisonstations,deputyrosters,dutyschedules,statefulsets,pods,pvc,services", "-A", "-o", "wide"},
		{"get", "liaisonstations", "-A", "-o", `jsonpath={range .items[*]}{.metadata.name}{"\n"}{range .status.conditions[*]}  {.type}={.status} {.reason}: {.message}{"\n"}{end}{end}`},
		{"get", "deputyrosters", "-A", "-o", `jsonpath={range .items[*]}{.metadata.name}{"\n"}{range .status.conditions[*]}  {.type}={.status} {.reason}: {.message}{"\n"}{end}{end}`},
		{"get", "events", "-A", "--sort-by=.lastTimestamp"},
		{"logs", "-n", operatorNamespace, "deployment/" + release, "--tail=80"},
		{"logs", "-n", operatorNamespace, "deployment/" + release, "--tail=40", "--previous"},
		{"logs", "-n", county, station + "-intake-0", "--tail=80"},
	} {
		out, err := c.command(ctx, "kubectl", look...).CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			out = []byte(err.Error())
		}
		c.t.Logf("kubectl %s\n%s", strings.Join(look, " "), out)
	}
	out, err := c.command(ctx, "localcluster", "status", "--dir", c.dir).CombinedOutput()
	c.t.Logf("localcluster status (%v)\n%s", err, out)
}

// step tells how far the test is.
func step(t *testing.T, what string) {
	t.Helper()
	t.Logf("▸ %s", what)
}

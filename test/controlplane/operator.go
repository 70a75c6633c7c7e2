package controlplane

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// StartOperator runs the operator of this tree, as a process with every right, until the test ends. It serves neither metrics nor probes unless the
// arguments say where. What it said is told where the test fails.
func (cp *ControlPlane) StartOperator(t testing.TB, args ...string) {
	t.Helper()
	binary, err := cp.operator()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"--metrics-bind-address=0", "--health-probe-bind-address=0"}, args...)
	// The context of a test is over before its cleanups, and the operator with it.
	operator := exec.CommandContext(t.Context(), binary, args...)
	operator.Env = append(os.Environ(), "KUBECONFIG="+cp.Kubeconfig(t, t.TempDir(), ""))
	var said bytes.Buffer
	operator.Stdout, operator.Stderr = &said, &said
	if err := operator.Start(); err != nil {
		t.Fatalf("starting the operator: %v", err)
	}
	t.Cleanup(func() {
		_ = operator.Wait() // killed
		if t.Failed() {
			t.Logf("the operator said:\n%s", said.String())
		}
	})
}

// buildOperator builds it into a folder, and says where it is.
func buildOperator(folder string) (string, error) {
	binary := filepath.Join(folder, "liaison-operator")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "township.dev/liaison/cmd/operator")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the operator: %w\n%s", err, output)
	}
	return binary, nil
}

// FreeAddress is one that nobody listens on at the moment, for programs that cannot say which port they were given.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("finding a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

package controlplane

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Operator builds the operator and runs it with these arguments until the test ends, with every right. What it said is shown when the test fails.
func (cp *ControlPlane) Operator(t testing.TB, args ...string) {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "liaison-operator")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "township.dev/liaison/cmd/operator")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the operator: %v\n%s", err, output)
	}
	var log bytes.Buffer
	// The context of a test is over before its cleanups, and the operator with it.
	operator := exec.CommandContext(t.Context(), binary, append([]string{"--metrics-bind-address=0", "--health-probe-bind-address=0"}, args...)...)
	operator.Env = append(os.Environ(), "KUBECONFIG="+cp.Kubeconfig(t, folder, "default"))
	operator.Stdout, operator.Stderr = &log, &log
	if err := operator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = operator.Wait() // killed
		if t.Failed() {
			t.Logf("the operator said:\n%s", log.String())
		}
	})
}

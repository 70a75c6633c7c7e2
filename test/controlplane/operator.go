package controlplane

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Operator is a process that StartOperator started.
type Operator struct {
	command *exec.Cmd
	ended   chan struct{}
}

// Stop it as the deletion of its pod does, and wait until it has ended.
func (o *Operator) Stop(t testing.TB) {
	t.Helper()
	o.end(t, syscall.SIGTERM)
}

// Kill it, as a node that dies does.
func (o *Operator) Kill(t testing.TB) {
	t.Helper()
	o.end(t, syscall.SIGKILL)
}

func (o *Operator) end(t testing.TB, by syscall.Signal) {
	t.Helper()
	if err := o.command.Process.Signal(by); err != nil {
		t.Fatalf("ending the operator by %s: %v", by, err)
	}
	<-o.ended
}

// StartOperator runs the operator of this tree, as a process with every right, until the test ends or it is ended before. It serves neither metrics nor
// probes unless the arguments say where. What it said is told where the test fails.
func (cp *ControlPlane) StartOperator(t testing.TB, args ...string) *Operator {
	t.Helper()
	binary, err := cp.operator()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"--metrics-bind-address=0", "--health-probe-bind-address=0"}, args...)
	// The context of a test is over before its cleanups, and the operator with it.
	operator := &Operator{exec.CommandContext(t.Context(), binary, args...), make(chan struct{})}
	operator.command.Env = append(os.Environ(), "KUBECONFIG="+cp.Kubeconfig(t, t.TempDir(), ""))
	var said bytes.Buffer
	operator.command.Stdout, operator.command.Stderr = &said, &said
	if err := operator.command.Start(); err != nil {
		t.Fatalf("starting the operator: %v", err)
	}
	go func() {
		defer close(operator.ended)
		_ = operator.command.Wait() // stopped or killed
	}()
	t.Cleanup(func() {
		<-operator.ended
		if t.Failed() {
			t.Logf("the operator said:\n%s", said.String())
		}
	})
	return operator
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

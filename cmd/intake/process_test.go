package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is where binary put the command; empty while no test needed it.
var built string

// binary builds the command once, as it is built for the image: without cgo, and without the race detector whatever the test runs with.
var binary = sync.OnceValues(func() (path string, err error) {
	if built, err = os.MkdirTemp("", "liaison-intake-"); err != nil {
		return "", err
	}
	path = filepath.Join(built, "liaison-intake")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// A process is the real command, as a process of its own.
type process struct {
	*station
	command *exec.Cmd
	ended   chan error
}

func launch(t testing.TB, m *mount) *process {
	t.Helper()
	path, err := binary()
	must(t, err)
	p := &process{
		station: &station{mount: m, log: newRecord()},
		command: exec.Command(path, m.args()...), ended: make(chan error, 1),
	}
	p.command.Stdout, p.command.Stderr = p.log, p.log
	must(t, p.command.Start())
	go func() { p.ended <- p.command.Wait() }()
	t.Cleanup(p.kill)
	select {
	case line := <-p.log.listening:
		p.public, p.internal = "http://"+line.Public, "http://"+line.Internal
	case err := <-p.ended:
		p.ended <- err
		t.Fatalf("the process did not start: %v\n%s", err, p.log)
	case <-time.After(patience):
		t.Fatalf("the process does not listen:\n%s", p.log)
	}
	return p
}

// kill -9, and wait until it is gone; once it is gone already nothing happens.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	p.ended <- <-p.ended
}

// terminate asks it to stop; its end comes through wait.
func (p *process) terminate(t testing.TB) {
	t.Helper()
	must(t, p.command.Process.Signal(syscall.SIGTERM))
}

// wait for the end and return the exit code.
func (p *process) wait(t testing.TB) int {
	t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return p.command.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("the process does not end:\n%s", p.log)
		return -1
	}
}

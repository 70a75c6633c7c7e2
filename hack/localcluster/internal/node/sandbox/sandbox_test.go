package sandbox_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run-a-node" {
		runNode(os.Args[2])
	}
	nodetest.Main(m)
}

func TestAContainerSeesOnlyItsOwnWorld(t *testing.T) {
	nodetest.RequireRoot(t)
	dir := t.TempDir()
	nodetest.WriteFile(t, dir, "volume/greeting", "hello")
	spec := testSpec(t, "report")
	spec.Hostname = "zhongduo-intake-0"
	spec.Env = []string{"COLOUR=red"}
	spec.Dir = "/var/lib/data"
	spec.Files = []sandbox.File{{Path: "/etc/hosts", Content: "127.0.0.1 localhost\n"}}
	spec.Mounts = append(spec.Mounts, sandbox.Mount{Source: filepath.Join(dir, "volume"), Target: "/var/lib/data"})
	spec.UID, spec.GID, spec.Groups = 65532, 65531, []int{65530}

	seen := runReport(t, spec)

	if seen.PID != 1 {
		t.Errorf("pid = %d, want 1: a pid namespace of its own", seen.PID)
	}
	if want := []string{"dev", "etc", "proc", "program", "var"}; !slices.Equal(seen.Root, want) {
		t.Errorf("the root holds %v, want %v and nothing of the host", seen.Root, want)
	}
	if seen.UID != 65532 || seen.GID != 65531 || !slices.Equal(seen.Groups, []int{65530}) {
		t.Errorf("user %d group %d groups %v, want 65532, 65531, [65530]", seen.UID, seen.GID, seen.Groups)
	}
	if seen.Hostname != "zhongduo-intake-0" || seen.Dir != "/var/lib/data" || seen.Hosts != "127.0.0.1 localhost\n" {
		t.Errorf("hostname %q, dir %q, hosts %q", seen.Hostname, seen.Dir, seen.Hosts)
	}
	if !slices.Equal(seen.Env, []string{"COLOUR=red"}) {
		t.Errorf("env = %v, want only what the spec says", seen.Env)
	}
	if !slices.Contains(seen.Devices, "urandom") || slices.Contains(seen.Devices, "mem") {
		t.Errorf("devices = %v, want the harmless ones only", seen.Devices)
	}
}

func TestNobodyHasCapabilities(t *testing.T) {
	nodetest.RequireRoot(t)
	for _, uid := range []int{0, 65532} {
		t.Run(fmt.Sprintf("user %d", uid), func(t *testing.T) {
			spec := testSpec(t, "report")
			spec.UID, spec.GID = uid, uid
			seen := runReport(t, spec)
			const none = "0000000000000000"
			if seen.EffectiveCaps != none || seen.BoundingCaps != none || seen.NoNewPrivileges != "1" {
				t.Errorf("effective %s, bounding %s, no_new_privs %s", seen.EffectiveCaps, seen.BoundingCaps, seen.NoNewPrivileges)
			}
		})
	}
}

func TestAReadOnlyRootLeavesVolumesWritable(t *testing.T) {
	nodetest.RequireRoot(t)
	spec := testSpec(t, "report")
	spec.ReadOnlyRoot = true
	if seen := runReport(t, spec); !strings.Contains(seen.CannotWriteRoot, "read-only file system") {
		t.Errorf("writing to the root said %q, want read-only", seen.CannotWriteRoot)
	}
	spec.ReadOnlyRoot = false
	if seen := runReport(t, spec); seen.CannotWriteRoot != "" {
		t.Errorf("writing to an open root failed: %s", seen.CannotWriteRoot)
	}
}

func TestAReadOnlyMountCannotBeWritten(t *testing.T) {
	nodetest.RequireRoot(t)
	for _, test := range []struct {
		readOnly bool
		want     string
	}{{true, "read-only file system"}, {false, ""}} {
		spec := testSpec(t, "report")
		// The report tries to write /written.
		spec.Mounts = append(spec.Mounts, sandbox.Mount{
			Source: nodetest.WriteFile(t, t.TempDir(), "written", ""), Target: "/written", ReadOnly: test.readOnly,
		})
		if seen := runReport(t, spec); !strings.Contains(seen.CannotWriteRoot, test.want) || (test.want == "") != (seen.CannotWriteRoot == "") {
			t.Errorf("read-only %t: writing said %q, want %q", test.readOnly, seen.CannotWriteRoot, test.want)
		}
	}
}

func TestAnOrdinaryUserCanRunContainersToo(t *testing.T) {
	nodetest.RequireRoot(t) // to become somebody else
	dir, err := os.MkdirTemp("/tmp", "ordinary")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	binary := filepath.Join(dir, "binary")
	copyFile(t, nodetest.Binary(t), binary)
	const ordinary = 12345
	if err := os.Chown(dir, ordinary, ordinary); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "run-a-node", "report")
	cmd.Dir = t.TempDir()
	if err := os.Chmod(filepath.Dir(cmd.Dir), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("running a container as user %d: %v\n%s", ordinary, err, stderrOf(err))
	}
	var seen nodetest.Report
	if err := json.Unmarshal(output, &seen); err != nil {
		t.Fatalf("reading %q: %v", output, err)
	}
	if seen.UID != 65532 || seen.GID != 65532 || seen.EffectiveCaps != "0000000000000000" {
		t.Errorf("the container runs as %d:%d with capabilities %s, want 65532:65532 and none", seen.UID, seen.GID, seen.EffectiveCaps)
	}
}

func TestExitCodesAndSignals(t *testing.T) {
	nodetest.RequireRoot(t)
	launcher := newLauncher(t)

	process, _ := start(t, launcher, testSpec(t, "exit", "7"))
	if exit := process.Wait(); exit != (sandbox.Exit{Code: 7}) {
		t.Errorf("exit = %+v, want code 7", exit)
	}

	process, output := start(t, launcher, testSpec(t, "lines", "up"))
	expectLine(t, output, "up")
	if err := process.Terminate(); err != nil {
		t.Fatal(err)
	}
	expectLine(t, output, "terminated")
	if exit := process.Wait(); exit != (sandbox.Exit{Code: 0}) {
		t.Errorf("exit after SIGTERM = %+v, want code 0", exit)
	}

	process, output = start(t, launcher, testSpec(t, "stubborn"))
	expectLine(t, output, "ready")
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	if exit := process.Wait(); exit != (sandbox.Exit{Code: 137, Signal: 9}) {
		t.Errorf("exit after SIGKILL = %+v, want 137 by signal 9", exit)
	}
}

func TestWhyAProgramDoesNotStart(t *testing.T) {
	nodetest.RequireRoot(t)
	tests := []struct {
		name   string
		change func(*sandbox.Spec)
		want   string
	}{
		{"no such file", func(s *sandbox.Spec) { s.Args = []string{"/bin/sh"} }, "an image here is one binary and nothing else"},
		{"not in PATH", func(s *sandbox.Spec) { s.Args = []string{"sh"} }, "executable file not found in $PATH"},
		{"missing volume", func(s *sandbox.Spec) { s.Mounts = append(s.Mounts, sandbox.Mount{Source: "/no/such", Target: "/x"}) }, "mounting volumes: stat /no/such"},
		{"missing working directory", func(s *sandbox.Spec) { s.Dir = "/srv" }, "changing to the working directory /srv"},
	}
	launcher := newLauncher(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := testSpec(t, "report")
			test.change(&spec)
			_, err := launcher.Start(spec, os.Stdout, os.Stderr)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that says %q", err, test.want)
			}
		})
	}
}

func TestTheMachineCanRunContainers(t *testing.T) {
	nodetest.RequireRoot(t)
	if err := newLauncher(t).Check(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestAKilledNodeLeavesNoProcess(t *testing.T) {
	nodetest.RequireRoot(t)
	node := exec.Command(nodetest.Binary(t), "run-a-node", "spawn")
	node.Dir = t.TempDir()
	output, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	expectLine(t, lines, "spawned")
	expectLine(t, lines, "ready") // of the child the container has started
	if err := node.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The pipe ends when the last process that holds it is gone.
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("after the node's end: %q, %v", rest, err)
	}
	_ = node.Wait() // it was killed
}

// runNode is a node process that runs one container with its own output and waits for it.
func runNode(program string) {
	self, _ := os.Executable()
	dir, _ := os.Getwd()
	process, err := sandbox.NewLauncher().Start(sandbox.Spec{
		MountPoint: dir, Hostname: "test", UID: 65532, GID: 65532,
		Mounts: []sandbox.Mount{{Source: self, Target: "/program", ReadOnly: true}},
		Args:   append([]string{"/program"}, nodetest.Args(program)...),
	}, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(process.Wait().Code)
}

func testSpec(t *testing.T, program string, args ...string) sandbox.Spec {
	t.Helper()
	return sandbox.Spec{
		Hostname:   "test",
		MountPoint: t.TempDir(),
		Mounts:     []sandbox.Mount{{Source: nodetest.Binary(t), Target: "/program", ReadOnly: true}},
		Args:       append([]string{"/program"}, nodetest.Args(program, args...)...),
	}
}

func newLauncher(t *testing.T) *sandbox.Launcher {
	t.Helper()
	launcher := sandbox.NewLauncher()
	t.Cleanup(launcher.Close)
	return launcher
}

func start(t *testing.T, launcher *sandbox.Launcher, spec sandbox.Spec) (*sandbox.Process, *bufio.Reader) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	defer writer.Close()
	process, err := launcher.Start(spec, writer, writer)
	if err != nil {
		t.Fatal(err)
	}
	return process, bufio.NewReader(reader)
}

func runReport(t *testing.T, spec sandbox.Spec) nodetest.Report {
	t.Helper()
	process, output := start(t, newLauncher(t), spec)
	var seen nodetest.Report
	if err := json.NewDecoder(output).Decode(&seen); err != nil {
		t.Fatalf("reading the container's report: %v", err)
	}
	process.Wait()
	return seen
}

func expectLine(t *testing.T, output *bufio.Reader, prefix string) {
	t.Helper()
	line, err := output.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, prefix) {
		t.Fatalf("read %q, %v; want a line that starts with %q", line, err, prefix)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

func stderrOf(err error) []byte {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.Stderr
	}
	return nil
}

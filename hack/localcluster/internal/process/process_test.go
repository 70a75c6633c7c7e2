package process

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
)

// TestMain lets the test binary also be the process that is looked for.
func TestMain(m *testing.M) {
	if os.Args[0] == "etcd" {
		_, _ = os.Stdout.WriteString("ready\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
		return
	}
	os.Exit(m.Run())
}

func TestFindKnowsProcessesByTheirMark(t *testing.T) {
	mine, other := t.TempDir(), t.TempDir()
	wanted := start(t, Mark(mine, "etcd"))
	start(t, Mark(other, "etcd"))
	start(t, Mark(mine+"-not", "etcd"))
	start(t, nil)

	found := find(t, mine)
	if len(found) != 1 || found[0].PID != wanted.Process.Pid || found[0].Part != "etcd" {
		t.Errorf("found %+v, want only process %d", found, wanted.Process.Pid)
	}
}

func TestAProcessIsFoundOnceItsMarkWasAwaited(t *testing.T) {
	for range 50 {
		folder := t.TempDir()
		started := exec.Command(os.Args[0])
		started.Args = []string{"etcd"}
		started.Env = Mark(folder, "etcd")
		input, err := started.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := started.Start(); err != nil {
			t.Fatal(err)
		}
		AwaitMark(started.Process, folder)
		_, marked := partOf(started.Process.Pid, folder)
		_ = input.Close() // ends it
		_ = started.Wait()
		if !marked {
			t.Fatal("the process has no mark yet")
		}
	}
}

func TestAnEndedProcessIsNotFound(t *testing.T) {
	folder := t.TempDir()
	ended := start(t, Mark(folder, "etcd"))
	held := find(t, folder)
	if err := ended.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = ended.Wait()

	if found := find(t, folder); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	if err := held[0].Signal(syscall.SIGTERM); err != nil {
		t.Errorf("a signal to what has ended meanwhile: %v", err)
	}
}

func TestAZombieIsNotFound(t *testing.T) {
	folder := t.TempDir()
	zombie := start(t, Mark(folder, "etcd"))
	if err := zombie.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// Its end of the pipe closes when it ends; nobody has collected it then.
	_, _ = io.Copy(io.Discard, zombie.output)
	if found := find(t, folder); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

func TestSignalReachesTheProcess(t *testing.T) {
	folder := t.TempDir()
	running := start(t, Mark(folder, "etcd"))
	if err := find(t, folder)[0].Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = running.Wait()
	if status := running.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		t.Errorf("it ended with %v", running.ProcessState)
	}
}

func find(t *testing.T, folder string) []Process {
	t.Helper()
	found, err := Find(folder)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// child is the test binary run as another process.
type child struct {
	*exec.Cmd
	// output ends when the process does.
	output *os.File
}

// start runs a child with the given environment and returns once it runs.
func start(t *testing.T, environment []string) child {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{"etcd"}, Env: slices.Concat([]string{"HOME=/"}, environment), Stdout: writer}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
		reader.Close()
	})
	if _, err := reader.Read(make([]byte, len("ready\n"))); err != nil {
		t.Fatalf("the process did not start: %v", err)
	}
	return child{Cmd: cmd, output: reader}
}

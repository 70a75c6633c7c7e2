package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// Launcher starts containers, all of them from one operating-system thread.
//
// The kernel sends a container's parent-death signal when the *thread* that started it ends, not the process. One thread
// that lives as long as the launcher makes both cases right: no container dies because Go retired a thread, and a node
// that is killed with SIGKILL takes all its containers with it.
type Launcher struct {
	requests chan func()
	closed   chan struct{}
}

// NewLauncher returns a launcher that is ready to start containers.
func NewLauncher() *Launcher {
	launcher := &Launcher{requests: make(chan func()), closed: make(chan struct{})}
	go launcher.serve()
	return launcher
}

func (l *Launcher) serve() {
	// Never unlocked: when serve returns, the thread ends, and with it any container that is left.
	runtime.LockOSThread()
	for {
		select {
		case request := <-l.requests:
			request()
		case <-l.closed:
			return
		}
	}
}

// Close kills the containers that still run.
func (l *Launcher) Close() { close(l.closed) }

// Start runs spec's program with the given output files (which the caller may close afterwards) and returns once the program
// has replaced the container's init, or with the reason why it could not.
func (l *Launcher) Start(spec Spec, stdout, stderr *os.File) (*Process, error) {
	return l.StartWithInput(spec, nil, stdout, stderr)
}

// StartWithInput is Start for a program that reads its standard input; nil is an empty one.
func (l *Launcher) StartWithInput(spec Spec, stdin, stdout, stderr *os.File) (*Process, error) {
	handover, err := newHandover()
	if err != nil {
		return nil, err
	}
	defer handover.close()

	spec.SingleUser = !runsAsRoot()
	cmd := initCommand(spec, stdout, stderr)
	if stdin != nil {
		cmd.Stdin = stdin
	}
	cmd.ExtraFiles = []*os.File{handover.specReader, handover.reportWriter}
	if err := l.onThread(cmd.Start); err != nil {
		return nil, explainClone(err)
	}
	process := &Process{cmd: cmd}
	if err := handover.exchange(spec); err != nil {
		_ = process.Kill()
		process.Wait()
		return nil, err
	}
	return process, nil
}

func (l *Launcher) onThread(do func() error) error {
	result := make(chan error, 1)
	select {
	case l.requests <- func() { result <- do() }:
		return <-result
	case <-l.closed:
		return errors.New("the node is shutting down and starts no more containers")
	}
}

func initCommand(spec Spec, stdout, stderr *os.File) *exec.Cmd {
	uids, gids := idMappings(spec)
	return &exec.Cmd{
		// The running binary, even when the file has been replaced by a newer build since.
		Path:   "/proc/self/exe",
		Args:   []string{"localcluster", InitCommand},
		Env:    []string{},
		Stdout: stdout,
		Stderr: stderr,
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID |
				syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
			UidMappings: uids,
			GidMappings: gids,
			// An ordinary user may map a group only after giving up setgroups.
			GidMappingsEnableSetgroups: runsAsRoot(),
			AmbientCaps:                initCapabilities(),
			Pdeathsig:                  syscall.SIGKILL,
			// A session of its own, so that Ctrl-C in the node's terminal reaches the node only.
			Setsid: true,
		},
	}
}

// handover is how node and init talk before the program runs: the spec goes in, and either an error comes out or the
// pipe closes because exec closed it.
type handover struct {
	specReader, specWriter     *os.File
	reportReader, reportWriter *os.File
}

func newHandover() (*handover, error) {
	var h handover
	var err error
	if h.specReader, h.specWriter, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("opening the pipe for a container's spec: %w", err)
	}
	if h.reportReader, h.reportWriter, err = os.Pipe(); err != nil {
		h.close()
		return nil, fmt.Errorf("opening the pipe for a container's report: %w", err)
	}
	return &h, nil
}

func (h *handover) exchange(spec Spec) error {
	// The child holds its own copies; ours would keep the pipes open for ever.
	h.specReader.Close()
	h.reportWriter.Close()
	encodeErr := json.NewEncoder(h.specWriter).Encode(spec)
	h.specWriter.Close()
	report, err := io.ReadAll(h.reportReader)
	switch {
	case len(report) > 0:
		return errors.New(string(report))
	case encodeErr != nil:
		return fmt.Errorf("handing the spec to the container: %w", encodeErr)
	case err != nil:
		return fmt.Errorf("reading the container's report: %w", err)
	}
	return nil
}

func (h *handover) close() {
	for _, file := range []*os.File{h.specReader, h.specWriter, h.reportReader, h.reportWriter} {
		if file != nil {
			file.Close()
		}
	}
}

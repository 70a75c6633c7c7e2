package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Process is a running container. Its program is process 1 of its own pid namespace: when it ends, the kernel kills whatever it started.
type Process struct{ cmd *exec.Cmd }

// Exit says how a container ended.
type Exit struct {
	// Code is the exit code, or 128 plus the signal's number as shells and container runtimes count it.
	Code int
	// Signal is the number of the signal that ended the container, or 0.
	Signal int
}

// Wait blocks until the container has ended. It must be called exactly once.
func (p *Process) Wait() Exit {
	// The error repeats what the state says; without a state nothing was started.
	_ = p.cmd.Wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: int(status.Signal())}
	}
	return Exit{Code: p.cmd.ProcessState.ExitCode()}
}

// Terminate asks the program to end.
func (p *Process) Terminate() error { return p.signal(syscall.SIGTERM) }

// Kill ends the container at once.
func (p *Process) Kill() error { return p.signal(syscall.SIGKILL) }

func (p *Process) signal(signal syscall.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

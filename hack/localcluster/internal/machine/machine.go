// Package machine is the real node: a kubelet with containerd, runc, kube-proxy, a name server and an enforcer of NetworkPolicies.
//
// They live in process, mount and network namespaces of their own, as on another machine. So nothing of theirs has to be undone on this
// one: when the first process of the namespaces ends, the kernel ends all others, containers too, and takes away their mounts,
// interfaces and packet filter with them. Only control groups and the state folder stay, and the former are removed here.
//
// It needs root, and programs of Debian's: see [Check].
package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sync/errgroup"

	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// InitProgram is the name under which the binary is the first process of the namespaces, and InsideProgram the one under which it runs
// the node's parts there.
const (
	InitProgram   = "localcluster-init"
	InsideProgram = "localcluster-inside"
)

// Config of the machine.
type Config struct {
	Folder   statedir.Folder
	Settings statedir.Settings
	// NodeName is what the node is called.
	NodeName string
}

// Run runs the machine until the context ends, and returns when nothing of it is left.
func Run(ctx context.Context, cfg Config) error {
	// The kernel ends the machine when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	if err := prepare(cfg); err != nil {
		return err
	}
	first, release, err := startInit(cfg.Folder)
	if err != nil {
		return err
	}
	served, err := connect(ctx, first.Process.Pid, cfg.Settings.Ports.APIServer)
	if err == nil {
		err = release()
	}
	if err != nil {
		return errors.Join(err, first.Process.Kill(), first.Wait())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return served.relay(ctx) })
	group.Go(func() error { return await(ctx, first) })
	return errors.Join(group.Wait(), RemoveControlGroups())
}

// prepare makes what the machine finds when it starts.
func prepare(cfg Config) error {
	if err := RemoveControlGroups(); err != nil { // of a machine that was killed
		return err
	}
	if err := makeControlGroups(); err != nil {
		return err
	}
	if err := writeFiles(cfg); err != nil {
		return err
	}
	return writePauseImage(cfg.Folder)
}

// startInit starts the first process in new namespaces. It does nothing before release is called.
func startInit(folder statedir.Folder) (first *exec.Cmd, release func() error, err error) {
	held, gate, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("making a pipe: %w", err)
	}
	defer held.Close() // the process has its own
	first = &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       []string{InitProgram, "--dir", folder.Root()},
		Env:        os.Environ(),
		Dir:        "/",
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		ExtraFiles: []*os.File{held},
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
			Pdeathsig:  syscall.SIGKILL,
		},
	}
	if err := first.Start(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("making namespaces for the node: %w", err), gate.Close())
	}
	return first, gate.Close, nil
}

// await returns when the first process has ended, which it is asked to when the context ends.
func await(ctx context.Context, first *exec.Cmd) error {
	stop := context.AfterFunc(ctx, func() { _ = first.Process.Signal(syscall.SIGTERM) }) // it may have ended
	defer stop()
	err := first.Wait()
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the machine ended by itself: %w", err)
	}
	return errors.New("the machine ended by itself")
}

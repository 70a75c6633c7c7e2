package supervise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// child is a part's process.
type child struct {
	part        Part
	cmd         *exec.Cmd
	stopProbing context.CancelFunc
}

// exit reports the end of a child.
type exit struct{ part, reason string }

// answer reports what a part's probe found; missing is nil when the part is ready.
type answer struct {
	part    string
	missing error
}

// launch starts a part and, beside it, one goroutine that waits for its end and one that probes it.
func (r *run) launch(ctx context.Context, part Part) error {
	log, err := openLog(r.Log(part.Name))
	if err != nil {
		return err
	}
	defer log.Close() // the process keeps its own
	cmd := &exec.Cmd{
		Path:   cmp.Or(part.Program, r.Program),
		Args:   part.Args,
		Env:    r.Environment(part.Name),
		Stdout: log,
		Stderr: log,
		SysProcAttr: &syscall.SysProcAttr{
			Pdeathsig: syscall.SIGKILL,
		},
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", part.Name, err)
	}
	started := r.Clock.Now()
	probing, stopProbing := context.WithCancel(ctx)
	r.children[part.Name] = &child{part: part, cmd: cmd, stopProbing: stopProbing}
	r.noteStart(part.Name, cmd.Process.Pid, started)
	go func() {
		_ = cmd.Wait() // repeats what the state says
		r.exits <- exit{part: part.Name, reason: describe(cmd.ProcessState)}
	}()
	go r.probe(probing, part, started)
	return nil
}

// probe asks until the part is ready, and tells whenever the answer is another than before.
func (r *run) probe(ctx context.Context, part Part, started time.Time) {
	ticker := r.Clock.NewTicker(probeInterval)
	defer ticker.Stop()
	for last := ""; ; {
		missing := part.Ready(ctx, started)
		if missing == nil || missing.Error() != last {
			select {
			case r.answers <- answer{part: part.Name, missing: missing}:
			case <-ctx.Done():
				return
			}
		}
		if missing == nil {
			return
		}
		last = missing.Error()
		select {
		case <-ticker.C():
		case <-ctx.Done():
			return
		}
	}
}

// terminate and kill ignore that the process may have ended meanwhile: then its exit is on the way.
func (c *child) terminate() { _ = c.cmd.Process.Signal(syscall.SIGTERM) }
func (c *child) kill()      { _ = c.cmd.Process.Kill() }

// describe says how a process ended.
func describe(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Sprintf("killed by signal %d (%s)", status.Signal(), status.Signal())
	}
	return fmt.Sprintf("exit code %d", state.ExitCode())
}

// openLog starts a new log and keeps the one of the run before beside it.
func openLog(file string) (*os.File, error) {
	previous := strings.TrimSuffix(file, ".log") + ".previous.log"
	if err := os.Rename(file, previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("keeping the log of the last run: %w", err)
	}
	log, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	return log, nil
}

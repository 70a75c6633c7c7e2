// Package process finds and ends the processes of a cluster.
//
// They are known by a mark in their environment and not by a list of numbers: a list goes stale, and
// a number in it may by then belong to somebody else's process.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	folderVariable = "LOCALCLUSTER_STATE"
	partVariable   = "LOCALCLUSTER_PART"
)

// Process is a running process of a cluster.
type Process struct {
	PID  int
	Part string
	// handle refers to this very process: signals through it cannot reach a later one of the same number.
	handle *os.Process
}

// Mark is the environment by which a part's process is found again.
func Mark(folder, part string) []string {
	return []string{folderVariable + "=" + folder, partVariable + "=" + part}
}

// Find lists the running processes that carry the mark of the cluster in folder.
func Find(folder string) ([]Process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var found []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if _, marked := partOf(pid, folder); !marked {
			continue
		}
		process, err := hold(pid, folder)
		if err != nil {
			return nil, err
		}
		if process != nil {
			found = append(found, *process)
		}
	}
	return found, nil
}

// hold opens a handle on the process and looks at its mark again: from there on it cannot be another one.
func hold(pid int, folder string) (*Process, error) {
	handle, err := os.FindProcess(pid)
	if err != nil {
		return nil, fmt.Errorf("opening process %d: %w", pid, err)
	}
	part, marked := partOf(pid, folder)
	if !marked {
		return nil, nil
	}
	return &Process{PID: pid, Part: part, handle: handle}, nil
}

// markWithin is much longer than a program needs from its start to its environment.
const markWithin = 5 * time.Second

// AwaitMark waits until a process that was just started can be found, or has ended. Its environment cannot be read before its program
// is laid out in memory, which comes a moment after the start has succeeded.
func AwaitMark(started *os.Process, folder string) {
	deadline, look := time.After(markWithin), time.Tick(time.Millisecond)
	for {
		_, marked := partOf(started.Pid, folder)
		if marked || started.Signal(syscall.Signal(0)) != nil {
			return
		}
		select {
		case <-look:
		case <-deadline:
			return
		}
	}
}

// partOf reads the mark of a process. One that has ended, or is another user's, has none.
func partOf(pid int, folder string) (part string, marked bool) {
	environment, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err != nil {
		return "", false
	}
	for entry := range bytes.SplitSeq(environment, []byte{0}) {
		name, value, _ := strings.Cut(string(entry), "=")
		switch name {
		case folderVariable:
			marked = value == folder
		case partVariable:
			part = value
		}
	}
	return part, marked
}

// Signal sends a signal. To a process that has ended meanwhile that is no error.
func (p Process) Signal(signal syscall.Signal) error {
	if err := p.handle.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sending %s to %s (process %d): %w", signal, p.Part, p.PID, err)
	}
	return nil
}

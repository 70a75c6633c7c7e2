package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

// ErrNotWhole says that the cluster, or a part of it, does not work.
var ErrNotWhole = errors.New("the cluster is not up")

// partStatus is a line of the table.
type partStatus struct{ name, pid, state, health string }

const (
	healthy = "ok"
	unknown = "-"
)

// Status prints every part with its process, state and health as they are now, and fails with
// [ErrNotWhole] unless all of them work.
func (c Cluster) Status(ctx context.Context, out io.Writer) error {
	now, err := c.look()
	if err != nil {
		return err
	}
	lines, err := c.describeParts(ctx, now)
	if err != nil {
		return err
	}
	lines = slices.Insert(lines, 0, now.describeSupervisor())
	if err := printTable(out, lines); err != nil {
		return err
	}
	for _, part := range now.record.Crashed() {
		printCrash(out, part, c.Folder.Log(part.Name))
	}
	works := func(line partStatus) bool { return line.health == healthy }
	if slices.ContainsFunc(lines, func(line partStatus) bool { return !works(line) }) {
		return ErrNotWhole
	}
	return nil
}

func (v view) describeSupervisor() partStatus {
	line := partStatus{name: supervisorName, pid: unknown, state: "not running", health: unknown}
	switch process, found := v.supervisor(); {
	case found:
		line.pid, line.state = strconv.Itoa(process.PID), string(v.record.Phase)
		if v.record.Phase == supervise.Running {
			line.health = healthy
		}
	case v.record.Phase == supervise.Failed:
		line.state = "ended: the start failed"
	case v.abandoned():
		line.state = "gone without stopping the cluster"
	}
	return line
}

// describeParts asks all parts at once: one that hangs shall not hold up the others' lines.
func (c Cluster) describeParts(ctx context.Context, now view) ([]partStatus, error) {
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return nil, err
	}
	stages, err := parts.Stages(c.Folder, settings)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(stages...)
	lines := make([]partStatus, len(all))
	var asking sync.WaitGroup
	for i, part := range all {
		asking.Go(func() { lines[i] = now.describe(ctx, part) })
	}
	asking.Wait()
	return lines, nil
}

func (v view) describe(ctx context.Context, part supervise.Part) partStatus {
	line := partStatus{name: part.Name, pid: unknown, state: "not running", health: unknown}
	known, _ := v.record.Part(part.Name)
	if process, found := v.process(part.Name); found {
		line.pid, line.state, line.health = strconv.Itoa(process.PID), "running", healthy
		if err := part.Ready(ctx, known.Started); err != nil {
			line.health = err.Error()
		}
		return line
	}
	if known.Exit != nil && known.Exit.Crash {
		line.state = fmt.Sprintf("ended by itself at %s: %s", known.Exit.At.Format(time.DateTime), known.Exit.Reason)
	}
	return line
}

func printTable(out io.Writer, lines []partStatus) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "PART\tPID\tSTATE\tHEALTH")
	for _, line := range lines {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", line.name, line.pid, line.state, line.health)
	}
	return table.Flush()
}

func printCrash(out io.Writer, part supervise.PartRecord, log string) {
	fmt.Fprintf(out, "\nThe last words of %s (all of them are in %s):\n", part.Name, log)
	for _, line := range part.Exit.LastLines {
		fmt.Fprintln(out, "  "+line)
	}
}

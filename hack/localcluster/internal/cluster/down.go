package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/process"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

const (
	// orderlyWithin is more than all parts together may take to stop.
	orderlyWithin = 100 * time.Second
	// killedWithin is how long the kernel may take to end what was killed.
	killedWithin = 10 * time.Second
)

// Down ends every process of the cluster and undoes its mounts and control groups. The state stays.
func (c Cluster) Down(ctx context.Context) error {
	release, err := c.lock()
	if err != nil {
		return err
	}
	defer release()
	return c.down(ctx)
}

// Purge does what [Cluster.Down] does and then removes the state.
func (c Cluster) Purge(ctx context.Context) error {
	release, err := c.lock()
	if err != nil {
		return err
	}
	defer release()
	if err := c.down(ctx); err != nil {
		return err
	}
	if err := c.Folder.Purge(); err != nil {
		return err
	}
	c.say("removed %s", c.Folder.Root())
	return nil
}

func (c Cluster) down(ctx context.Context) error {
	now, err := c.look()
	if err != nil {
		return err
	}
	if len(now.processes) == 0 {
		c.say("nothing runs in %s", c.Folder.Root())
	} else if err := c.stop(ctx, now); err != nil {
		return err
	}
	unmounted, err := c.Folder.Unmount()
	if err != nil {
		return err
	}
	for _, mount := range unmounted {
		c.say("unmounted %s, which an unclean end had left", mount)
	}
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return err
	}
	if settings.Node == statedir.RealNode {
		return machine.RemoveControlGroups()
	}
	return nil
}

// stop asks the supervisor to stop the parts in order, and kills whatever is left without one.
func (c Cluster) stop(ctx context.Context, now view) error {
	begun := c.Clock.Now()
	if supervisor, found := now.supervisor(); found {
		c.say("stopping; the node ends its pods first")
		if err := supervisor.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		left, err := c.awaitEnd(ctx, orderlyWithin)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			c.say("stopped after %.1f s", c.Clock.Since(begun).Seconds())
			return nil
		}
		c.say("%s did not stop", names(left))
	}
	return c.killAll(ctx)
}

func (c Cluster) killAll(ctx context.Context) error {
	left, err := process.Find(c.Folder.Root())
	if err != nil {
		return err
	}
	for _, each := range left {
		c.say("killing %s (process %d)", each.Part, each.PID)
		if err := each.Signal(syscall.SIGKILL); err != nil {
			return err
		}
	}
	left, err = c.awaitEnd(ctx, killedWithin)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("%s cannot be killed", names(left))
	}
	return nil
}

// awaitEnd waits until no process of the cluster is left, but not longer than the given time, and
// returns those that are.
func (c Cluster) awaitEnd(ctx context.Context, limit time.Duration) ([]process.Process, error) {
	deadline := c.Clock.Now().Add(limit)
	ticker := c.Clock.NewTicker(lookInterval)
	defer ticker.Stop()
	for {
		left, err := process.Find(c.Folder.Root())
		if err != nil || len(left) == 0 || c.Clock.Now().After(deadline) {
			return left, err
		}
		select {
		case <-ticker.C():
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for %s to end: %w", names(left), ctx.Err())
		}
	}
}

func names(processes []process.Process) string {
	var all []string
	for _, each := range processes {
		all = append(all, each.Part)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

package cluster

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"township.dev/liaison/hack/localcluster/internal/imagelist"
	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// Wanted is what a cluster shall be like.
type Wanted struct {
	// Images are added to those it knows. Only a process node needs to be told of them.
	Images []images.Image
	// Node is the kind of its node; empty is the one it has, or a process node.
	Node statedir.NodeKind
}

// Up makes the cluster run as it is wanted, and waits until it is ready.
// A cluster that runs already is left alone; one with a part missing is stopped and started afresh.
func (c Cluster) Up(ctx context.Context, wanted Wanted) error {
	begun := c.Clock.Now()
	running, err := c.launchUnlessRunning(ctx, wanted)
	if err != nil {
		return err
	}
	if running {
		c.say("already up in %s", c.Folder.Root())
		return nil
	}
	// Without the lock, so that down can end a start that hangs.
	if err := c.awaitReady(ctx); err != nil {
		return err
	}
	c.say("up after %.1f s", c.Clock.Since(begun).Seconds())
	return nil
}

func (c Cluster) launchUnlessRunning(ctx context.Context, wanted Wanted) (running bool, err error) {
	release, err := c.lock()
	if err != nil {
		return false, err
	}
	defer release()

	if err := c.settleNode(ctx, wanted.Node); err != nil {
		return false, err
	}
	if err := c.updateImages(wanted.Images); err != nil {
		return false, err
	}
	now, err := c.look()
	if err != nil {
		return false, err
	}
	switch {
	case now.whole():
		return true, nil
	case now.starting():
		c.say("already starting in %s; waiting for it", c.Folder.Root())
		return false, nil
	case len(now.processes) > 0:
		c.tellWhatIsWrong(now)
		if err := c.stop(ctx, now); err != nil {
			return false, err
		}
	case now.abandoned():
		c.say("the last supervisor was killed, and its parts with it")
	}
	return false, c.launch(ctx)
}

func (c Cluster) lock() (release func(), err error) {
	return c.Folder.Lock(func() {
		c.say("another command is at work in %s; waiting for it", c.Folder.Root())
	})
}

// settleNode keeps the kind of node that the cluster began with: what its pods left would be of no use to another.
func (c Cluster) settleNode(ctx context.Context, wanted statedir.NodeKind) error {
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return err
	}
	has := settings.Node
	if has == "" && settings.Ports.APIServer != 0 {
		has = statedir.ProcessNode
	}
	settings.Node = cmp.Or(has, wanted, statedir.ProcessNode)
	if wanted != "" && wanted != settings.Node {
		return fmt.Errorf("the cluster in %s has a %s node and cannot get a %s one: choose another folder with --dir, or begin anew after `localcluster down --purge`",
			c.Folder.Root(), settings.Node, wanted)
	}
	if settings.Node == statedir.RealNode {
		if err := machine.Check(ctx, c.Folder.Root()); err != nil {
			return err
		}
	}
	return c.Folder.WriteSettings(settings)
}

func (c Cluster) updateImages(given []images.Image) error {
	changed, err := imagelist.Update(c.Folder.Images(), given)
	if err != nil {
		return err
	}
	if changed && len(given) > 0 {
		c.say("images updated; containers that run go on with what they were started from")
	}
	return nil
}

// tellWhatIsWrong says why a cluster of which something runs is started afresh.
func (c Cluster) tellWhatIsWrong(now view) {
	for _, part := range now.record.Crashed() {
		c.say("%s had ended by itself (%s)", part.Name, part.Exit.Reason)
	}
	if _, supervised := now.supervisor(); !supervised {
		c.say("the supervisor is gone and has left %s behind", names(now.processes))
	}
	c.say("starting the cluster afresh")
}

// launch prepares the state folder and starts the supervisor.
func (c Cluster) launch(ctx context.Context) error {
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return err
	}
	remembered := settings.Ports
	if settings.Ports, err = ports.Choose(ctx, remembered); err != nil {
		return fmt.Errorf("choosing ports: %w", err)
	}
	if remembered.APIServer != 0 && remembered.APIServer != settings.Ports.APIServer {
		c.say("port %d is taken by now; the API server moves to %d", remembered.APIServer, settings.Ports.APIServer)
	}
	if err := c.Folder.WriteSettings(settings); err != nil {
		return err
	}
	if err := pki.Ensure(c.Folder, c.Clock.Now()); err != nil {
		return err
	}
	if err := kubeconfig.WriteAll(c.Folder, settings.Ports.APIServer); err != nil {
		return err
	}
	// What the last supervisor wrote must not be taken for the new one's word.
	if err := os.RemoveAll(c.Folder.Record()); err != nil {
		return fmt.Errorf("removing the last record: %w", err)
	}
	c.say("starting in %s", c.Folder.Root())
	return startSupervisor(c.Folder)
}

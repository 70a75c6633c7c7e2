package cluster

import (
	"context"
	"fmt"
	"os"

	"township.dev/liaison/hack/localcluster/internal/imagelist"
	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
)

// Up makes the cluster run with the given images added to those it knows, and waits until it is ready.
// A cluster that runs already is left alone; one with a part missing is stopped and started afresh.
func (c Cluster) Up(ctx context.Context, given []images.Image) error {
	begun := c.Clock.Now()
	running, err := c.launchUnlessRunning(ctx, given)
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

func (c Cluster) launchUnlessRunning(ctx context.Context, given []images.Image) (running bool, err error) {
	release, err := c.lock()
	if err != nil {
		return false, err
	}
	defer release()

	if err := c.updateImages(given); err != nil {
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
	return false, c.launch()
}

func (c Cluster) lock() (release func(), err error) {
	return c.Folder.Lock(func() {
		c.say("another command is at work in %s; waiting for it", c.Folder.Root())
	})
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
func (c Cluster) launch() error {
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return err
	}
	remembered := settings.Ports
	if settings.Ports, err = ports.Choose(remembered); err != nil {
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

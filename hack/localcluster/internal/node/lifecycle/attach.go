package lifecycle

import (
	"context"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
	"township.dev/liaison/hack/localcluster/internal/node/podlog"
)

// openInput makes the pipe that is the standard input of a container that asks for one; both ends are nil for any other.
func (c *container) openInput() (reader *os.File, err error) {
	if !c.spec().Stdin {
		return nil, nil
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening the pipe for a container's stdin: %w", err)
	}
	c.setInput(writer)
	return reader, nil
}

// setInput keeps the end into which a client writes, and closes the one of the run before.
func (c *container) setInput(writer *os.File) {
	c.pod.mu.Lock()
	before := c.input
	c.input = writer
	c.pod.mu.Unlock()
	if before != nil {
		before.Close()
	}
}

// Attach hands the client's input to the container's run and shows what that prints, from its beginning, until it ends or ctx does. Both streams of the
// container come as one.
func (p *Pod) Attach(ctx context.Context, name string, streams kubeletapi.Streams) error {
	c, err := p.runningContainer(name)
	if err != nil {
		return err
	}
	number, _, _ := p.LatestRun(name)
	if streams.In != nil {
		if !c.spec().Stdin {
			return kubeletapi.BadRequest(fmt.Sprintf("container %q has no stdin", name))
		}
		go c.feed(streams.In)
	}
	goesOn := func() bool {
		latest, running, _ := p.LatestRun(name)
		return running && latest == number
	}
	out := streams.Out
	if out == nil {
		out = io.Discard
	}
	return podlog.Read(ctx, podlog.Path(p.dir, name, number), corev1.PodLogOptions{Follow: true}, goesOn, out)
}

// feed gives the container what the client says. Nobody waits for that: a program may end without having read it all.
func (c *container) feed(in io.Reader) {
	c.pod.mu.Lock()
	writer := c.input
	c.pod.mu.Unlock()
	if writer == nil {
		return // the first client has ended its input
	}
	_, _ = io.Copy(writer, in)
	if c.spec().StdinOnce {
		c.setInput(nil)
	}
}

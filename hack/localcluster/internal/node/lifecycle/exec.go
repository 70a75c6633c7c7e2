package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
)

// IP is the pod's address.
func (p *Pod) IP() string { return p.ip }

// Exec runs a program in a root of its own that is made like the container's, with its binary, volumes, user and environment, and returns its exit code.
// Processes of the container are not to be seen there.
func (p *Pod) Exec(ctx context.Context, name string, command []string, streams kubeletapi.Streams) (int, error) {
	c, err := p.runningContainer(name)
	if err != nil {
		return 0, err
	}
	plan, found := c.assemble(0)
	if found != nil {
		return 0, kubeletapi.BadRequest(fmt.Sprintf("%s: %s", found.reason, found.message))
	}
	plan.spec.Args = command
	pipes, err := connect(streams)
	if err != nil {
		return 0, err
	}
	defer pipes.wait()
	process, err := p.node.Launcher.StartWithInput(plan.spec, pipes.stdin, pipes.stdout, pipes.stderr)
	pipes.release()
	if err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { _ = process.Kill() })
	defer stop()
	return process.Wait().Code, nil
}

func (p *Pod) runningContainer(name string) (*container, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.allContainers() {
		if c.name == name && c.status.State.Running != nil {
			return c, nil
		}
	}
	return nil, kubeletapi.BadRequest(fmt.Sprintf("the pod has no running container %q", name))
}

// pipes are the ends of a program's streams that it gets.
type pipes struct {
	stdin, stdout, stderr *os.File
	copies                sync.WaitGroup
}

func connect(streams kubeletapi.Streams) (*pipes, error) {
	p := &pipes{}
	var failures [3]error
	p.stdin, failures[0] = p.from(streams.In)
	p.stdout, failures[1] = p.to(streams.Out)
	p.stderr, failures[2] = p.to(streams.Err)
	if err := errors.Join(failures[:]...); err != nil {
		p.release()
		return nil, fmt.Errorf("opening the pipes of a program: %w", err)
	}
	return p, nil
}

// from copies what the client says. Nobody waits for that: a program may end without having read it all.
func (p *pipes) from(in io.Reader) (*os.File, error) {
	if in == nil {
		return nil, nil
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer writer.Close()
		_, _ = io.Copy(writer, in)
	}()
	return reader, nil
}

func (p *pipes) to(out io.Writer) (*os.File, error) {
	if out == nil {
		out = io.Discard
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.copies.Go(func() {
		defer reader.Close()
		// When the client is gone the program is killed, and there is nobody to tell.
		_, _ = io.Copy(out, reader)
	})
	return writer, nil
}

// release leaves the ends to the program, whose end is then theirs.
func (p *pipes) release() {
	for _, file := range []*os.File{p.stdin, p.stdout, p.stderr} {
		if file != nil {
			file.Close()
		}
	}
}

func (p *pipes) wait() { p.copies.Wait() }

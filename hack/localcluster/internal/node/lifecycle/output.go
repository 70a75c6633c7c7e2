package lifecycle

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"township.dev/liaison/hack/localcluster/internal/node/podlog"
)

// output carries what a container prints into its log.
type output struct {
	stdout, stderr *os.File // the ends for the container
	log            *podlog.Writer
	copies         sync.WaitGroup
	mu             sync.Mutex
	failures       []error
}

func openOutput(podDir, container string, run int32) (*output, error) {
	if err := podlog.Prune(podDir, container, run); err != nil {
		return nil, err
	}
	log, err := podlog.NewWriter(podlog.Path(podDir, container, run))
	if err != nil {
		return nil, err
	}
	o := &output{log: log}
	if o.stdout, err = o.stream("stdout"); err == nil {
		o.stderr, err = o.stream("stderr")
	}
	if err != nil {
		o.closeWriters()
		return nil, errors.Join(err, o.wait())
	}
	return o, nil
}

func (o *output) stream(name string) (*os.File, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening the pipe for a container's %s: %w", name, err)
	}
	o.copies.Go(func() {
		defer reader.Close()
		if err := o.log.Copy(name, reader); err != nil {
			o.mu.Lock()
			o.failures = append(o.failures, err)
			o.mu.Unlock()
		}
	})
	return writer, nil
}

// closeWriters leaves the pipes to the container, whose end is then the end of its log.
func (o *output) closeWriters() {
	for _, file := range []*os.File{o.stdout, o.stderr} {
		if file != nil {
			file.Close()
		}
	}
}

func (o *output) wait() error {
	o.copies.Wait()
	return errors.Join(append(o.failures, o.log.Close())...)
}

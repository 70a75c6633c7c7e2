package supervise

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"k8s.io/utils/clock"
)

// probeInterval is short because a person waits.
const probeInterval = 100 * time.Millisecond

// Supervisor runs the parts of one cluster.
type Supervisor struct {
	// Stages are the parts in order: a stage starts when all of the one before are ready.
	Stages [][]Part
	// Program is the binary that every part is a name of unless it says otherwise.
	Program string
	// Environment is what a part's process finds in its environment.
	Environment func(part string) []string
	// Log is the file that takes a part's output.
	Log func(part string) string
	// Publish takes the record after each change.
	Publish func(Record)
	Clock   clock.WithTicker
}

// Run starts the parts and watches them until ctx ends; then, or when a part fails to start, it stops
// them. It returns the reason of a failed start.
func (s *Supervisor) Run(ctx context.Context) error {
	// The kernel ends the parts when the thread that started them ends: one thread does it for all, and
	// stays. So a supervisor that is killed leaves no part behind.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	r := newRun(s)
	r.enter(Starting)
	err := r.start(ctx)
	if err == nil {
		r.watch(ctx)
		r.enter(Stopping)
	}
	r.stop()
	if err != nil {
		r.enter(Failed)
		return err
	}
	r.enter(Stopped)
	return nil
}

// run is one life of a cluster. All its fields belong to the goroutine of Run; others talk to it through
// the two channels.
type run struct {
	*Supervisor
	record   Record
	children map[string]*child
	exits    chan exit
	answers  chan answer
}

func newRun(s *Supervisor) *run {
	parts := len(slices.Concat(s.Stages...))
	return &run{
		Supervisor: s,
		children:   map[string]*child{},
		exits:      make(chan exit, parts), // each part ends once, so no sender ever waits
		answers:    make(chan answer),
	}
}

// start brings up stage after stage. An end of ctx is no error: there is just nothing more to start.
func (r *run) start(ctx context.Context) error {
	for _, stage := range r.Stages {
		for _, part := range stage {
			if err := r.launch(ctx, part); err != nil {
				return err
			}
		}
		if err := r.await(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
	r.enter(Running)
	return nil
}

// await returns when every part started so far is ready, or with the first that ends instead.
func (r *run) await(ctx context.Context) error {
	for !r.allReady() {
		select {
		case <-ctx.Done():
			return nil
		case answer := <-r.answers:
			r.noteAnswer(answer)
		case exit := <-r.exits:
			r.noteExit(exit, true)
			return fmt.Errorf("%s ended while the cluster started: %s", exit.part, exit.reason)
		}
	}
	return nil
}

func (r *run) allReady() bool {
	return !slices.ContainsFunc(r.record.Parts, func(part PartRecord) bool { return part.Ready == nil })
}

// watch records the parts that end by themselves, until ctx ends.
func (r *run) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case exit := <-r.exits:
			r.noteExit(exit, true)
		}
	}
}

// stop ends the parts one after the other, the last started first.
func (r *run) stop() {
	for _, part := range slices.Backward(slices.Concat(r.Stages...)) {
		if child := r.children[part.Name]; child != nil {
			r.end(child)
		}
	}
}

func (r *run) end(child *child) {
	child.stopProbing()
	if r.hasEnded(child) {
		return
	}
	child.terminate()
	patience := r.Clock.NewTimer(child.part.StopWithin)
	defer patience.Stop()
	for !r.hasEnded(child) {
		select {
		case exit := <-r.exits:
			r.noteExit(exit, false)
		case <-patience.C():
			child.kill()
		}
	}
}

func (r *run) hasEnded(child *child) bool {
	known, _ := r.record.Part(child.part.Name)
	return known.Exit != nil
}

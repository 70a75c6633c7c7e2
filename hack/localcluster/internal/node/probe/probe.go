// Package probe asks a container how it is, as often as its probes say, and decides when it has started, when it is ready and
// when it must be restarted.
package probe

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
)

// Kind is which of a container's probes.
type Kind string

// The kinds are spelled as in kubelet's events.
const (
	Startup   Kind = "Startup"
	Liveness  Kind = "Liveness"
	Readiness Kind = "Readiness"
)

// Check asks once. The message says what was wrong.
type Check func(ctx context.Context, probe *corev1.Probe) (healthy bool, message string)

// Observer learns what the probes found. Its methods may be called from several goroutines.
type Observer interface {
	// Started is called once, when the startup probe has succeeded; at once if there is none.
	Started()
	// Ready is called whenever readiness changes. Without a readiness probe a started container is ready.
	Ready(ready bool)
	// Unhealthy is called for each check that fails.
	Unhealthy(kind Kind, message string)
	// MustRestart is called once, when startup or liveness has failed too often.
	MustRestart(kind Kind, probe *corev1.Probe)
}

// Watch probes the container until ctx is done or the container must be restarted.
func Watch(ctx context.Context, clock clock.Clock, container *corev1.Container, check Check, observer Observer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := watcher{clock: clock, check: check, observer: observer}

	if probe := container.StartupProbe; probe != nil && w.run(ctx, Startup, probe, untilFirst) != healthy {
		if ctx.Err() == nil {
			observer.MustRestart(Startup, probe)
		}
		return
	}
	observer.Started()

	var readiness sync.WaitGroup
	defer readiness.Wait()
	defer cancel()
	if probe := container.ReadinessProbe; probe != nil {
		readiness.Go(func() {
			w.run(ctx, Readiness, probe, func(v verdict) bool { observer.Ready(v == healthy); return false })
		})
	} else {
		observer.Ready(true)
	}
	if probe := container.LivenessProbe; probe != nil {
		w.run(ctx, Liveness, probe, func(v verdict) bool { return v == unhealthy })
		if ctx.Err() == nil {
			observer.MustRestart(Liveness, probe)
		}
		return
	}
	<-ctx.Done()
}

type watcher struct {
	clock    clock.Clock
	check    Check
	observer Observer
}

// untilFirst ends a probe's run at its first verdict.
func untilFirst(verdict) bool { return true }

// run checks until decided says that a verdict ends it, and returns that verdict.
func (w watcher) run(ctx context.Context, kind Kind, probe *corev1.Probe, decided func(verdict) bool) verdict {
	tally := tally{successThreshold: probe.SuccessThreshold, failureThreshold: probe.FailureThreshold}
	if delay := seconds(probe.InitialDelaySeconds); delay > 0 && !w.wait(ctx, delay) {
		return undecided
	}
	for {
		ok, message := w.check(ctx, probe)
		if ctx.Err() != nil {
			return undecided
		}
		if !ok {
			w.observer.Unhealthy(kind, message)
		}
		if verdict, changed := tally.count(ok); changed && decided(verdict) {
			return verdict
		}
		if !w.wait(ctx, max(seconds(probe.PeriodSeconds), time.Second)) {
			return undecided
		}
	}
}

func (w watcher) wait(ctx context.Context, delay time.Duration) bool {
	timer := w.clock.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C():
		return true
	}
}

type verdict int

const (
	undecided verdict = iota
	healthy
	unhealthy
)

// tally turns single checks into verdicts: only an unbroken run of the threshold's length changes one.
type tally struct {
	successThreshold, failureThreshold int32

	last    bool
	run     int32
	verdict verdict
}

func (t *tally) count(ok bool) (v verdict, changed bool) {
	if t.run == 0 || ok != t.last {
		t.last, t.run = ok, 0
	}
	t.run++
	before := t.verdict
	switch {
	case ok && t.run >= t.successThreshold:
		t.verdict = healthy
	case !ok && t.run >= t.failureThreshold:
		t.verdict = unhealthy
	}
	return t.verdict, t.verdict != before
}

func seconds(count int32) time.Duration { return time.Duration(count) * time.Second }

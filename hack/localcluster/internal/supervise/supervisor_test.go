package supervise

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAStageStartsWhenTheOneBeforeIsReady(t *testing.T) {
	etcd, apiServer := steady(t, "etcd"), steady(t, "kube-apiserver")
	gate := make(chan struct{})
	etcd.Ready = func(ctx context.Context, _ time.Time) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c := start(t, []Part{etcd}, []Part{apiServer})

	started := c.await("etcd starts", func(r Record) bool { return len(r.Parts) == 1 })
	if started.Parts[0].Ready != nil || started.Phase != Starting {
		t.Errorf("the record says %+v before etcd is ready", started)
	}
	close(gate)
	running := c.await("the cluster runs", phase(Running))
	if got := names(running); !slices.Equal(got, []string{"etcd", "kube-apiserver"}) {
		t.Errorf("started %v", got)
	}
}

func TestWhatAPartLacksIsRecorded(t *testing.T) {
	part := steady(t, "etcd")
	answers := []error{errors.New("no leader yet"), errors.New("no disk yet"), nil}
	part.Ready = func(context.Context, time.Time) error {
		answer := answers[0]
		answers = answers[1:]
		return answer
	}
	c := start(t, []Part{part})

	c.await("the first answer", func(r Record) bool { return len(r.Parts) == 1 && r.Parts[0].Waiting == "no leader yet" })
	c.clock.Step(probeInterval)
	c.await("the second answer", func(r Record) bool { return r.Parts[0].Waiting == "no disk yet" })
	c.clock.Step(probeInterval)
	ready := c.await("the part is ready", phase(Running))
	if ready.Parts[0].Waiting != "" {
		t.Errorf("a part that is ready still lacks %q", ready.Parts[0].Waiting)
	}
}

func TestACrashIsRecordedAndNotHidden(t *testing.T) {
	c := start(t, []Part{steady(t, "etcd"), steady(t, "kube-scheduler")})
	running := c.await("the cluster runs", phase(Running))
	c.clock.Step(time.Hour)
	crashedAt := c.clock.Now()

	kill(t, running, "kube-scheduler")
	record := c.await("the crash", func(r Record) bool { return len(r.Crashed()) == 1 })
	crashed := record.Crashed()[0]
	if crashed.Name != "kube-scheduler" || crashed.Exit.Reason != "killed by signal 9 (killed)" || !crashed.Exit.At.Equal(crashedAt) {
		t.Errorf("recorded %s: %+v", crashed.Name, crashed.Exit)
	}
	if want := []string{"I am kube-scheduler"}; !slices.Equal(crashed.Exit.LastLines, want) {
		t.Errorf("its last words are recorded as %q, want %q", crashed.Exit.LastLines, want)
	}
	if record.Phase != Running || part(record, "etcd").Exit != nil {
		t.Errorf("the others should go on: %+v", record)
	}
	final := c.stop()
	if restarted := len(final.Parts) != 2; restarted {
		t.Errorf("something was started again: %+v", final)
	}
	if etcd := part(final, "etcd"); etcd.Exit == nil || etcd.Exit.Crash {
		t.Errorf("etcd was asked to end, but is recorded with %+v", etcd.Exit)
	}
}

func TestACrashFailsTheStart(t *testing.T) {
	failing := failing(t, "kube-apiserver", 3)
	c := start(t, []Part{steady(t, "etcd")}, []Part{failing}, []Part{steady(t, "node")})

	err := c.end()
	if err == nil || !strings.Contains(err.Error(), "kube-apiserver") || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("the start failed with %v", err)
	}
	final := c.last
	if final.Phase != Failed || !slices.Equal(names(final), []string{"etcd", "kube-apiserver"}) {
		t.Errorf("the record says %+v", final)
	}
	if crashed := part(final, "kube-apiserver"); !slices.Contains(crashed.Exit.LastLines, "bad flag") {
		t.Errorf("its last words are missing: %+v", crashed.Exit)
	}
	if etcd := part(final, "etcd"); etcd.Exit == nil || etcd.Exit.Crash {
		t.Errorf("etcd was not stopped: %+v", etcd)
	}
}

func TestPartsStopInReverse(t *testing.T) {
	c := start(t, []Part{steady(t, "etcd")}, []Part{steady(t, "kube-apiserver"), steady(t, "node")})
	c.await("the cluster runs", phase(Running))

	var order []string
	c.seen = func(r Record) {
		for _, part := range r.Parts {
			if part.Exit != nil && !slices.Contains(order, part.Name) {
				order = append(order, part.Name)
			}
		}
	}
	if final := c.stop(); final.Phase != Stopped {
		t.Errorf("the last phase is %s", final.Phase)
	}
	if want := []string{"node", "kube-apiserver", "etcd"}; !slices.Equal(order, want) {
		t.Errorf("they ended in the order %v, want %v", order, want)
	}
}

func TestAPartThatDoesNotEndIsKilled(t *testing.T) {
	stubborn := stubborn(t, "node")
	stubborn.StopWithin = 45 * time.Second
	c := start(t, []Part{stubborn})
	c.await("the cluster runs", phase(Running))

	c.cancel()
	c.await("the stop", phase(Stopping))
	<-c.clock.timers // the supervisor counts its patience
	c.clock.Step(stubborn.StopWithin)
	if err := c.end(); err != nil {
		t.Fatal(err)
	}
	if exit := c.last.Parts[0].Exit; exit.Reason != "killed by signal 9 (killed)" || exit.Crash {
		t.Errorf("recorded %+v", exit)
	}
}

func TestAKilledSupervisorLeavesNoPart(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	supervisor := reexec(t, supervisorProgram, t.TempDir())
	supervisor.Stdout = writer // handed on to its part
	if err := supervisor.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	if _, err := reader.Read(make([]byte, len(partIsReady))); err != nil {
		t.Fatalf("the part did not start: %v", err)
	}

	if err := supervisor.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = supervisor.Wait()
	// The pipe ends when the last process that holds it does.
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Fatal(err)
	}
}

func TestTheLogOfTheRunBeforeIsKept(t *testing.T) {
	part := steady(t, "etcd")
	folder := t.TempDir()
	for range 2 {
		c := startIn(t, folder, []Part{part})
		c.await("the cluster runs", phase(Running))
		c.stop()
	}
	for _, log := range []string{"etcd.log", "etcd.previous.log"} {
		if got := lastLines(folder + "/" + log); !slices.Equal(got, []string{"I am etcd"}) {
			t.Errorf("%s holds %q", log, got)
		}
	}
}

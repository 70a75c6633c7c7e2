package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/hack/localcluster/internal/supervise"
)

var begun = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func TestProgressTellsEachPartOnce(t *testing.T) {
	var said []string
	p := newProgress(&said)
	for range 3 {
		p.follow(recordOf(readyAfter("etcd", 400*time.Millisecond), waitingFor("kube-apiserver", "connection refused")), begun.Add(time.Second))
	}
	p.follow(recordOf(readyAfter("etcd", 400*time.Millisecond), readyAfter("kube-apiserver", 3*time.Second)), begun.Add(4*time.Second))

	want := []string{"etcd is ready after 0.4 s", "kube-apiserver is ready after 3.0 s"}
	if !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}

func TestProgressExplainsALongSilence(t *testing.T) {
	var said []string
	p := newProgress(&said)
	waiting := recordOf(readyAfter("etcd", time.Second), waitingFor("node", "the node is not ready"))
	p.follow(waiting, begun.Add(time.Second))
	said = nil
	for second := 2; second <= 25; second++ {
		p.follow(waiting, begun.Add(time.Duration(second)*time.Second))
	}
	want := []string{"still waiting for node: the node is not ready", "still waiting for node: the node is not ready"}
	if !slices.Equal(said, want) {
		t.Errorf("in 24 silent seconds it said %q, want %q", said, want)
	}
}

func TestGivingUpNamesWhatIsMissing(t *testing.T) {
	expired, cancel := context.WithDeadline(t.Context(), begun)
	defer cancel()
	err := Cluster{}.gaveUp(expired, recordOf(readyAfter("etcd", time.Second), waitingFor("kube-apiserver", "")))
	for _, want := range []string{"kube-apiserver: no answer yet", "goes on starting", "down"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func newProgress(said *[]string) *progress {
	return &progress{
		say:      func(format string, values ...any) { *said = append(*said, fmt.Sprintf(format, values...)) },
		lastWord: begun,
	}
}

func recordOf(parts ...supervise.PartRecord) supervise.Record {
	return supervise.Record{Phase: supervise.Starting, Parts: parts}
}

func readyAfter(name string, took time.Duration) supervise.PartRecord {
	ready := begun.Add(took)
	return supervise.PartRecord{Name: name, Started: begun, Ready: &ready}
}

func waitingFor(name, what string) supervise.PartRecord {
	return supervise.PartRecord{Name: name, Started: begun, Waiting: what}
}

// Package cluster starts, stops and describes a cluster as a whole. Its functions are the verbs of the
// command line.
package cluster

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/process"
	"township.dev/liaison/hack/localcluster/internal/statedir"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

const (
	supervisorName = "supervisor"
	// lookInterval is how often a waiting command looks whether something has changed.
	lookInterval = 100 * time.Millisecond
)

// Cluster is the cluster in one state folder.
type Cluster struct {
	Folder statedir.Folder
	// Out takes what a person wants to know while waiting.
	Out   io.Writer
	Clock clock.WithTicker
}

func (c Cluster) say(format string, values ...any) {
	fmt.Fprintf(c.Out, "localcluster: "+format+"\n", values...)
}

// view is the cluster as it is at one moment: what its supervisor wrote, and what really runs.
type view struct {
	record    supervise.Record
	processes []process.Process
}

func (c Cluster) look() (view, error) {
	record, err := supervise.ReadRecord(c.Folder.Record())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return view{}, err
	}
	processes, err := process.Find(c.Folder.Root())
	if err != nil {
		return view{}, err
	}
	return view{record: record, processes: processes}, nil
}

// supervisor is the process that started the others, if it lives.
func (v view) supervisor() (process.Process, bool) { return v.process(supervisorName) }

func (v view) process(part string) (process.Process, bool) {
	index := slices.IndexFunc(v.processes, func(p process.Process) bool { return p.Part == part })
	if index < 0 {
		return process.Process{}, false
	}
	return v.processes[index], true
}

// whole tells that the cluster runs with every part.
func (v view) whole() bool {
	_, supervised := v.supervisor()
	return supervised && v.record.Phase == supervise.Running && len(v.record.Crashed()) == 0
}

// starting tells that a supervisor is at work on the way up. Before it has written anything it is too.
func (v view) starting() bool {
	_, supervised := v.supervisor()
	return supervised && (v.record.Phase == supervise.Starting || v.record.Phase == "")
}

// abandoned tells that the last supervisor ended without stopping the cluster.
func (v view) abandoned() bool {
	_, supervised := v.supervisor()
	phase := v.record.Phase
	return !supervised && phase != "" && phase != supervise.Stopped && phase != supervise.Failed
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// runner is one run over one number of stations.
type runner struct {
	options   options
	townships []township
	cluster   *cluster
	operator  *operator
	intakes   *intakes
	progress
}

// progress is what a resumed run begins with.
type progress struct {
	Done    []string `json:"done"`
	Figures figures  `json:"figures"`
	// Plain is what the plain client has taken so far.
	Plain effort `json:"plain"`
	// Provision is what the operator has taken so far.
	Provision effort `json:"provision"`
	// Requests while it did.
	Requests map[string]float64 `json:"requests"`
	// Port of the stand-in for intakes, which the pods name.
	Port int32 `json:"port"`
}

// effort for a number of stations.
type effort struct {
	Stations int     `json:"stations"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu"`
}

// phase is a part of the run. One that is interrupted begins anew, provisioning apart, which goes on.
type phase struct {
	name string
	run  func(*runner, context.Context) error
}

// phases in their order. The plain client works before and after the operator, because the machine need not be as fast at both times.
var phases = []phase{
	{"an operator without stations", (*runner).measureBase},
	{"plain server-side apply, first half", (*runner).applyFirstHalf},
	{"declaring the stations", (*runner).declare},
	{"provisioning", (*runner).provision},
	{"pods become ready", (*runner).becomeReady},
	{"settled", (*runner).measureSettled},
	{"edits", (*runner).measureEdits},
	{"edits of the same stations", (*runner).measureEditsAgain},
	{"repairs", (*runner).measureRepairs},
	{"scrapes", (*runner).measureScrapes},
	{"a sweep of polls", (*runner).measureSweep},
	{"restart", (*runner).measureRestart},
	{"plain server-side apply, second half", (*runner).applySecondHalf},
	{"rosters", (*runner).measureRosters},
}

func begin(o options) (*runner, error) {
	r := &runner{options: o}
	var err error
	if r.townships, err = readTownships(o.townships, o.areas, o.stations); err != nil {
		return nil, err
	}
	if err := r.resume(); err != nil {
		return nil, err
	}
	if r.intakes, err = startIntakes(context.Background(), r.Port); err != nil {
		return nil, err
	}
	r.Port = r.intakes.port
	if r.cluster, err = startCluster(o.assets, o.crds, o.state); err != nil {
		return nil, errors.Join(err, r.intakes.server.Close())
	}
	return r, nil
}

func (r *runner) resume() error {
	data, err := os.ReadFile(r.stateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what is done: %w", err)
	}
	if err := json.Unmarshal(data, &r.progress); err != nil {
		return fmt.Errorf("reading what is done: %w", err)
	}
	r.say("resuming after %d of %d phases", len(r.Done), len(phases))
	return nil
}

func (r *runner) stateFile() string { return filepath.Join(r.options.state, "progress.json") }

func (r *runner) save() error { return writeJSON(r.stateFile(), r.progress) }

func (r *runner) end() {
	err := errors.Join(r.stopOperator(), r.cluster.stop(), r.intakes.server.Close())
	if err != nil {
		r.say("stopping: %v", err)
	}
}

func (r *runner) stopOperator() error {
	if r.operator == nil {
		return nil
	}
	err := r.operator.stop()
	r.operator = nil
	return err
}

func (r *runner) measure(ctx context.Context) error {
	r.Figures.Stations = len(r.townships)
	for _, p := range phases {
		if slices.Contains(r.Done, p.name) {
			continue
		}
		r.say("%s", p.name)
		if err := p.run(r, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		r.Done = append(r.Done, p.name)
		if err := r.save(); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "%s %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, values...))
}

// interval of the backlog polls: the operator's default, or what lets all townships be polled within two minutes.
func (r *runner) interval() time.Duration {
	const pollsPerSecond = 41352 / 120
	return max(15*time.Second, time.Duration(len(r.townships)/pollsPerSecond)*time.Second)
}

// pick n townships, spread evenly.
func (r *runner) pick(n int) []township {
	n = min(n, len(r.townships))
	picked := make([]township, 0, n)
	for i := range n {
		picked = append(picked, r.townships[i*len(r.townships)/n])
	}
	return picked
}

// pause lets time pass, or ends with the context.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

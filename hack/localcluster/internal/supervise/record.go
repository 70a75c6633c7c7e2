package supervise

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// Phase is what the supervisor is doing.
type Phase string

// A supervisor starts the parts, watches them and stops them. Failed is a start that did not succeed.
const (
	Starting Phase = "starting"
	Running  Phase = "running"
	Stopping Phase = "stopping"
	Stopped  Phase = "stopped"
	Failed   Phase = "failed"
)

// Record is what a supervisor says of its cluster. It outlives the supervisor.
type Record struct {
	Phase Phase `json:"phase"`
	// Parts are those started so far, in the order of their start.
	Parts []PartRecord `json:"parts"`
}

// PartRecord is what is known of one part's present or last run.
type PartRecord struct {
	Name    string    `json:"name"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	// Ready is when the part first worked; nil before.
	Ready *time.Time `json:"ready,omitempty"`
	// Waiting is what the part was last found to lack before it was ready.
	Waiting string `json:"waiting,omitempty"`
	// Exit is set once the part has ended.
	Exit *Exit `json:"exit,omitempty"`
}

// Exit says how a part ended.
type Exit struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	// Crash tells an end of the part's own from one it was asked for.
	Crash bool `json:"crash"`
	// LastLines are the end of a crashed part's log.
	LastLines []string `json:"lastLines,omitempty"`
}

// Crashed lists the parts that ended by themselves.
func (r Record) Crashed() []PartRecord {
	var crashed []PartRecord
	for _, part := range r.Parts {
		if part.Exit != nil && part.Exit.Crash {
			crashed = append(crashed, part)
		}
	}
	return crashed
}

// Part returns what is known of the named part.
func (r Record) Part(name string) (PartRecord, bool) {
	index := slices.IndexFunc(r.Parts, func(part PartRecord) bool { return part.Name == name })
	if index < 0 {
		return PartRecord{}, false
	}
	return r.Parts[index], true
}

// ReadRecord reads a record from file.
func ReadRecord(file string) (Record, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Record{}, fmt.Errorf("reading the supervisor's record: %w", err)
	}
	var record Record
	if err := json.Unmarshal(content, &record); err != nil {
		return Record{}, fmt.Errorf("reading the supervisor's record %s: %w", file, err)
	}
	return record, nil
}

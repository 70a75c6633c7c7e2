package backlog

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

// Record is what the operator remembers of its polls of one station. It is lost when the operator restarts, and the first polls bring it back.
type Record struct {
	// Known is when the operator first looked for this station's intake.
	Known time.Time
	// Answered is when the last good answer came; zero when none came yet.
	Answered time.Time
	// Report is the last good answer; it means nothing while Answered is zero.
	Report stationconf.BacklogReport
	// Errors counts the polls that brought no good answer.
	Errors uint64

	uid types.UID
	// asked is the address of the last poll; empty while the intake has no ready pod.
	asked string
	// misses counts the polls without a good answer since the last good one or since the intake became ready.
	misses int
	// silence is why the last poll brought nothing; empty after a good answer.
	silence string
	// due is when to ask next; zero when only a change of the station's pods can open a way.
	due time.Time
	// slow is whether the last poll took longer than a glance.
	slow bool
}

// Heard is when the station was last known to be well: its last answer, or else the beginning.
func (r Record) Heard() time.Time {
	if r.Answered.IsZero() {
		return r.Known
	}
	return r.Answered
}

// Memory holds a Record for each station. It is safe for concurrent use.
type Memory struct {
	mu      sync.RWMutex
	records map[types.NamespacedName]Record
}

// NewMemory returns an empty memory.
func NewMemory() *Memory { return &Memory{records: map[types.NamespacedName]Record{}} }

// Recall returns what is remembered of the station with that name and UID. A station of the same name created anew is another station.
func (m *Memory) Recall(station types.NamespacedName, uid types.UID) (Record, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	record, ok := m.records[station]
	return record, ok && record.uid == uid
}

func (m *Memory) keep(station types.NamespacedName, record Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records[station] = record
}

func (m *Memory) forget(station types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, station)
}

// recordOf is what is known of a station before its first poll. One that did not answer the operator before this one will hardly do so at once.
func recordOf(station *v1alpha1.LiaisonStation, now time.Time) Record {
	unreachable := presentCondition(station, v1alpha1.ConditionBacklogFresh).Reason == ReasonUnreachable
	return Record{uid: station.UID, Known: now, slow: unreachable}
}

// asking notes where the next poll goes. What is said of one pod does not hold for another.
func (r Record) asking(address string) Record {
	if r.asked != "" && r.asked != address {
		r.slow = false
	}
	r.asked = address
	return r
}

// answered notes a good answer.
func (r Record) answered(report stationconf.BacklogReport, now, due time.Time) Record {
	r.Answered, r.Report, r.due = now, report, due
	r.misses, r.silence = 0, ""
	return r
}

// missed notes a poll that brought nothing.
func (r Record) missed(reason string, due time.Time) Record {
	r.Errors++
	r.misses++
	r.silence, r.due = reason, due
	return r
}

// closed notes that there is nobody to ask, or no way in. The next pod that becomes ready is asked at once, and with a clean sheet.
func (r Record) closed(reason string, due time.Time) Record {
	r.asked, r.misses, r.silence, r.due, r.slow = "", 0, reason, due, false
	return r
}

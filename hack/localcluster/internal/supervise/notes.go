package supervise

import (
	"slices"
	"time"
)

// enter notes the supervisor's phase.
func (r *run) enter(phase Phase) {
	r.record.Phase = phase
	r.publish()
}

func (r *run) noteStart(name string, pid int, started time.Time) {
	r.record.Parts = append(r.record.Parts, PartRecord{Name: name, PID: pid, Started: started})
	r.publish()
}

// noteAnswer notes what a part's probe found.
func (r *run) noteAnswer(answer answer) {
	r.change(answer.part, func(part *PartRecord) {
		if answer.missing != nil {
			part.Waiting = answer.missing.Error()
			return
		}
		now := r.Clock.Now()
		part.Ready, part.Waiting = &now, ""
	})
}

// noteExit notes that a part has ended: by itself, or because it was asked to.
func (r *run) noteExit(ended exit, crash bool) {
	r.children[ended.part].stopProbing()
	r.change(ended.part, func(part *PartRecord) {
		part.Exit = &Exit{At: r.Clock.Now(), Reason: ended.reason, Crash: crash}
		if crash {
			part.Exit.LastLines = lastLines(r.Log(ended.part))
		}
	})
}

func (r *run) change(name string, edit func(*PartRecord)) {
	for i := range r.record.Parts {
		if r.record.Parts[i].Name == name {
			edit(&r.record.Parts[i])
		}
	}
	r.publish()
}

// publish hands out a copy, since the record goes on changing.
func (r *run) publish() {
	record := r.record
	record.Parts = slices.Clone(record.Parts)
	r.Publish(record)
}

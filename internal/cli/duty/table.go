package duty

import (
	"bytes"
	"fmt"
	"strings"

	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/duty"
)

// shiftTitles stand above shiftRow.
var shiftTitles = []string{"DATE", "DAY", "KIND", "DEPUTIES", "LEADER", "TOPIC", "HOURS", "PLACE", "NOTES"}

// table is the plan for a person to read, with a summary below.
func (r *planned) table() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, %s to %s\n\n", show.Printable(r.title()), r.from, r.to)
	rows := show.Columns{Titles: shiftTitles}
	for i := range r.months {
		month := &r.months[i]
		rows.Add(month.Month.String())
		if len(month.Shifts) == 0 {
			rows.Add("(no shifts)")
		}
		for k := range month.Shifts {
			rows.Add(r.row(&month.Shifts[k])...)
		}
	}
	rows.WriteTo(&b)
	b.WriteString("\n")
	r.summary().WriteTo(&b)
	return b.Bytes()
}

func (r *planned) row(s *duty.Shift) []string {
	return shiftRow(s, r.deputies, r.leaders, r.notes(s))
}

// shiftRow is a shift below the titles from DATE to NOTES.
func shiftRow(s *duty.Shift, deputies, leaders people, notes string) []string {
	serving := deputies.list(s.Deputies, ", ")
	if serving == "" {
		serving = "–"
	}
	return []string{
		s.Date.String(), s.Date.Weekday().String()[:3], string(s.Kind),
		serving, leaders.list(s.Leaders, ", "), s.Topic, s.Hours, s.Place, notes,
	}
}

// notes say what is not as usual about a shift.
func (r *planned) notes(s *duty.Shift) string {
	exchanged := ""
	if holiday, makeUp := r.calendar.MakeUp(s.Date); makeUp {
		exchanged = "worked in exchange for " + holiday
	}
	return notes(s, exchanged)
}

// notes say what is not as usual about a shift, and what else is to be said of its day.
func notes(s *duty.Shift, ofTheDay string) string {
	var parts []string
	note := func(applies bool, text string) {
		if applies {
			parts = append(parts, text)
		}
	}
	note(s.Cancelled, "cancelled")
	note(s.Uncovered > 0, fmt.Sprintf("%d UNCOVERED", s.Uncovered))
	note(!s.PostponedFrom.IsZero(), "postponed from "+s.PostponedFrom.String())
	note(ofTheDay != "", ofTheDay)
	note(s.Rule != "", "rule "+s.Rule)
	note(s.ByHand && !s.Cancelled, "by override")
	note(s.Provisional, "provisional")
	return strings.Join(parts, "; ")
}

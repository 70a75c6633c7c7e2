package duty

import (
	"bytes"
	"fmt"
	"strings"

	"township.dev/liaison/internal/duty"
)

// table is the plan for a person to read, with a summary below.
func (r *planned) table() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, %s to %s\n\n", printable(r.title()), r.from, r.to)
	rows := columns{titles: []string{"DATE", "DAY", "KIND", "DEPUTIES", "LEADER", "TOPIC", "HOURS", "PLACE", "NOTES"}}
	for i := range r.months {
		month := &r.months[i]
		rows.add(month.Month.String())
		if len(month.Shifts) == 0 {
			rows.add("(no shifts)")
		}
		for k := range month.Shifts {
			rows.add(r.row(&month.Shifts[k])...)
		}
	}
	rows.writeTo(&b)
	b.WriteString("\n")
	r.summary().writeTo(&b)
	return b.Bytes()
}

func (r *planned) row(s *duty.Shift) []string {
	deputies := r.deputies.list(s.Deputies, ", ")
	if deputies == "" {
		deputies = "–"
	}
	return []string{
		s.Date.String(), s.Date.Weekday().String()[:3], string(s.Kind),
		deputies, r.leaders.list(s.Leaders, ", "), s.Topic, s.Hours, s.Place, r.notes(s),
	}
}

// notes say what is not as usual about a shift.
func (r *planned) notes(s *duty.Shift) string {
	var parts []string
	note := func(applies bool, text string) {
		if applies {
			parts = append(parts, text)
		}
	}
	note(s.Cancelled, "cancelled")
	note(s.Uncovered > 0, fmt.Sprintf("%d UNCOVERED", s.Uncovered))
	note(!s.PostponedFrom.IsZero(), "postponed from "+s.PostponedFrom.String())
	holiday, makeUp := r.calendar.MakeUp(s.Date)
	note(makeUp, "worked in exchange for "+holiday)
	note(s.Rule != "", "rule "+s.Rule)
	note(s.ByHand && !s.Cancelled, "by override")
	note(s.Provisional, "provisional")
	return strings.Join(parts, "; ")
}

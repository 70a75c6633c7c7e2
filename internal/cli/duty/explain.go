package duty

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// showReasons tells why the shifts of a day are on that day and why those people serve.
func (p *preview) showReasons(r *planned) error {
	day := p.explain
	if day.Before(r.from) || day.After(r.to) {
		return exit.Bad(fmt.Errorf("--explain %s lies outside %s to %s", day, r.from, r.to), "choose --from and --to so that the day lies between them")
	}
	var b bytes.Buffer
	found, moved := duty.Explain(r.rules.Roster, r.calendar, r.window, day), r.movedFrom(day)
	switch {
	case len(found) == 0 && len(moved) == 0:
		fmt.Fprintf(&b, "%s (%s) has no shift.\n%s\n", day, day.Weekday(), r.calendar.ExplainNextWorking(day))
	case len(found) == 0:
		fmt.Fprintf(&b, "%s (%s) has no shift: its reception is on %s.\n", day, day.Weekday(), moved[0].Shift.Date)
	}
	for _, explanation := range append(found, moved...) {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		r.writeReasons(&b, &explanation)
	}
	if _, err := p.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the reasons: %w", err)
	}
	return nil
}

// movedFrom explains the receptions that would have been on the day by their rule: who asks about it wants to know where they went.
func (r *planned) movedFrom(day workday.Date) []duty.Explanation {
	var found []duty.Explanation
	for shift := range r.shifts() {
		if shift.PostponedFrom != day {
			continue
		}
		for _, explanation := range duty.Explain(r.rules.Roster, r.calendar, r.window, shift.Date) {
			if explanation.Shift.PostponedFrom == day {
				found = append(found, explanation)
			}
		}
	}
	return found
}

func (r *planned) writeReasons(b *bytes.Buffer, e *duty.Explanation) {
	s := &e.Shift
	head := show.Columns{}
	head.Add(fmt.Sprintf("%s (%s)", s.Date, s.Date.Weekday()), string(s.Kind), r.deputies.list(s.Deputies, ", "), r.leaders.list(s.Leaders, ", "),
		s.Topic, s.Hours, s.Place, r.notes(s))
	head.WriteTo(b)

	fmt.Fprintf(b, "\nWHY THIS DAY\n%s\n", e.Rule)
	if trace := r.trace(e); trace != nil {
		fmt.Fprintf(b, "%s\n", trace)
	}
	fmt.Fprintf(b, "\nWHY THESE PEOPLE\n%s\n", e.Note)
	if s.Cancelled {
		return
	}
	b.WriteString("\n")
	r.candidates(e, false, "DEPUTY").WriteTo(b)
	if leaders := r.candidates(e, true, "LEADER"); leaders.Len() > 0 {
		b.WriteString("\n")
		leaders.WriteTo(b)
	}
}

// trace is how the shift came to its day or, where nothing moved, what makes it a working day; nil where it is none.
func (r *planned) trace(e *duty.Explanation) *workday.Trace {
	if e.Trace != nil {
		return e.Trace
	}
	trace := r.calendar.ExplainNextWorking(e.Shift.Date)
	if trace.Result != e.Shift.Date {
		return nil
	}
	return &trace
}

// mostInLine is how many people who were not chosen are listed: enough to see that none of them came before those who were.
const mostInLine = 10

// candidates lists who was chosen, who would have been next, and who was away.
func (r *planned) candidates(e *duty.Explanation, leaders bool, title string) *show.Columns {
	rows := &show.Columns{Titles: []string{title, "TURNS BEFORE", "LAST TURN", "TOPIC", ""}}
	names := r.deputies
	if leaders {
		names = r.leaders
	}
	more := 0
	for _, c := range inLine(e.Candidates, leaders) {
		state := c.Away
		switch {
		case c.Chosen:
			state = strings.TrimSuffix("chosen, though "+c.Away, ", though ")
		case c.Away == "" && rows.Len() >= mostInLine+len(e.Shift.Deputies):
			more++
			continue
		}
		fits := ""
		if c.Fits {
			fits = "fits"
		}
		rows.Add(names.name(c.ID), fmt.Sprint(c.Turns), c.Last.String(), fits, state)
	}
	if more > 0 {
		rows.Add(fmt.Sprintf("(and %d more behind them)", more))
	}
	return rows
}

// inLine puts the chosen first, then who could have served by turns and waiting, then who was away; equals stay in the order of the roster.
func inLine(candidates []duty.Candidate, leaders bool) []duty.Candidate {
	line := slices.DeleteFunc(slices.Clone(candidates), func(c duty.Candidate) bool { return c.Leader != leaders })
	place := func(c duty.Candidate) int {
		switch {
		case c.Chosen:
			return 0
		case c.Away == "":
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(line, func(a, b duty.Candidate) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Turns, b.Turns), a.Last.Compare(b.Last))
	})
	return line
}

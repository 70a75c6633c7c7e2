package announcement

import (
	"strconv"
	"strings"

	"township.dev/liaison/internal/workday"
)

// Shift is as much of a reception or a duty as its identity follows from.
type Shift struct {
	// Reception, or else duty.
	Reception bool
	// Rule is the name of the additional rule; empty for the roster's reception and for duty.
	Rule                string
	Date, PostponedFrom workday.Date
}

// nominal is the day of the rule.
func (s Shift) nominal() workday.Date {
	if s.PostponedFrom.IsZero() {
		return s.Date
	}
	return s.PostponedFrom
}

// UIDs names the shifts, in their order. A name holds for as long as the rule means the same day: a reception that is
// postponed, or postponed further, is still the same event in everybody's calendar. Every name is different: where a
// reception by hand stands on a day that the rule's own one was moved away from, the moved one keeps the name.
func UIDs(namespace, station string, shifts []Shift) []string {
	uids := make([]string, len(shifts))
	taken := map[string]int{}
	for _, moved := range []bool{true, false} {
		for i, s := range shifts {
			if s.PostponedFrom.IsZero() == moved {
				continue
			}
			name := s.name()
			taken[name]++
			if n := taken[name]; n > 1 {
				name += "-" + strconv.Itoa(n)
			}
			uids[i] = name + "@" + station + "." + namespace + ".liaison"
		}
	}
	return uids
}

func (s Shift) name() string {
	parts := []string{"duty", s.nominal().String()}
	switch {
	case s.Reception && s.Rule != "":
		parts = []string{"reception", s.Rule, s.nominal().String()}
	case s.Reception:
		parts[0] = "reception"
	}
	return strings.Join(parts, "-")
}

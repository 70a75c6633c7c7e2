package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

// severity is how bad a finding is.
type severity string

const (
	// fault keeps something from working.
	fault severity = "fault"
	// warning will keep something from working, or keeps somebody from seeing it.
	warning severity = "warning"
	// note is worth knowing.
	note severity = "note"
)

// severities from the worst to the least.
var severities = []severity{fault, warning, note}

// finding is one thing that was found.
type finding struct {
	Severity severity `json:"severity"`
	Object   string   `json:"object"`
	What     string   `json:"what"`
	Remedy   string   `json:"remedy"`
}

// findings of one examination.
type findings []finding

func (f *findings) add(s severity, object, what, remedy string) {
	*f = append(*f, finding{s, object, what, remedy})
}

// faulty reports whether a fault of the object is told already.
func (f *findings) faulty(object string) bool {
	return slices.ContainsFunc(*f, func(known finding) bool { return known.Object == object && known.Severity == fault })
}

// checks are what is looked for, in the order of cause and effect: what a later one finds may follow from what an earlier one has found.
var checks = []func(*facts, *findings){
	checkClocks,
	checkKinds,
	checkRights,
	checkOperator,
	checkLeader,
	checkServed,
	checkOptionalKinds,
	checkRosterRefs,
	checkImages,
	checkClaims,
	checkReachable,
	checkStations, // last of those about stations: it tells what none of them has told
	checkRosters,
	checkCalendars,
	checkUnseen,
}

// judge looks for everything and puts the worst first.
func judge(seen *facts) []finding {
	found := findings{}
	for _, check := range checks {
		check(seen, &found)
	}
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity))
	})
	return found
}

func named(kind, namespace, name string) string {
	return fmt.Sprintf("%s %s/%s", kind, namespace, name)
}

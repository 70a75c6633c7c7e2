package doctor

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
)

// checkRosters passes on what the operator says of a roster.
func checkRosters(seen *facts, found *findings) {
	for i := range seen.rosters {
		roster := &seen.rosters[i]
		if seen.unserved(roster.Namespace) {
			continue
		}
		stalled := meta.FindStatusCondition(roster.Status.Conditions, v1alpha1.ConditionStalled)
		switch {
		case stalled != nil && stalled.Status == metav1.ConditionTrue:
			found.add(fault, named("DeputyRoster", roster.Namespace, roster.Name), stalled.Reason, stalled.Message)
		case seen.overlooked(roster, roster.Status.ObservedGeneration):
			found.add(warning, named("DeputyRoster", roster.Namespace, roster.Name), "The operator has not planned it since it was last changed",
				seen.remedyOverlooked(roster.Namespace))
		}
	}
}

// unplanned is a year whose holidays an operator does not know.
type unplanned struct {
	year int32
	// at says in which namespace the operator looks for them.
	at string
}

// checkCalendars finds years that are planned without their holidays. That of a year to come is announced in November as a rule, so only the present one
// is more than a note.
func checkCalendars(seen *facts, found *findings) {
	names, present := map[unplanned][]string{}, map[unplanned]bool{}
	for i := range seen.rosters {
		roster := &seen.rosters[i]
		if roster.Status.Calendar == nil || seen.unserved(roster.Namespace) {
			continue
		}
		for _, year := range roster.Status.Calendar.Unknown {
			lacks := unplanned{year, seen.calendarsOf(roster.Namespace)}
			names[lacks] = append(names[lacks], roster.Namespace+"/"+roster.Name)
			present[lacks] = present[lacks] || int(year) <= seen.now.In(fromcrd.Zone(roster)).Year()
		}
	}
	for _, lacks := range slices.SortedFunc(maps.Keys(names), unplanned.compare) {
		how := note
		if present[lacks] {
			how = warning
		}
		found.add(how, fmt.Sprintf("holidays of %d", lacks.year), fmt.Sprintf("They are not known, so %s planned with weekends only, provisionally", rosters(names[lacks])),
			"Once the State Council has published the notice, apply it as a HolidayCalendar in "+lacks.at)
	}
}

// calendarsOf says where the operator looks for the holidays of a namespace.
func (f *facts) calendarsOf(namespace string) string {
	if o := f.operatorOf(namespace); o != nil {
		return "namespace " + o.place.namespace
	}
	return "the namespace of the operator that serves namespace " + namespace
}

func (u unplanned) compare(with unplanned) int {
	return cmp.Or(cmp.Compare(u.year, with.year), cmp.Compare(u.at, with.at))
}

func rosters(names []string) string {
	if len(names) == 1 {
		return "roster " + names[0] + " is"
	}
	return fmt.Sprintf("%d rosters are", len(names))
}

package doctor

import (
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
		stalled := meta.FindStatusCondition(roster.Status.Conditions, v1alpha1.ConditionStalled)
		switch {
		case stalled != nil && stalled.Status == metav1.ConditionTrue:
			found.add(fault, named("DeputyRoster", roster.Namespace, roster.Name), stalled.Reason, stalled.Message)
		case seen.overlooked(roster.Generation, roster.Status.ObservedGeneration, roster.CreationTimestamp.Time):
			found.add(warning, named("DeputyRoster", roster.Namespace, roster.Name), "The operator has not planned it since it was last changed",
				"Check that the operator runs, and that its --watch-namespaces, where given, name namespace "+roster.Namespace)
		}
	}
}

// checkCalendars finds years that are planned without their holidays. That of a year to come is announced in November as a rule, so only the present one
// is more than a note.
func checkCalendars(seen *facts, found *findings) {
	years := map[int32][]string{}
	present := map[int32]bool{}
	for i := range seen.rosters {
		roster := &seen.rosters[i]
		if roster.Status.Calendar == nil {
			continue
		}
		for _, year := range roster.Status.Calendar.Unknown {
			years[year] = append(years[year], roster.Namespace+"/"+roster.Name)
			present[year] = present[year] || int(year) <= seen.now.In(fromcrd.Zone(roster)).Year()
		}
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		how := note
		if present[year] {
			how = warning
		}
		found.add(how, fmt.Sprintf("holidays of %d", year), fmt.Sprintf("They are not known, so %s planned with weekends only, provisionally", rosters(years[year])),
			"Once the State Council has published the notice, apply it as a HolidayCalendar in namespace "+seen.operatorNamespace)
	}
}

func rosters(names []string) string {
	if len(names) == 1 {
		return "roster " + names[0] + " is"
	}
	return fmt.Sprintf("%d rosters are", len(names))
}

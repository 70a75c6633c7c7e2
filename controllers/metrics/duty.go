package metrics

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
)

func rostersByName(rosters []v1alpha1.DeputyRoster) map[types.NamespacedName]*v1alpha1.DeputyRoster {
	byName := make(map[types.NamespacedName]*v1alpha1.DeputyRoster, len(rosters))
	for i := range rosters {
		byName[types.NamespacedName{Namespace: rosters[i].Namespace, Name: rosters[i].Name}] = &rosters[i]
	}
	return byName
}

func rosterOf(station *v1alpha1.LiaisonStation, seen sight) *v1alpha1.DeputyRoster {
	if station.Spec.RosterRef == nil {
		return nil
	}
	return seen.rosters[types.NamespacedName{Namespace: station.Namespace, Name: station.Spec.RosterRef.Name}]
}

// collectDuty puts what the station's roster says. A roster that serves two stations counts for both.
func collectDuty(s series, roster *v1alpha1.DeputyRoster, zone *time.Location) {
	if next := roster.Status.NextReception; next != nil {
		if begins, ok := beginning(*next, zone); ok {
			s.put(receptionNext, float64(begins.Unix()))
		}
	}
	if roster.Status.UncoveredShifts != nil {
		s.put(uncoveredShifts, float64(*roster.Status.UncoveredShifts))
	}
	if roster.Status.BrokenAnnouncements != nil {
		s.put(brokenAnnouncements, float64(*roster.Status.BrokenAnnouncements))
	}
	if fair := roster.Status.Fairness; fair != nil {
		s.put(fairnessSpread, float64(fair.Reception), "reception")
		s.put(fairnessSpread, float64(fair.Duty), "duty")
	}
}

// beginning is the instant a reception begins; on a day without hours, the beginning of the day.
func beginning(reception v1alpha1.NextReception, zone *time.Location) (time.Time, bool) {
	begins, _, _ := strings.Cut(string(reception.Hours), "-")
	if begins == "" {
		begins = "00:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", string(reception.Date)+" "+begins, zone)
	return at, err == nil
}

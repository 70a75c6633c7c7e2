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

func rosterOf(station *v1alpha1.LiaisonStation, byName map[types.NamespacedName]*v1alpha1.DeputyRoster) *v1alpha1.DeputyRoster {
	if station.Spec.RosterRef == nil {
		return nil
	}
	return byName[types.NamespacedName{Namespace: station.Namespace, Name: station.Spec.RosterRef.Name}]
}

// duty is what the station's roster says. A roster that serves two stations counts for both.
func (v *view) duty() v1alpha1.DeputyRosterStatus {
	if v.roster == nil {
		return v1alpha1.DeputyRosterStatus{}
	}
	return v.roster.Status
}

func receptionNext(v *view, put put) {
	if next := v.duty().NextReception; next != nil {
		if begins, ok := beginning(*next, v.zone); ok {
			put(float64(begins.Unix()))
		}
	}
}

// receptionUncovered puts nothing of a roster whose status was written before there was the figure.
func receptionUncovered(v *view, put put) {
	if next := v.duty().NextReception; next != nil && next.Uncovered != nil {
		put(float64(*next.Uncovered))
	}
}

func uncoveredShifts(v *view, put put) {
	if uncovered := v.duty().UncoveredShifts; uncovered != nil {
		put(float64(*uncovered))
	}
}

func brokenAnnouncements(v *view, put put) {
	if broken := v.duty().BrokenAnnouncements; broken != nil {
		put(float64(*broken))
	}
}

func fairnessSpread(v *view, put put) {
	if fair := v.duty().Fairness; fair != nil {
		put(float64(fair.Duty), "duty")
		put(float64(fair.Reception), "reception")
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

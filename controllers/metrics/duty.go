package metrics

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

func rostersByName(rosters []v1alpha1.DeputyRoster) map[types.NamespacedName]*v1alpha1.DeputyRoster {
	byName := make(map[types.NamespacedName]*v1alpha1.DeputyRoster, len(rosters))
	for i := range rosters {
		byName[types.NamespacedName{Namespace: rosters[i].Namespace, Name: rosters[i].Name}] = &rosters[i]
	}
	return byName
}

func schedulesByName(schedules []v1alpha1.DutySchedule) map[types.NamespacedName]*v1alpha1.DutySchedule {
	byName := make(map[types.NamespacedName]*v1alpha1.DutySchedule, len(schedules))
	for i := range schedules {
		byName[types.NamespacedName{Namespace: schedules[i].Namespace, Name: schedules[i].Name}] = &schedules[i]
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
func collectDuty(s series, roster *v1alpha1.DeputyRoster, seen sight, zone *time.Location) {
	if next := roster.Status.NextReception; next != nil {
		if begins, ok := beginning(*next, zone); ok {
			s.put(receptionNext, float64(begins.Unix()))
		}
	}
	if roster.Status.UncoveredShifts != nil {
		s.put(uncoveredShifts, float64(*roster.Status.UncoveredShifts))
	}
	day := workday.DateOf(seen.now.In(zone))
	today := day.String()
	// By name, as the roster controller finds them: somebody's copy of a month under another name counts nowhere.
	name := types.NamespacedName{Namespace: roster.Namespace, Name: fromcrd.ScheduleName(roster.Name, workday.MonthOf(day))}
	if schedule, ok := seen.schedules[name]; ok && schedule.Spec.RosterRef.Name == roster.Name {
		serving := servingOn(roster.Spec.Deputies, v1alpha1.Date(today))
		ledgers := schedule.Spec.OpeningLedgers
		s.put(fairnessSpread, spread(ledgers.Reception, turnsUntil(today, v1alpha1.ShiftReception, schedule), serving), "reception")
		s.put(fairnessSpread, spread(ledgers.Duty, turnsUntil(today, v1alpha1.ShiftDuty, schedule), serving), "duty")
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

// servingOn lists the deputies who can take turns on the day, leave apart. Dates compare as text because they are written YYYY-MM-DD.
func servingOn(deputies []v1alpha1.Deputy, day v1alpha1.Date) []string {
	var serving []string
	for _, d := range deputies {
		active := d.Status == v1alpha1.DeputyActive || d.Status == ""
		if active && d.From <= day && (d.Until == "" || day <= d.Until) {
			serving = append(serving, d.ID)
		}
	}
	return serving
}

func turnsUntil(day string, kind v1alpha1.ShiftKind, schedule *v1alpha1.DutySchedule) map[string]int {
	turns := map[string]int{}
	for _, shift := range schedule.Spec.Shifts {
		if shift.Kind == kind && string(shift.Date) <= day {
			for _, deputy := range shift.Deputies {
				turns[deputy]++
			}
		}
	}
	return turns
}

// spread is the most turns less the fewest. Who is not in the ledger yet stands at its floor, as the planner has it.
func spread(opening []v1alpha1.LedgerEntry, since map[string]int, serving []string) float64 {
	account := make(map[string]int, len(opening))
	for _, entry := range opening {
		account[entry.Deputy] = int(entry.Turns)
	}
	floor, found := 0, false
	for _, deputy := range serving {
		if turns, ok := account[deputy]; ok && (!found || turns < floor) {
			floor, found = turns, true
		}
	}
	most, fewest := 0, 0
	for i, deputy := range serving {
		turns, ok := account[deputy]
		if !ok {
			turns = floor
		}
		turns += since[deputy]
		if i == 0 {
			most, fewest = turns, turns
		}
		most, fewest = max(most, turns), min(fewest, turns)
	}
	return float64(most - fewest)
}

package station

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/workday"
)

// announce sets what a reader of the status wants to know: where the station is, who serves today, when residents are received next.
func announce(_ context.Context, _ *Reconciler, v *visit) error {
	v.status.URL = url(v.station)
	if v.roster == nil {
		return nil
	}
	today := v.today()
	v.status.OnDutyToday = onDuty(v.roster, v.plans, today)
	v.status.NextReception = nextReception(v.plans, today)
	v.lookAgain = sooner(v.lookAgain, untilTomorrow(v.now, v.location, v.station.UID))
	return nil
}

// siteURL is where residents find the site; empty while the township has given it no host.
func siteURL(station *v1alpha1.LiaisonStation) string {
	if host := station.Spec.Intake.Host; host != "" {
		return "https://" + host
	}
	return ""
}

func url(station *v1alpha1.LiaisonStation) string {
	if site := siteURL(station); site != "" {
		return site
	}
	return "http://" + IntakeName(station.Name) + "." + station.Namespace + ".svc"
}

// onDuty is who serves on the day: at a reception if there is one, else on ordinary duty; nil when nobody does.
func onDuty(roster *v1alpha1.DeputyRoster, plans []v1alpha1.DutySchedule, day workday.Date) *v1alpha1.OnDuty {
	var found *v1alpha1.Shift
	for _, s := range shiftsOf(plans) {
		if s.Date == v1alpha1.Date(day.String()) && !s.Cancelled && (found == nil || s.Kind == v1alpha1.ShiftReception) {
			found = &s
		}
	}
	if found == nil || len(found.Deputies) == 0 {
		return nil
	}
	names := make([]string, 0, len(found.Deputies))
	for _, id := range found.Deputies {
		names = append(names, nameOf(roster, id))
	}
	return &v1alpha1.OnDuty{Date: found.Date, Kind: found.Kind, Names: strings.Join(names, "、"), Deputies: slices.Clone(found.Deputies)}
}

// nameOf is the deputy's name, or the id of one who has left the roster since the plan was made.
func nameOf(roster *v1alpha1.DeputyRoster, id string) string {
	for _, d := range roster.Spec.Deputies {
		if d.ID == id {
			return d.Name
		}
	}
	return id
}

// nextReception is the first reception from the day on; a day counts to its end.
func nextReception(plans []v1alpha1.DutySchedule, from workday.Date) *v1alpha1.NextReception {
	for _, s := range shiftsOf(plans) {
		if s.Kind == v1alpha1.ShiftReception && !s.Cancelled && s.Date >= v1alpha1.Date(from.String()) {
			return &v1alpha1.NextReception{Date: s.Date, Hours: s.Hours, Place: s.Place, Topic: s.Topic, Provisional: s.Provisional}
		}
	}
	return nil
}

func shiftsOf(plans []v1alpha1.DutySchedule) []v1alpha1.Shift {
	var shifts []v1alpha1.Shift
	for _, plan := range plans {
		shifts = append(shifts, plan.Spec.Shifts...)
	}
	slices.SortStableFunc(shifts, func(a, b v1alpha1.Shift) int { return cmp.Compare(a.Date, b.Date) })
	return shifts
}

// spread keeps the stations of a county from all being looked at in the first second of a day.
const spread = 5 * time.Minute

// untilTomorrow is the time until the day changes at the station, plus the station's own share of spread.
func untilTomorrow(now time.Time, location *time.Location, uid types.UID) time.Duration {
	midnight := workday.DateOf(now.In(location)).AddDays(1).In(location)
	h := fnv.New32a()
	h.Write([]byte(uid))
	return midnight.Sub(now) + time.Duration(h.Sum32())*time.Millisecond%spread
}

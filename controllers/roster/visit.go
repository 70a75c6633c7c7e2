package roster

import (
	"hash/fnv"
	"time"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// visit is one reconcile of one roster: what was read, what was found, and the status as it will be.
type visit struct {
	// roster as it was read; nothing writes to it.
	roster *v1alpha1.DeputyRoster
	// before is the status as it was read.
	before v1alpha1.DeputyRosterStatus
	// status as it will be, conditions apart.
	status     v1alpha1.DeputyRosterStatus
	conditions *outcome.Conditions
	now        time.Time
	// today in the roster's time zone.
	today workday.Date
	// input is what is wrong with the roster and the calendars; the rest is planned all the same.
	input []error
	// faults found while reading and writing.
	faults []error
	// halted means that no new plan can be made.
	halted bool
	// outrun means that somebody else has written a DutySchedule since it was read.
	outrun bool
	// unread means that the published months are not all known, because a request failed.
	unread bool

	rules    fromcrd.Roster
	problems fromcrd.Problems
	// remarks are on what has no effect.
	remarks  fromcrd.Problems
	calendar *workday.Calendar
	// published months from the one before the present on.
	published map[workday.Month]month
	// history is what is published of earlier months, oldest first.
	history []*v1alpha1.DutySchedule
	// taken are the months whose DutySchedule is not the roster's; they are planned, because the next ones continue them, and not published.
	taken map[workday.Month]bool
	// plans from the present month on; nil while there are none.
	plans []duty.MonthPlan
	// announcedUntil is the last day that counts as announced.
	announcedUntil workday.Date
}

// month is a DutySchedule as it was read.
type month struct {
	live *v1alpha1.DutySchedule
	fromcrd.Published
}

var ownConditions = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionScheduleReady,
	v1alpha1.ConditionCalendarKnown, v1alpha1.ConditionAnnouncementsHold,
}

func (r *Reconciler) visit(roster *v1alpha1.DeputyRoster) *visit {
	now := r.Clock.Now()
	rules, problems := fromcrd.RosterOf(&roster.Spec)
	return &visit{
		roster:     roster,
		before:     *roster.Status.DeepCopy(),
		conditions: outcome.NewConditions(roster.Status.Conditions, roster.Generation, now, ownConditions...),
		now:        now,
		today:      workday.DateOf(now.In(rules.Zone)),
		rules:      rules,
		problems:   problems,
		published:  map[workday.Month]month{},
		taken:      map[workday.Month]bool{},
	}
}

// fault records what is wrong while the rest goes on.
func (v *visit) fault(err error) {
	if err != nil {
		v.faults = append(v.faults, err)
	}
}

// halt records what makes a new plan impossible.
func (v *visit) halt(err error) {
	v.fault(err)
	v.halted = true
}

// present is the month of today.
func (v *visit) present() workday.Month { return workday.MonthOf(v.today) }

// spread keeps the rosters of a county from all being planned in the first second of a day.
const spread = time.Minute

// untilTomorrow is the time until the roster's next day, plus the roster's own share of spread.
func (v *visit) untilTomorrow() time.Duration {
	midnight := v.today.AddDays(1).In(v.rules.Zone)
	h := fnv.New32a()
	h.Write([]byte(v.roster.UID))
	share := time.Duration(h.Sum32()) * time.Millisecond % spread
	return midnight.Sub(v.now) + share
}

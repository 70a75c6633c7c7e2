package roster

// Reasons of the conditions of rosters and schedules.
const (
	// ReasonPlanned: the coming months are published.
	ReasonPlanned = "Planned"
	// ReasonShiftsUncovered: the months are published, and some place in them nobody can take.
	ReasonShiftsUncovered = "ShiftsUncovered"
	// ReasonCovered: every shift of a schedule has its people.
	ReasonCovered = "Covered"
	// ReasonNotPlanned: a request failed; the plan is made when it succeeds.
	ReasonNotPlanned = "NotPlanned"

	// ReasonYearsKnown: the holiday arrangement of every planned year is known.
	ReasonYearsKnown = "YearsKnown"
	// ReasonYearUnknown: that of some planned year is not.
	ReasonYearUnknown = "YearUnknown"
	// ReasonAsAnnounced: every announced shift can be held.
	ReasonAsAnnounced = "AsAnnounced"
	// ReasonDeputyUnavailable: somebody who was announced cannot serve.
	ReasonDeputyUnavailable = "DeputyUnavailable"
	// ReasonDayOff: an announced day is not one for its shift any more.
	ReasonDayOff = "DayOff"

	// ReasonInvalidSpec: the roster breaks a rule.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonInvalidCalendar: a HolidayCalendar that serves the roster cannot be used.
	ReasonInvalidCalendar = "InvalidCalendar"
	// ReasonInvalidSchedule: a DutySchedule of the roster cannot be read.
	ReasonInvalidSchedule = "InvalidSchedule"
	// ReasonNameTaken: a DutySchedule that is not the roster's has the name of one of its months.
	ReasonNameTaken = "NameTaken"
	// ReasonScheduleLeaving: a DutySchedule is still being deleted.
	ReasonScheduleLeaving = "ScheduleLeaving"
)

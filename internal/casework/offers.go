package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// Why a single case forbids what the table allows.
type Why string

const (
	// WhyExtended is given because a term is extended once.
	WhyExtended Why = "already_extended"
	// WhyNotCounty is given because only what the county handles, and formal suggestions, can be extended.
	WhyNotCounty Why = "not_county"
	// WhyLate is given because a term that is over cannot be extended, or a late case could be made to look punctual.
	WhyLate Why = "already_late"
	// WhyFormal is given because the case is a formal suggestion already.
	WhyFormal Why = "already_formal"
	// WhyRated is given because each closing is rated once.
	WhyRated Why = "already_rated"
	// WhyReopened is given because a case is taken up again once.
	WhyReopened Why = "already_reopened"
	// WhyUntold is given because somebody whose case was merged into this one has not been told the answer.
	WhyUntold Why = "reporters_untold"
	// WhyNotPlanned is given because only what was answered as planned (B) can be followed up.
	WhyNotPlanned Why = "not_planned"
	// WhyNotReleased is given because what is not public cannot be taken off.
	WhyNotReleased Why = "not_released"
	// WhyJoined is given because others have raised the same, for whom the case goes on.
	WhyJoined Why = "others_joined"
	// WhyAnonymised is given because nothing is left to show or erase, and nothing personal may be written again.
	WhyAnonymised Why = "already_anonymised"
)

// guards are what a case itself says to an action that the table allows it; today is the station's day.
var guards = map[Action]func(c Case, today workday.Date) Why{
	ActionExtend: func(c Case, today workday.Date) Why {
		switch {
		case c.Extended:
			return WhyExtended
		case c.Route != County && !c.Formal():
			return WhyNotCounty
		case c.Overdue(today):
			return WhyLate
		}
		return ""
	},
	ActionMarkFormal: func(c Case, _ workday.Date) Why { return when(c.Formal(), WhyFormal) },
	ActionClose:      func(c Case, _ workday.Date) Why { return when(c.Untold > 0, WhyUntold) },
	ActionWithdraw:   func(c Case, _ workday.Date) Why { return when(c.Joined > 0, WhyJoined) },
	ActionRate:       func(c Case, _ workday.Date) Why { return when(c.Rated(), WhyRated) },
	ActionReopen: func(c Case, _ workday.Date) Why {
		if c.Rated() {
			return WhyRated
		}
		return when(c.Reopened > 0, WhyReopened)
	},
	ActionFollowUp:  func(c Case, _ workday.Date) Why { return when(c.Answer.Result != PlannedB, WhyNotPlanned) },
	ActionUnrelease: func(c Case, _ workday.Date) Why { return when(!c.Released(), WhyNotReleased) },
}

func when(is bool, why Why) Why {
	if is {
		return why
	}
	return ""
}

func forbidden(c Case, a Action, today workday.Date) Why {
	if c.Anonymised && a != ActionUnrelease {
		return WhyAnonymised
	}
	if guard, guarded := guards[a]; guarded {
		return guard(c, today)
	}
	return ""
}

// Offers returns what somebody of the role may do with the case now, the one obvious next step first. Handlers of requests ask it
// instead of comparing states.
func (r Rules) Offers(c Case, role Role, now time.Time) []Action {
	today := r.Today(now)
	offers := slices.DeleteFunc(Allowed(c.State, role), func(a Action) bool { return forbidden(c, a, today) != "" })
	next := c.next()
	if i := slices.Index(offers, next); i > 0 {
		offers = slices.Insert(slices.Delete(offers, i, i+1), 0, next)
	}
	return offers
}

// Next is the one obvious step of the role, empty when the case waits for nobody of it.
func (r Rules) Next(c Case, role Role, now time.Time) Action {
	if offers := r.Offers(c, role, now); len(offers) > 0 && offers[0] == c.next() {
		return offers[0]
	}
	return ""
}

// next is what brings the case onward. What is handled on the spot or explained needs no other unit.
func (c Case) next() Action {
	switch c.State {
	case Received:
		return ActionClassify
	case Classified:
		if c.Route == OnTheSpot || c.Route == Explain {
			return ActionAnswer
		}
		return ActionAssign
	case Assigned:
		return ActionStart
	case InProgress:
		return ActionAnswer
	case Answered:
		return ActionFeedback
	case FeedbackGiven:
		return ActionClose
	case Unborn, Closed, Withdrawn, Merged:
	}
	return ""
}

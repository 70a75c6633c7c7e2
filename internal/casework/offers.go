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
	// WhyNoGain is given because the longer term would end no later than the present one.
	WhyNoGain Why = "nothing_gained"
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

// situation is a case as somebody finds it on the station's day.
type situation struct {
	Case
	rules Rules
	today workday.Date
}

// guards are what a case itself says to an action that the table allows it.
var guards = map[Action]func(s situation) Why{
	ActionExtend:     cannotExtend,
	ActionMarkFormal: func(s situation) Why { return when(s.Formal(), WhyFormal) },
	ActionClose:      func(s situation) Why { return when(s.Untold > 0, WhyUntold) },
	ActionWithdraw:   func(s situation) Why { return when(s.Joined > 0, WhyJoined) },
	ActionRate:       func(s situation) Why { return when(s.Rated(), WhyRated) },
	ActionReopen: func(s situation) Why {
		if s.Rated() {
			return WhyRated
		}
		return when(s.Reopened > 0, WhyReopened)
	},
	ActionFollowUp:  func(s situation) Why { return when(s.Answer.Result != PlannedB, WhyNotPlanned) },
	ActionUnrelease: func(s situation) Why { return when(!s.Released(), WhyNotReleased) },
}

func cannotExtend(s situation) Why {
	switch {
	case s.Extended:
		return WhyExtended
	case s.Route != County && !s.Formal():
		return WhyNotCounty
	case s.Overdue(s.today):
		return WhyLate
	}
	return when(!s.rules.longerClock(s.Case).Due.After(s.Clock.Due), WhyNoGain)
}

func when(is bool, why Why) Why {
	if is {
		return why
	}
	return ""
}

func (r Rules) forbidden(c Case, a Action, now time.Time) Why {
	if c.Anonymised && a != ActionUnrelease {
		return WhyAnonymised
	}
	if guard, guarded := guards[a]; guarded {
		return guard(situation{Case: c, rules: r, today: r.Today(now)})
	}
	return ""
}

// Offers returns what somebody of the role may do with the case now, the one obvious next step first. Handlers of requests ask it
// instead of comparing states.
func (r Rules) Offers(c Case, role Role, now time.Time) []Action {
	offers := slices.DeleteFunc(Allowed(c.State, role), func(a Action) bool { return r.forbidden(c, a, now) != "" })
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

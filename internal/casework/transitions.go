package casework

import (
	"fmt"
	"slices"
)

// ClockEffect is what a transition does to the case's deadline.
type ClockEffect string

const (
	// ClockTriage starts the time that staff have to classify.
	ClockTriage ClockEffect = "start triage"
	// ClockRoute gives the time that the route allows, counted from the first classification since the case was received or taken up
	// again. What was missed before stays missed, or a late case could be made to look punctual by classifying it once more; and a
	// term that would be over already is not given.
	ClockRoute ClockEffect = "start route"
	// ClockAnew starts the time of the route from today: the resident was not satisfied.
	ClockAnew ClockEffect = "start anew"
	// ClockTerm gives the clock another term; it still counts from where it began, and what was missed stays missed.
	ClockTerm ClockEffect = "other term"
	// ClockEarlier goes on under the earlier deadline of the two cases that become one, so that no merge hides how late something is.
	ClockEarlier ClockEffect = "earlier of both"
	// ClockCalendar counts the same term by the calendar now in force.
	ClockCalendar ClockEffect = "recount"
	// ClockRuns leaves the deadline as it is: an answer that nobody tells the resident is still late.
	ClockRuns ClockEffect = "runs"
	// ClockStops ends it; the due day stays on record.
	ClockStops ClockEffect = "stops"
)

// Transition is one row of the rules: in From, who of Who may take Action, which leads to To.
type Transition struct {
	From   State
	Action Action
	To     State
	Who    []Role
	Clock  ClockEffect
}

var (
	// handlers work on cases. A deputy is never one (Deputies Law 2025, Art. 31).
	handlers = []Role{Administrator, Head}
	staff    = []Role{Administrator, Head, Deputy}
	// speakers speak for the resident: the person, or staff to whom the person spoke.
	speakers = []Role{Resident, Administrator, Head}
	itself   = []Role{System}

	untouched = []State{Received, Classified}
	unsettled = []State{Received, Classified, Assigned, InProgress}
	withUnit  = []State{Assigned, InProgress}
	routed    = []State{Classified, Assigned, InProgress}
	pending   = []State{Received, Classified, Assigned, InProgress, Answered, FeedbackGiven}
	ended     = []State{Closed, Withdrawn, Merged}
	told      = []State{Answered, FeedbackGiven}
)

var transitions = slices.Concat(
	from([]State{Unborn}, ActionSubmit, Received, speakers, ClockTriage),
	from(untouched, ActionClassify, Classified, handlers, ClockRoute),
	from(routed, ActionAssign, Assigned, handlers, ClockRuns),
	from([]State{Assigned}, ActionStart, InProgress, handlers, ClockRuns),
	from(withUnit, ActionReturn, Classified, handlers, ClockRuns),
	from(slices.Concat(routed, told), ActionAnswer, Answered, handlers, ClockRuns),
	from(told, ActionFeedback, FeedbackGiven, handlers, ClockRuns),
	from([]State{FeedbackGiven}, ActionClose, Closed, handlers, ClockStops),
	from([]State{Closed}, ActionReopen, Classified, speakers, ClockAnew),
	from(unsettled, ActionWithdraw, Withdrawn, speakers, ClockStops),
	from(unsettled, ActionMerge, Merged, handlers, ClockStops),

	staying(unsettled, ActionMarkFormal, handlers, ClockTerm),
	staying(routed, ActionExtend, handlers, ClockTerm),
	staying(pending, ActionJoin, handlers, ClockEarlier),
	staying([]State{Merged}, ActionInform, handlers, ClockRuns),
	staying([]State{Closed}, ActionRate, speakers, ClockRuns),
	staying([]State{Closed}, ActionFollowUp, handlers, ClockRuns),
	staying([]State{Closed}, ActionRelease, handlers, ClockRuns),
	staying([]State{Closed}, ActionUnrelease, handlers, ClockRuns),
	staying(States(), ActionComment, staff, ClockRuns),
	staying(pending, ActionUrge, []Role{Head, Deputy}, ClockRuns),
	staying(pending, ActionRecompute, itself, ClockCalendar),
	staying(pending, ActionRemind, itself, ClockRuns),
	staying(ended, ActionAnonymise, itself, ClockRuns),
)

// from makes the rows of an action that leads from any of the states to one.
func from(states []State, a Action, to State, who []Role, clock ClockEffect) []Transition {
	rows := make([]Transition, 0, len(states))
	for _, s := range states {
		rows = append(rows, Transition{s, a, to, who, clock})
	}
	return rows
}

// staying makes the rows of an action that leaves a case where it is.
func staying(states []State, a Action, who []Role, clock ClockEffect) []Transition {
	rows := make([]Transition, 0, len(states))
	for _, s := range states {
		rows = append(rows, Transition{s, a, s, who, clock})
	}
	return rows
}

// Transitions returns a copy of the table, in the order of a case's life.
func Transitions() []Transition {
	rows := slices.Clone(transitions)
	for i := range rows {
		rows[i].Who = slices.Clone(rows[i].Who)
	}
	return rows
}

// Allowed returns what the table lets somebody of the role do with a case in the state, what leads onward first.
// Rules.Offers knows more of the single case.
func Allowed(s State, r Role) []Action {
	var onward, others []Action
	for _, t := range transitions {
		if t.From != s || !slices.Contains(t.Who, r) {
			continue
		}
		if t.To.rank() > t.From.rank() {
			onward = append(onward, t.Action)
		} else {
			others = append(others, t.Action)
		}
	}
	return append(onward, others...)
}

// NotAllowedError says that the rules have no such move. It matches ErrNotAllowed.
type NotAllowedError struct {
	State  State
	Action Action
	Role   Role
	// Why the case itself forbids it; empty where the table does.
	Why Why
}

func (e *NotAllowedError) Error() string {
	if e.Why != "" {
		return fmt.Sprintf("%s may not %s the case: %s", e.Role, e.Action, e.Why)
	}
	return fmt.Sprintf("%s may not %s a case that is %s", e.Role, e.Action, e.State)
}

// Is makes errors.Is(err, ErrNotAllowed) true.
func (e *NotAllowedError) Is(target error) bool { return target == ErrNotAllowed }

// find returns the row for the move, or a NotAllowedError.
func find(s State, a Action, r Role) (Transition, error) {
	for _, t := range transitions {
		if t.From == s && t.Action == a && slices.Contains(t.Who, r) {
			return t, nil
		}
	}
	return Transition{}, &NotAllowedError{State: s, Action: a, Role: r}
}

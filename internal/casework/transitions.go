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
	// ClockRoute starts the time that the route allows. Giving the same route again starts nothing, or a late case could be
	// made to look punctual by classifying it once more.
	ClockRoute ClockEffect = "start route"
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

// handlers work on cases. A deputy is never one (Deputies Law 2025, Art. 31), and a resident's part ends with the suggestion.
var handlers = []Role{Administrator, Head}

var transitions = []Transition{
	{Unborn, ActionSubmit, Received, []Role{Resident}, ClockTriage},
	{Received, ActionClassify, Classified, handlers, ClockRoute},
	{Classified, ActionClassify, Classified, handlers, ClockRoute},
	{Classified, ActionAnswer, Answered, handlers, ClockRuns},
	{Answered, ActionAnswer, Answered, handlers, ClockRuns},
	{Answered, ActionFeedback, FeedbackGiven, handlers, ClockRuns},
	{FeedbackGiven, ActionFeedback, FeedbackGiven, handlers, ClockRuns},
	// A changed answer has not been told to anybody yet.
	{FeedbackGiven, ActionAnswer, Answered, handlers, ClockRuns},
	{FeedbackGiven, ActionClose, Closed, handlers, ClockStops},
}

// Transitions returns a copy of the table, in the order of a case's life.
func Transitions() []Transition {
	rows := slices.Clone(transitions)
	for i := range rows {
		rows[i].Who = slices.Clone(rows[i].Who)
	}
	return rows
}

// Allowed returns what somebody of the role may do with a case in the state, what leads onward first. Handlers of
// requests ask it instead of comparing states.
func Allowed(s State, r Role) []Action {
	var onward, others []Action
	for _, t := range transitions {
		if t.From != s || !slices.Contains(t.Who, r) {
			continue
		}
		if rank(t.To) > rank(t.From) {
			onward = append(onward, t.Action)
		} else {
			others = append(others, t.Action)
		}
	}
	return append(onward, others...)
}

// rank of a state in the order that a case passes through them; -1 for Unborn.
func rank(s State) int { return slices.Index(States(), s) }

// NotAllowedError says that the rules have no such move. It matches ErrNotAllowed.
type NotAllowedError struct {
	State  State
	Action Action
	Role   Role
}

func (e *NotAllowedError) Error() string {
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

package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

// moves that are right in themselves, so that only the table can refuse them.
var moves = map[casework.Action]casework.Move{
	casework.ActionClassify: casework.Classify{Route: casework.Explain, Reason: "超出政策范围"},
	casework.ActionAnswer:   casework.GiveAnswer{Result: casework.NotPossibleC, Text: "现行政策不允许。"},
	casework.ActionFeedback: casework.RecordFeedback{Channel: casework.InPerson, Text: "上门解释。"},
	casework.ActionClose:    casework.Close{},
}

// The rules as a person would write them on a wall; every move that is not here must be refused.
var allowed = map[string]casework.State{
	"received classify":       casework.Classified,
	"classified classify":     casework.Classified,
	"classified answer":       casework.Answered,
	"answered answer":         casework.Answered,
	"answered feedback":       casework.FeedbackGiven,
	"feedback_given feedback": casework.FeedbackGiven,
	"feedback_given answer":   casework.Answered,
	"feedback_given close":    casework.Closed,
}

func TestEveryStateActionAndRole(t *testing.T) {
	handlers := []casework.Role{casework.Administrator, casework.Head}
	for _, state := range casework.States() {
		for action, move := range moves {
			for _, role := range casework.Roles() {
				t.Run(strings.Join([]string{string(role), string(action), string(state)}, " "), func(t *testing.T) {
					to, inTable := allowed[string(state)+" "+string(action)]
					want := inTable && slices.Contains(handlers, role)
					before := caseIn(state)
					after, event, err := rules().Apply(before, move, casework.Actor{Role: role, Staff: 7}, noon)
					if got := slices.Contains(casework.Allowed(state, role), action); got != want {
						t.Errorf("Allowed says %t, want %t", got, want)
					}
					if want {
						expectMoved(t, before, after, event, to, err)
					} else {
						expectRefused(t, before, after, state, action, err)
					}
				})
			}
		}
	}
}

func expectMoved(t *testing.T, before, after casework.Case, event casework.Event, to casework.State, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if after.State != to || after.Seq != before.Seq+1 {
		t.Errorf("the case is %s with seq %d, want %s with %d", after.State, after.Seq, to, before.Seq+1)
	}
	if event.Seq != after.Seq || event.At != noon || event.Facts.From != before.State || event.Facts.To != to || event.Actor.Staff != 7 {
		t.Errorf("event %+v", event)
	}
	if !after.ClosedAt.IsZero() != (to == casework.Closed) {
		t.Errorf("closed at %s though %s", after.ClosedAt, to)
	}
}

func expectRefused(t *testing.T, before, after casework.Case, state casework.State, action casework.Action, err error) {
	t.Helper()
	var refused *casework.NotAllowedError
	if !errors.Is(err, casework.ErrNotAllowed) || !errors.As(err, &refused) {
		t.Fatalf("Apply: %v, want ErrNotAllowed", err)
	}
	if refused.State != state || refused.Action != action {
		t.Errorf("the error names %s and %s", refused.State, refused.Action)
	}
	if after != before {
		t.Error("the case was changed")
	}
}

func TestDeputiesAndResidentsHandleNothing(t *testing.T) {
	for _, state := range casework.States() {
		for _, role := range []casework.Role{casework.Deputy, casework.Resident} {
			if actions := casework.Allowed(state, role); len(actions) > 0 {
				t.Errorf("a %s may %v a case that is %s", role, actions, state)
			}
		}
	}
}

func TestOnlyResidentsSubmit(t *testing.T) {
	for _, role := range casework.Roles() {
		want := role == casework.Resident
		if got := slices.Contains(casework.Allowed(casework.Unborn, role), casework.ActionSubmit); got != want {
			t.Errorf("%s may submit: %t, want %t", role, got, want)
		}
	}
}

func TestTheWayOnwardComesFirst(t *testing.T) {
	want := map[casework.State]casework.Action{
		casework.Received:      casework.ActionClassify,
		casework.Classified:    casework.ActionAnswer,
		casework.Answered:      casework.ActionFeedback,
		casework.FeedbackGiven: casework.ActionClose,
	}
	for state, action := range want {
		if actions := casework.Allowed(state, casework.Administrator); actions[0] != action {
			t.Errorf("%s: %v, want %s first", state, actions, action)
		}
	}
	if actions := casework.Allowed(casework.Closed, casework.Head); len(actions) > 0 {
		t.Errorf("a closed case may still be moved: %v", actions)
	}
}

func TestTheTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range casework.Transitions() {
		key := string(row.From) + " " + string(row.Action)
		if seen[key] {
			t.Errorf("two rows for %s", key)
		}
		seen[key] = true
		if !slices.Contains(casework.States(), row.To) || !slices.Contains(casework.Actions(), row.Action) || len(row.Who) == 0 || row.Clock == "" {
			t.Errorf("row %+v is incomplete", row)
		}
		if row.To == casework.Closed && row.From != casework.FeedbackGiven {
			t.Errorf("%s closes a case whose resident was not told", key)
		}
	}
}

var noon = time.Date(2026, time.March, 9, 4, 0, 0, 0, time.UTC)

// caseIn a state, with what such a case must have.
func caseIn(state casework.State) casework.Case {
	submission := rules().Receive(road, casework.NewCode(), "", noon.Add(-time.Hour))
	c := submission.Case
	for _, action := range []casework.Action{casework.ActionClassify, casework.ActionAnswer, casework.ActionFeedback, casework.ActionClose} {
		if c.State == state {
			break
		}
		var err error
		c, _, err = rules().Apply(c, moves[action], casework.Actor{Role: casework.Administrator}, noon.Add(-time.Hour))
		if err != nil {
			panic(err)
		}
	}
	return c
}

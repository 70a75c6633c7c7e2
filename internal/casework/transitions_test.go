package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/casework"
)

// steps are moves that are right in themselves, so that only the rules can refuse them.
var steps = map[casework.Action]casework.Move{
	casework.ActionClassify:   casework.Classify{Route: casework.County, Reason: "乡里没有经费"},
	casework.ActionAssign:     casework.Assign{Unit: "县交通局"},
	casework.ActionStart:      casework.Start{},
	casework.ActionReturn:     casework.Return{Reason: "应由乡里办理"},
	casework.ActionExtend:     casework.Extend{Reason: "涉及面广"},
	casework.ActionMarkFormal: casework.MarkFormal{No: "第12号"},
	casework.ActionAnswer:     casework.GiveAnswer{Result: casework.PlannedB, Text: "列入计划。"},
	casework.ActionFeedback:   casework.RecordFeedback{Channel: casework.InPerson, Text: "上门解释。"},
	casework.ActionClose:      casework.Close{},
	casework.ActionRate:       casework.Rate{Value: casework.Satisfied},
	casework.ActionReopen:     casework.Reopen{Text: "没有解决"},
	casework.ActionFollowUp:   casework.FollowUp{Channel: casework.ByPhone, Text: "已修好，电话告知。"},
	casework.ActionWithdraw:   casework.Withdraw{Reason: "已自行解决"},
	casework.ActionInform:     casework.Inform{RecordFeedback: casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知。"}},
	casework.ActionComment:    casework.Comment{Text: "来过两次"},
	casework.ActionUrge:       casework.Urge{Text: "秋收在即"},
	casework.ActionRelease:    casework.Publish{Text: "田间路被冲毁。", Answer: "列入计划。"},
	casework.ActionUnrelease:  casework.Unpublish{},
	casework.ActionAnonymise:  casework.Anonymise{},
}

// The rules as a person would write them on a wall: in which states what leads where, and who may do it; "=" stays where it is.
// Every move that is not here must be refused.
var wall = map[casework.Action]struct {
	who   string
	leads map[casework.State]casework.State
}{
	casework.ActionClassify:   {"administrator head", leads("received classified", casework.Classified)},
	casework.ActionAssign:     {"administrator head", leads("classified assigned in_progress", casework.Assigned)},
	casework.ActionStart:      {"administrator head", leads("assigned", casework.InProgress)},
	casework.ActionReturn:     {"administrator head", leads("assigned in_progress", casework.Classified)},
	casework.ActionExtend:     {"administrator head", leads("classified assigned in_progress", "=")},
	casework.ActionMarkFormal: {"administrator head", leads("received classified assigned in_progress", "=")},
	casework.ActionAnswer:     {"administrator head", leads("classified assigned in_progress answered feedback_given", casework.Answered)},
	casework.ActionFeedback:   {"administrator head", leads("answered feedback_given", casework.FeedbackGiven)},
	casework.ActionClose:      {"administrator head", leads("feedback_given", casework.Closed)},
	casework.ActionRate:       {"resident administrator head", leads("closed", "=")},
	casework.ActionReopen:     {"resident administrator head", leads("closed", casework.Classified)},
	casework.ActionFollowUp:   {"administrator head", leads("closed", "=")},
	casework.ActionWithdraw:   {"resident administrator head", leads("received classified assigned in_progress", casework.Withdrawn)},
	casework.ActionInform:     {"administrator head", leads("merged", "=")},
	casework.ActionComment:    {"administrator head deputy", leads("received classified assigned in_progress answered feedback_given closed withdrawn merged", "=")},
	casework.ActionUrge:       {"head deputy", leads("received classified assigned in_progress answered feedback_given", "=")},
	casework.ActionRelease:    {"administrator head", leads("closed", "=")},
	casework.ActionUnrelease:  {"administrator head", leads("", "=")}, // only what is on the public list: see below
	casework.ActionAnonymise:  {"system", leads("closed withdrawn merged", "=")},
}

func leads(states string, to casework.State) map[casework.State]casework.State {
	all := map[casework.State]casework.State{}
	for state := range strings.FieldsSeq(states) {
		all[casework.State(state)] = to
		if to == "=" {
			all[casework.State(state)] = casework.State(state)
		}
	}
	return all
}

func TestEveryStateActionAndRole(t *testing.T) {
	for _, state := range casework.States() {
		for action, move := range steps {
			for _, role := range casework.Roles() {
				t.Run(strings.Join([]string{string(role), string(action), string(state)}, " "), func(t *testing.T) {
					rule := wall[action]
					to, leads := rule.leads[state]
					want := leads && slices.Contains(strings.Fields(rule.who), string(role))
					before := caseIn(state)
					after, event, err := rules().Apply(before, move, casework.Actor{Role: role, Staff: 7}, noon)
					if got := slices.Contains(rules().Offers(before, role, noon), action); got != want {
						t.Errorf("it is offered: %t, want %t", got, want)
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
	if !after.ClosedAt.IsZero() != (to == casework.Closed) || !after.EndedAt.IsZero() != to.Ended() || after.EndedOn.IsZero() == to.Ended() {
		t.Errorf("closed at %s and ended at %s, on %s, though %s", after.ClosedAt, after.EndedAt, after.EndedOn, to)
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
	if !cmp.Equal(before, after, byValue) {
		t.Error("the case was changed")
	}
}

func TestNobodyButStaffHandles(t *testing.T) {
	allowed := map[casework.Role][]casework.Action{
		casework.Deputy:   {casework.ActionComment, casework.ActionUrge},
		casework.Resident: {casework.ActionWithdraw, casework.ActionRate, casework.ActionReopen},
		casework.System:   {casework.ActionRecompute, casework.ActionRemind, casework.ActionAnonymise},
	}
	for _, state := range casework.States() {
		for role, actions := range allowed {
			for _, action := range casework.Allowed(state, role) {
				if !slices.Contains(actions, action) {
					t.Errorf("a %s may %s a case that is %s", role, action, state)
				}
			}
		}
	}
}

func TestDeputiesSubmitNothing(t *testing.T) {
	for _, role := range casework.Roles() {
		want := role == casework.Resident || role == casework.Administrator || role == casework.Head
		if got := slices.Contains(casework.Allowed(casework.Unborn, role), casework.ActionSubmit); got != want {
			t.Errorf("%s may submit: %t, want %t", role, got, want)
		}
	}
}

func TestOneObviousStep(t *testing.T) {
	want := map[casework.State]casework.Action{
		casework.Received: casework.ActionClassify, casework.Classified: casework.ActionAssign, casework.Assigned: casework.ActionStart,
		casework.InProgress: casework.ActionAnswer, casework.Answered: casework.ActionFeedback, casework.FeedbackGiven: casework.ActionClose,
	}
	for _, state := range casework.States() {
		if got := rules().Next(caseIn(state), casework.Administrator, noon); got != want[state] {
			t.Errorf("%s: %q, want %q", state, got, want[state])
		}
		if got := rules().Next(caseIn(state), casework.Deputy, noon); got != "" {
			t.Errorf("%s: a deputy is told to %s", state, got)
		}
	}
	for _, route := range []casework.Route{casework.OnTheSpot, casework.Explain} {
		c := apply(t, caseIn(casework.Received), casework.Classify{Route: route, Reason: "当场可办"})
		if got := rules().Next(c, casework.Head, noon); got != casework.ActionAnswer {
			t.Errorf("%s: %q, want an answer", route, got)
		}
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
		if row.To == casework.Closed && row.From != casework.Closed && row.From != casework.FeedbackGiven {
			t.Errorf("%s closes a case whose resident was not told", key)
		}
	}
}

var noon = time.Date(2026, time.March, 9, 4, 0, 0, 0, time.UTC)

// way is how a case comes into each state.
var way = map[casework.State][]casework.Action{
	casework.Received:      {},
	casework.Classified:    {casework.ActionClassify},
	casework.Assigned:      {casework.ActionClassify, casework.ActionAssign},
	casework.InProgress:    {casework.ActionClassify, casework.ActionAssign, casework.ActionStart},
	casework.Answered:      {casework.ActionClassify, casework.ActionAnswer},
	casework.FeedbackGiven: {casework.ActionClassify, casework.ActionAnswer, casework.ActionFeedback},
	casework.Closed:        {casework.ActionClassify, casework.ActionAnswer, casework.ActionFeedback, casework.ActionClose},
	casework.Withdrawn:     {casework.ActionWithdraw},
}

// caseIn a state, with what such a case must have.
func caseIn(state casework.State) casework.Case {
	at := noon.Add(-time.Hour)
	c := received(at)
	if state == casework.Merged {
		m, err := rules().Merge(c, received(at), "同一件事", administrator, at)
		if err != nil {
			panic(err)
		}
		return m.From
	}
	for _, action := range way[state] {
		var err error
		if c, _, err = rules().Apply(c, steps[action], administrator, at); err != nil {
			panic(err)
		}
	}
	return c
}

func received(at time.Time) casework.Case {
	return rules().Receive(road, casework.NewCode(), "", at).Case
}

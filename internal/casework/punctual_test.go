package casework_test

import (
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

// at applies the moves as an administrator, each at its time.
func at(t *testing.T, r casework.Rules, c casework.Case, now time.Time, moves ...casework.Move) casework.Case {
	t.Helper()
	for _, m := range moves {
		var err error
		if c, _, err = r.Apply(c, m, administrator, now); err != nil {
			t.Fatalf("%s: %v", m.Action(), err)
		}
	}
	return c
}

func to(route casework.Route) casework.Classify {
	return casework.Classify{Route: route, Reason: "说明"}
}

func TestNoDetourMakesALateCasePunctual(t *testing.T) {
	r, late := rules(), noon.AddDate(0, 2, 0)
	c := at(t, r, caseIn(casework.Received), noon, to(casework.Township))
	for name, moves := range map[string][]casework.Move{
		"over another route and back": {to(casework.County), to(casework.Township)},
		"to a longer route":           {to(casework.County)},
		"returned and classified":     {casework.Assign{Unit: "县交通局"}, casework.Return{Reason: "不归我们"}, to(casework.County)},
		"marked as formal":            {casework.MarkFormal{No: "7"}},
	} {
		if moved := at(t, r, c, late, moves...); !moved.Overdue(r.Today(late)) || moved.Clock != c.Clock {
			t.Errorf("%s: due %s, was %s", name, moved.Clock.Due, c.Clock.Due)
		}
	}
}

func TestAFormalSuggestionKeepsItsTermOnWhicheverRoute(t *testing.T) {
	r := rules()
	c := at(t, r, caseIn(casework.Received), noon, casework.MarkFormal{No: "7"}, to(casework.County), casework.Extend{Reason: "面广"})
	moved := at(t, r, c, noon.AddDate(0, 5, 0), to(casework.Township))
	if moved.Clock != c.Clock || !moved.Extended {
		t.Errorf("due %s, extended %t; was %s", moved.Clock.Due, moved.Extended, c.Clock.Due)
	}
	if _, _, err := r.Apply(moved, casework.Extend{Reason: "再延"}, administrator, noon.AddDate(0, 5, 0)); !errors.Is(err, casework.ErrNotAllowed) {
		t.Errorf("extended twice: %v", err)
	}
}

func TestAnExtensionNeverTakesTimeAway(t *testing.T) {
	r := rules()
	r.Deadlines = map[casework.Route]casework.Deadline{casework.County: {Months: 9}}
	c := at(t, r, caseIn(casework.Received), noon, to(casework.County))
	if extended := at(t, r, c, noon.AddDate(0, 7, 0), casework.Extend{Reason: "面广"}); extended.Clock != c.Clock {
		t.Errorf("due %s, before %s", extended.Clock.Due, c.Clock.Due)
	}
}

func TestAMergeHidesNeitherLatenessNorAFormalSuggestion(t *testing.T) {
	r, later := rules(), noon.AddDate(0, 2, 0)
	old := at(t, r, caseIn(casework.Received), noon, to(casework.Township))
	young := caseIn(casework.Received)
	young.Code = casework.NewCode()
	young = at(t, r, young, later, to(casework.County))
	m, err := r.Merge(old, young, "同一件事", administrator, later)
	if err != nil || m.Into.Clock != old.Clock || m.IntoEvent.Facts.Due != old.Clock.Due.String() {
		t.Errorf("goes on under %s with %+v, error %v; the one that joins was due %s", m.Into.Clock.Due, m.IntoEvent.Facts, err, old.Clock.Due)
	}
	unclassified := caseIn(casework.Received)
	unclassified.Code = casework.NewCode()
	formal := at(t, r, young, later, casework.MarkFormal{No: "7"})
	for name, pair := range map[string][2]casework.Case{"formal into plain": {formal, old}, "classified into unclassified": {old, unclassified}} {
		_, err := r.Merge(pair[0], pair[1], "同一件事", administrator, later)
		var refused casework.FieldErrors
		if !errors.As(err, &refused) || refused[0].Code != casework.CodeOtherWayRound || refused[0].Field != casework.FieldInto {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m, err := r.Merge(unclassified, formal, "同一件事", administrator, later); err != nil || m.Into.Clock != formal.Clock {
		t.Errorf("the other way round: due %s, error %v", m.Into.Clock.Due, err)
	}
}

func TestACaseThatOthersJoinedIsNotWithdrawn(t *testing.T) {
	c := caseIn(casework.Classified)
	c.Joined, c.Untold = 1, 1
	for _, role := range []casework.Role{casework.Resident, casework.Administrator} {
		_, _, err := rules().Apply(c, casework.Withdraw{Reason: "好了"}, casework.Actor{Role: role}, noon)
		var refused *casework.NotAllowedError
		if !errors.As(err, &refused) || refused.Why != casework.WhyJoined {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestNothingIsWrittenToACaseThatWasAnonymised(t *testing.T) {
	for _, state := range []casework.State{casework.Closed, casework.Withdrawn, casework.Merged} {
		c := caseIn(state)
		c.Anonymised = true
		for _, role := range casework.Roles() {
			if offers := rules().Offers(c, role, noon); len(offers) > 0 {
				t.Errorf("%s, %s: %v", state, role, offers)
			}
		}
	}
	c := caseIn(casework.Closed)
	c.Anonymised = true
	if _, _, err := rules().Apply(c, rules().Rating(c, casework.NotSatisfied, "还没好"), casework.Actor{Role: casework.Resident}, noon); !errors.Is(err, casework.ErrNotAllowed) {
		t.Errorf("taken up again: %v", err)
	}
}

func TestNobodyIsToldBeforeThereIsAnAnswer(t *testing.T) {
	c := caseIn(casework.Answered)
	for told, fine := range map[time.Time]bool{
		c.Answer.At: true, c.Answer.At.Truncate(time.Minute): true, c.Answer.At.Add(-time.Minute): false, c.Answer.At.AddDate(-6, 0, 0): false,
	} {
		_, _, err := rules().Apply(c, casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知", ToldAt: told}, administrator, noon)
		if (err == nil) != fine {
			t.Errorf("told at %s of an answer at %s: %v", told, c.Answer.At, err)
		}
	}
}

func TestWhatIsPublicNeverTellsAnOldAnswer(t *testing.T) {
	c := caseIn(casework.Closed)
	c.Answer.Result = casework.PlannedB
	c.Release = casework.Release{Text: "路坏了", Answer: "列入明年计划", At: noon, Seq: c.Seq}
	if c = apply(t, c, casework.FollowUp{Channel: casework.ByPhone, Text: "已经修通"}); c.Released() {
		t.Errorf("public beside the new answer: %+v", c.Release)
	}
}

package casework_test

import (
	"errors"
	"slices"
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

// The county has until 9 June; a day on the spot was over on 10 March.
func TestAWrongClickMakesNothingLate(t *testing.T) {
	r, april := rules(), noon.AddDate(0, 1, 0)
	c := at(t, r, caseIn(casework.Received), noon, to(casework.County))
	wrong := at(t, r, c, april, to(casework.OnTheSpot))
	if wrong.Overdue(r.Today(april)) || wrong.Clock != c.Clock || !r.KeepsTerm(wrong) {
		t.Errorf("on a route whose term is over: due %s, was %s", wrong.Clock.Due, c.Clock.Due)
	}
	mended := at(t, r, wrong, april, to(casework.County))
	if mended.Clock != c.Clock || r.KeepsTerm(mended) {
		t.Errorf("mended: due %s, was %s", mended.Clock.Due, c.Clock.Due)
	}
	june := noon.AddDate(0, 4, 0)
	for name, late := range map[string]casework.Case{"the wrong one": wrong, "the mended one": mended} {
		if !late.Overdue(r.Today(june)) || at(t, r, late, june, to(casework.Township), to(casework.County)).Clock != c.Clock {
			t.Errorf("%s is not late when the time of the county is over", name)
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

func TestAnotherRouteGivesItsTimeFromTheFirstClassificationOn(t *testing.T) {
	r, monday := rules(), noon // 9 March
	c := at(t, r, caseIn(casework.Received), monday, to(casework.Township))
	assigned := at(t, r, c, monday.Add(2*day), casework.Assign{Unit: "乡公路站"})
	for name, test := range map[string]struct {
		from  casework.Case
		moves []casework.Move
		want  string
	}{
		"a wrong route is mended":        {c, []casework.Move{to(casework.County)}, "2026-06-09"},
		"and mended back":                {c, []casework.Move{to(casework.County), to(casework.Township)}, "2026-03-30"},
		"after the unit returned it":     {assigned, []casework.Move{casework.Return{Reason: "不归我们"}, to(casework.County)}, "2026-06-09"},
		"back after the unit did":        {assigned, []casework.Move{casework.Return{Reason: "不归我们"}, to(casework.County), to(casework.Township)}, "2026-03-30"},
		"a shorter one than was counted": {c, []casework.Move{to(casework.Explain)}, "2026-03-16"},
	} {
		moved := at(t, r, test.from, monday.Add(3*day), test.moves...)
		if got := moved.Clock.Due.String(); got != test.want || moved.Clock.From != r.Today(monday) {
			t.Errorf("%s: due %s from %s, want %s", name, got, moved.Clock.From, test.want)
		}
		if trace := r.Explain(moved); trace.Result != moved.Clock.Due || trace.Start != moved.Clock.From || r.KeepsTerm(moved) {
			t.Errorf("%s: explained by %+v", name, trace)
		}
	}
}

func TestACaseTakenUpAgainCountsFromThatDay(t *testing.T) {
	r, later := rules(), noon.Add(40*day) // 18 April
	again := at(t, r, caseIn(casework.Closed), later, casework.Reopen{Text: "又坏了"})
	moved := at(t, r, again, later.Add(3*day), to(casework.Township), to(casework.County))
	if moved.Clock != again.Clock || moved.Clock.From != r.Today(later) {
		t.Errorf("due %s from %s, want %s", moved.Clock.Due, moved.Clock.From, again.Clock.Due)
	}
}

func TestATermThatWasKeptIsToldFromThatOfTheRoute(t *testing.T) {
	r, late := rules(), noon.AddDate(0, 2, 0)
	c := at(t, r, caseIn(casework.Received), noon, to(casework.Township))
	for name, test := range map[string]struct {
		c    casework.Case
		kept bool
	}{
		"on time":                 {c, false},
		"late":                    {at(t, r, c, late, casework.Comment{Text: "催过"}), false},
		"late, on another route":  {at(t, r, c, late, to(casework.County)), true},
		"late, and formal then":   {at(t, r, c, late, casework.MarkFormal{No: "7"}), true},
		"not classified":          {caseIn(casework.Received), false},
		"extended":                {at(t, r, onRoute(t, casework.County), noon, casework.Extend{Reason: "面广"}), false},
		"formal before it is due": {at(t, r, c, noon, casework.MarkFormal{No: "7"}), false},
	} {
		if got := r.KeepsTerm(test.c); got != test.kept {
			t.Errorf("%s: keeps its term %t", name, got)
		}
	}
}

func TestAnExtensionIsGivenOnlyWhereItGivesTime(t *testing.T) {
	for months, want := range map[int]casework.Why{5: "", 6: casework.WhyNoGain, 9: casework.WhyNoGain} {
		r := rules()
		r.Deadlines = map[casework.Route]casework.Deadline{casework.County: {Months: months}}
		c := at(t, r, caseIn(casework.Received), noon, to(casework.County))
		extended, _, err := r.Apply(c, casework.Extend{Reason: "面广"}, administrator, noon.Add(60*day))
		var refused *casework.NotAllowedError
		if errors.As(err, &refused) != (want != "") || refused != nil && refused.Why != want {
			t.Errorf("of %d months: %v, want %q", months, err, want)
		}
		if offered := slices.Contains(r.Offers(c, casework.Head, noon), casework.ActionExtend); offered != (want == "") {
			t.Errorf("of %d months: it is offered: %t", months, offered)
		}
		if extended.Clock.Due.Before(c.Clock.Due) || extended.Clock.Due == c.Clock.Due && extended.Extended {
			t.Errorf("of %d months: due %s, before %s", months, extended.Clock.Due, c.Clock.Due)
		}
	}
}

func TestAMergeHidesNeitherLatenessNorAFormalSuggestion(t *testing.T) {
	r, later := rules(), noon.AddDate(0, 2, 0)
	old := at(t, r, caseIn(casework.Received), noon, to(casework.Township))
	young := caseIn(casework.Received)
	young.Code = casework.NewCode()
	young = at(t, r, young, later, to(casework.County))
	young.RemindedOn = r.Today(later)
	m, err := r.Merge(old, young, "同一件事", administrator, later)
	if err != nil || m.Into.Clock != old.Clock || m.IntoEvent.Facts.Due != old.Clock.Due.String() ||
		m.IntoEvent.Facts.DueBefore != young.Clock.Due.String() || !m.Into.RemindedOn.IsZero() {
		t.Errorf("goes on under %s with %+v, error %v; the one that joins was due %s", m.Into.Clock.Due, m.IntoEvent.Facts, err, old.Clock.Due)
	}
	if m, err = r.Merge(young, old, "同一件事", administrator, later); err != nil || m.Into.Clock != old.Clock || m.IntoEvent.Facts.Due != "" {
		t.Errorf("the later one joins: due %s with %+v, error %v", m.Into.Clock.Due, m.IntoEvent.Facts, err)
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

func TestWhoJoinedIsNotToldBeforeThereIsAnAnswer(t *testing.T) {
	c := caseIn(casework.Merged)
	c.ReceivedAt = noon.Add(-2 * time.Hour)
	answered := noon.Add(-time.Hour)
	for name, test := range map[string]struct {
		answered, told time.Time
		fine           bool
	}{
		"just then":                           {answered, answered, true},
		"before the answer":                   {answered, answered.Add(-time.Minute), false},
		"an answer that was there before it":  {c.ReceivedAt.Add(-day), c.ReceivedAt.Add(time.Minute), true},
		"before it was raised":                {c.ReceivedAt.Add(-day), c.ReceivedAt.Add(-time.Minute), false},
		"that it was merged, with no answer":  {time.Time{}, c.ReceivedAt.Add(time.Minute), true},
		"before it was raised, and no answer": {time.Time{}, c.ReceivedAt.Add(-time.Minute), false},
	} {
		told := casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知", ToldAt: test.told}
		_, _, err := rules().Apply(c, casework.Inform{RecordFeedback: told, AnsweredAt: test.answered}, administrator, noon)
		if all := problems(err); test.fine != (err == nil) || !test.fine && !slices.Equal(all, []string{"told_at: before_answer"}) {
			t.Errorf("%s: %v", name, err)
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

package casework_test

import (
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

const day = 24 * time.Hour

// moveAt applies a move at an instant.
func moveAt(t *testing.T, r casework.Rules, c casework.Case, m casework.Move, by casework.Role, at time.Time) (casework.Case, casework.Event) {
	t.Helper()
	moved, event, err := r.Apply(c, m, casework.Actor{Role: by}, at)
	if err != nil {
		t.Fatalf("%s: %v", m.Action(), err)
	}
	return moved, event
}

// expectWhy wants the case itself to refuse the move.
func expectWhy(t *testing.T, c casework.Case, m casework.Move, at time.Time, want casework.Why) {
	t.Helper()
	_, _, err := rules().Apply(c, m, administrator, at)
	var refused *casework.NotAllowedError
	if !errors.As(err, &refused) || refused.Why != want || !errors.Is(err, casework.ErrNotAllowed) {
		t.Errorf("%s: %v, want %s", m.Action(), err, want)
	}
}

func onRoute(t *testing.T, r casework.Route) casework.Case {
	t.Helper()
	return apply(t, caseIn(casework.Received), casework.Classify{Route: r, Reason: "因"})
}

func TestTheCountysTimeIsExtendedOnceBeforeItIsOver(t *testing.T) {
	c := onRoute(t, casework.County) // 9 March
	if got := c.Clock.Due.String(); got != "2026-06-09" {
		t.Fatalf("due %s", got)
	}
	extend := casework.Extend{Reason: "涉及面广"}
	extended, event := moveAt(t, rules(), c, extend, casework.Head, noon.Add(60*day))
	if extended.Clock.Due.String() != "2026-09-09" || event.Facts.Due != "2026-09-09" || event.Facts.DueBefore != "2026-06-09" {
		t.Errorf("due %s, the log says %+v", extended.Clock.Due, event.Facts)
	}
	expectWhy(t, extended, extend, noon.Add(61*day), casework.WhyExtended)
	expectWhy(t, c, extend, noon.Add(100*day), casework.WhyLate)
	expectWhy(t, onRoute(t, casework.Township), extend, noon, casework.WhyNotCounty)
	onTheLastDay, _ := moveAt(t, rules(), c, extend, casework.Head, time.Date(2026, 6, 9, 10, 0, 0, 0, shanxi))
	if onTheLastDay.Clock.Due != extended.Clock.Due {
		t.Errorf("on the last day: %s", onTheLastDay.Clock.Due)
	}
}

func TestAFormalSuggestionHasTheLawsTerm(t *testing.T) {
	r := rules()
	r.Deadlines = map[casework.Route]casework.Deadline{casework.County: {Months: 1}}
	r.Extension = casework.Deadline{Months: 2}
	mark := casework.MarkFormal{No: "第12号"}
	for _, route := range casework.Routes() {
		c, _ := moveAt(t, r, caseIn(casework.Received), casework.Classify{Route: route, Reason: "因"}, casework.Head, noon)
		formal, _ := moveAt(t, r, c, mark, casework.Head, noon.Add(day))
		if got := formal.Clock.Due.String(); got != "2026-06-09" || !formal.Formal() {
			t.Errorf("%s: due %s, want 3 months from the classification", route, got)
		}
		extended, _ := moveAt(t, r, formal, casework.Extend{Reason: "较难"}, casework.Head, noon.Add(day))
		if got := extended.Clock.Due.String(); got != "2026-09-09" {
			t.Errorf("%s extended: due %s, want 6 months from the classification", route, got)
		}
		expectWhy(t, formal, mark, noon, casework.WhyFormal)
	}
	early, event := moveAt(t, r, caseIn(casework.Received), mark, casework.Head, noon)
	if early.Clock != caseIn(casework.Received).Clock || event.Facts.FormalNo != "第12号" {
		t.Errorf("marked before it is classified it is due %s, %+v", early.Clock.Due, event.Facts)
	}
	classified, _ := moveAt(t, r, early, casework.Classify{Route: casework.Township, Reason: "因"}, casework.Head, noon)
	if got := classified.Clock.Due.String(); got != "2026-06-09" {
		t.Errorf("classified then: due %s", got)
	}
}

func TestReturningAnAssignmentGainsNoTime(t *testing.T) {
	c := caseIn(casework.Assigned)
	returned, event := moveAt(t, rules(), c, casework.Return{Reason: "不归我们管"}, casework.Head, noon.Add(10*day))
	if returned.Clock != c.Clock || returned.Assignment.Unit != "" || event.Facts.Unit != "县交通局" {
		t.Errorf("%+v, the log says %+v", returned, event.Facts)
	}
}

func TestWhoIsNotSatisfiedIsHeardOnce(t *testing.T) {
	c := caseIn(casework.Closed)
	again, event := moveAt(t, rules(), c, rules().Rating(c, casework.NotSatisfied, "路还是坏的"), casework.Resident, noon.Add(10*day))
	if again.State != casework.Classified || again.Reopened != 1 || event.Facts.Rating != casework.NotSatisfied || event.Words != "路还是坏的" {
		t.Fatalf("%+v, %+v", again, event)
	}
	// The county's three months begin anew, on 19 March; 19 June is the Dragon Boat Festival.
	if got := again.Clock.Due.String(); got != "2026-06-22" || again.Route != c.Route || again.Answer.Result != "" || !again.EndedAt.IsZero() {
		t.Errorf("due %s, %+v", got, again)
	}
	for _, step := range []casework.Action{casework.ActionAnswer, casework.ActionFeedback, casework.ActionClose} {
		again, _ = moveAt(t, rules(), again, steps[step], casework.Head, noon.Add(11*day))
	}
	rated, _ := moveAt(t, rules(), again, rules().Rating(again, casework.NotSatisfied, ""), casework.Resident, noon.Add(12*day))
	if rated.State != casework.Closed || rated.Rating.Value != casework.NotSatisfied || rated.Reopened != 1 {
		t.Errorf("the second time %+v", rated)
	}
	expectWhy(t, again, casework.Reopen{}, noon, casework.WhyReopened)
	expectWhy(t, rated, casework.Rate{Value: casework.Satisfied}, noon, casework.WhyRated)
	expectWhy(t, rated, casework.Reopen{}, noon, casework.WhyRated)
}

func TestWhatWasPlannedBecomesSolved(t *testing.T) {
	c := caseIn(casework.Closed) // answered as planned
	rated, _ := moveAt(t, rules(), c, casework.Rate{Value: casework.BasicallySatisfied}, casework.Resident, noon)
	solved, event := moveAt(t, rules(), rated, steps[casework.ActionFollowUp], casework.Head, noon.Add(90*day))
	if solved.Answer.Result != casework.ResolvedA || solved.State != casework.Closed || solved.EndedAt != c.EndedAt || event.Facts.Result != casework.ResolvedA {
		t.Errorf("%+v, %+v", solved, event)
	}
	if solved.Rated() {
		t.Error("the resident cannot rate what was done meanwhile")
	}
	expectWhy(t, solved, steps[casework.ActionFollowUp], noon, casework.WhyNotPlanned)
}

func TestAPublicCaseIsTakenOffAgain(t *testing.T) {
	c := caseIn(casework.Closed)
	expectWhy(t, c, casework.Unpublish{}, noon, casework.WhyNotReleased)
	public, _ := moveAt(t, rules(), c, steps[casework.ActionRelease], casework.Head, noon)
	if !public.Released() {
		t.Fatal("it is not public")
	}
	off, _ := moveAt(t, rules(), public, casework.Unpublish{}, casework.Head, noon)
	if off.Released() {
		t.Error("it is still public")
	}
}

func TestUnitsAreThoseOfTheStation(t *testing.T) {
	r := rules()
	r.Units = []string{"乡人民政府", "县交通局"}
	for unit, want := range map[string]bool{"县交通局": true, " 乡人民政府 ": true, "县水利局": false} {
		_, _, err := r.Apply(caseIn(casework.Classified), casework.Assign{Unit: unit}, administrator, noon)
		if accepted := err == nil; accepted != want {
			t.Errorf("%q: %v", unit, err)
		}
	}
	c := apply(t, caseIn(casework.Classified), casework.Assign{Unit: "县交通局", CoUnits: []string{"县财政局", "县交通局", "县财政局"}})
	if len(c.Assignment.CoUnits) != 1 {
		t.Errorf("helped by %v", c.Assignment.CoUnits)
	}
}

// amended is the calendar with Saturday, 14 March 2026, worked for Monday, 16 March.
func amended(t *testing.T) casework.Rules {
	t.Helper()
	years := workday.Published()
	for i := range years {
		if years[i].Year == 2026 {
			years[i].OffDays = append(years[i].OffDays, workday.Day{Date: workday.NewDate(2026, 3, 16), Name: "调休"})
		}
	}
	calendar, err := workday.NewCalendar(years...)
	if err != nil {
		t.Fatal(err)
	}
	r := rules()
	r.Calendar = calendar
	return r
}

func TestAnAmendedCalendarRecountsWhatIsOpen(t *testing.T) {
	c := onRoute(t, casework.Explain)
	if got := c.Clock.Due.String(); got != "2026-03-16" {
		t.Fatalf("due %s", got)
	}
	if _, _, changed := rules().Recount(c, noon); changed {
		t.Error("the same calendar changes it")
	}
	recounted, event, changed := amended(t).Recount(c, noon.Add(day))
	if !changed || recounted.Clock.Due.String() != "2026-03-17" || recounted.Clock.From != c.Clock.From {
		t.Fatalf("changed %t, due %s", changed, recounted.Clock.Due)
	}
	if event.Action != casework.ActionRecompute || event.Actor.Role != casework.System || event.Facts.DueBefore != "2026-03-16" || event.Facts.Due != "2026-03-17" {
		t.Errorf("the log says %+v", event)
	}
	closed := caseIn(casework.Closed)
	closed.Clock = c.Clock
	if _, _, changed := amended(t).Recount(closed, noon); changed {
		t.Error("a closed case is recounted")
	}
}

func TestEveryDeadlineIsExplained(t *testing.T) {
	c := onRoute(t, casework.Explain)
	trace := rules().Explain(c)
	if trace.Rule != workday.RuleWorkingDays || trace.N != 5 || trace.Start != c.Clock.From || trace.Result != c.Clock.Due || len(trace.Skipped) == 0 {
		t.Errorf("%+v", trace)
	}
	if trace := rules().Explain(onRoute(t, casework.County)); trace.Rule != workday.RuleMonths || trace.N != 3 {
		t.Errorf("%+v", trace)
	}
}

func TestReminders(t *testing.T) {
	c := onRoute(t, casework.Township) // from 9 March, due on the 30th, a Monday
	if got := c.Clock.Due.String(); got != "2026-03-30" {
		t.Fatalf("due %s", got)
	}
	tests := []struct {
		on       string
		reminded string
		want     int // 0 for none
	}{
		{"2026-03-10", "", 0},
		{"2026-03-25", "", 0},
		{"2026-03-26", "", -2}, // two working days before
		{"2026-03-27", "", -2}, // the day before it was missed
		{"2026-03-27", "2026-03-26", 0},
		{"2026-03-31", "2026-03-26", 1},
		{"2026-03-31", "2026-03-31", 0},
		{"2026-04-20", "2026-03-26", 5}, // of two missed ones, the later
		{"2026-04-21", "2026-04-20", 0},
	}
	for _, test := range tests {
		on, err := time.ParseInLocation("2006-01-02 15", test.on+" 08", shanxi)
		if err != nil {
			t.Fatal(err)
		}
		waiting := c
		if test.reminded != "" {
			if waiting.RemindedOn, err = workday.ParseDate(test.reminded); err != nil {
				t.Fatal(err)
			}
		}
		reminded, event, due := rules().Remind(waiting, on)
		if due != (test.want != 0) || event.Facts.Reminder != test.want {
			t.Errorf("on %s after %q: %t, %d, want %d", test.on, test.reminded, due, event.Facts.Reminder, test.want)
		}
		if due && reminded.RemindedOn.String() != test.on {
			t.Errorf("noted on %s", reminded.RemindedOn)
		}
	}
	if _, _, due := rules().Remind(caseIn(casework.Closed), noon.Add(300*day)); due {
		t.Error("a closed case reminds")
	}
	own := rules()
	own.Reminders = casework.Reminders{Before: []int{10}}
	if _, event, due := own.Remind(c, time.Date(2026, 3, 16, 1, 0, 0, 0, time.UTC)); !due || event.Facts.Reminder != -10 {
		t.Errorf("ten days before: %t, %+v", due, event.Facts)
	}
	none := rules()
	none.Reminders = casework.Reminders{Before: []int{}, After: []int{}}
	if _, _, due := none.Remind(c, noon.Add(100*day)); due {
		t.Error("it reminds though the station wants none")
	}
	short := onRoute(t, casework.OnTheSpot) // no room for a reminder before it
	if _, _, due := rules().Remind(short, noon); due {
		t.Error("it reminds on the day it began")
	}
}

func TestMergingKeepsEverybodyInformed(t *testing.T) {
	c, into := caseIn(casework.Received), caseIn(casework.Assigned)
	m, err := rules().Merge(c, into, "同一段路", administrator, noon)
	if err != nil {
		t.Fatal(err)
	}
	if m.From.State != casework.Merged || m.From.MergedInto != into.Code || m.FromEvent.Facts.Case != into.Code || m.FromEvent.Words != "同一段路" {
		t.Errorf("%+v, %+v", m.From, m.FromEvent)
	}
	if m.Into.State != into.State || m.Into.Clock != into.Clock || m.Into.Untold != 1 || m.IntoEvent.Facts.Case != c.Code {
		t.Errorf("%+v, %+v", m.Into, m.IntoEvent)
	}
	answered := apply(t, apply(t, m.Into, steps[casework.ActionAnswer]), steps[casework.ActionFeedback])
	expectWhy(t, answered, casework.Close{}, noon, casework.WhyUntold)
	for name, target := range map[string]casework.Case{"itself": c, "closed": caseIn(casework.Closed), "merged": caseIn(casework.Merged)} {
		if _, err := rules().Merge(c, target, "因", administrator, noon); len(problems(err)) != 1 {
			t.Errorf("into one that is %s: %v", name, err)
		}
	}
	if _, err := rules().Merge(caseIn(casework.Answered), into, "因", administrator, noon); !errors.Is(err, casework.ErrNotAllowed) {
		t.Errorf("an answered one: %v", err)
	}
	if _, err := rules().Merge(c, into, "", administrator, noon); len(problems(err)) != 1 {
		t.Errorf("without reason: %v", err)
	}
	if _, err := rules().Merge(c, into, "因", casework.Actor{Role: casework.Deputy}, noon); !errors.Is(err, casework.ErrNotAllowed) {
		t.Errorf("by a deputy: %v", err)
	}
}

func TestAnonymisingErasesEveryText(t *testing.T) {
	c := caseIn(casework.Closed)
	erased, _ := moveAt(t, rules(), c, casework.Anonymise{}, casework.System, noon)
	for what, text := range map[string]string{
		"suggestion": erased.Text, "reason": erased.Classification.Reason, "request": erased.Assignment.Text,
		"answer": erased.Answer.Text, "feedback": erased.Feedback.Text, "rating": erased.Rating.Text,
	} {
		if text != "" {
			t.Errorf("the %s still says %q", what, text)
		}
	}
	if erased.Answer.Result != c.Answer.Result || erased.Topic != c.Topic {
		t.Errorf("the figures changed: %+v", erased)
	}
	expectWhyOf(t, erased, casework.Anonymise{}, casework.System, casework.WhyAnonymised)
}

func expectWhyOf(t *testing.T, c casework.Case, m casework.Move, by casework.Role, want casework.Why) {
	t.Helper()
	_, _, err := rules().Apply(c, m, casework.Actor{Role: by}, noon)
	var refused *casework.NotAllowedError
	if !errors.As(err, &refused) || refused.Why != want {
		t.Errorf("%s: %v, want %s", m.Action(), err, want)
	}
}

func TestWhatWasKeptLongEnough(t *testing.T) {
	r := casework.Rules{}
	if got := r.KeptSince(noon); got != noon.AddDate(-casework.RetentionYears, 0, 0) {
		t.Errorf("kept since %s", got)
	}
	r.RetentionYears = 3
	if got := r.KeptSince(noon); got.Year() != 2023 {
		t.Errorf("kept since %s", got)
	}
}

func TestPasswords(t *testing.T) {
	for chosen, want := range map[string]string{
		"": "new_password: required", "short": "new_password: too_short", "first password": "new_password: same_password",
		"a good long one": "", "密码可以是十个汉字吧": "", "\x00 control character": "new_password: control_character",
	} {
		got := ""
		if all := problems(casework.CheckPassword("first password", chosen)); len(all) > 0 {
			got = all[0]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", chosen, got, want)
		}
	}
}

func TestSecretsReadAsTheyAreWritten(t *testing.T) {
	seen := map[casework.Secret]bool{}
	for range 500 {
		secret := casework.NewSecret()
		if seen[secret] {
			t.Fatalf("%s was drawn twice", secret)
		}
		seen[secret] = true
		if got, err := casework.ParseSecret(secret.String()); err != nil || got != secret || len(secret.String()) != 9 {
			t.Fatalf("%s reads as %s, error %v", secret, got, err)
		}
	}
	for _, typed := range []string{"", "ABC", "ABCD-EFGHJ", "ABCD-EFU!"} {
		if _, err := casework.ParseSecret(typed); len(problems(err)) != 1 {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

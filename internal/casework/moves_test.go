package casework_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

var administrator = casework.Actor{Role: casework.Administrator, Staff: 1}

func TestWhatAMoveMustSay(t *testing.T) {
	tests := []struct {
		name  string
		state casework.State
		move  casework.Move
		want  []string
	}{
		{"a classification needs both", casework.Received, casework.Classify{}, []string{"route: required", "reason: required"}},
		{"blanks are no reason", casework.Received, casework.Classify{Route: casework.County, Reason: " \n\u3000"}, []string{"reason: required"}},
		{"unclassified is no route to give", casework.Received, casework.Classify{Route: casework.Unclassified, Reason: "因"}, []string{"route: unknown_choice"}},
		{"again needs a reason again", casework.Classified, casework.Classify{Route: casework.County}, []string{"reason: required"}},
		{"a long reason", casework.Received, casework.Classify{Route: casework.County, Reason: strings.Repeat("因", casework.MostReason+1)}, []string{"reason: too_long"}},
		{"an answer needs both", casework.Classified, casework.GiveAnswer{}, []string{"result: required", "text: required"}},
		{"results are A to D", casework.Classified, casework.GiveAnswer{Result: "E", Text: "好"}, []string{"result: unknown_choice"}},
		{"control characters", casework.Classified, casework.GiveAnswer{Result: "A", Text: "a\x00b"}, []string{"text: control_character"}},
		{"a feedback needs both", casework.Answered, casework.RecordFeedback{}, []string{"channel: required", "text: required"}},
		{"pigeons are no channel", casework.Answered, casework.RecordFeedback{Channel: "pigeon", Text: "咕"}, []string{"channel: unknown_choice"}},
		{"a unit of its own", casework.Classified, casework.Assign{}, []string{"unit: required"}},
		{"a deputy is no unit", casework.Classified, casework.Assign{Unit: " 白代表 "}, []string{"unit: deputy_handles"}},
		{"nor helps one", casework.Classified, casework.Assign{Unit: "县交通局", CoUnits: []string{"白代表"}}, []string{"co_units: deputy_handles"}},
		{"many helpers", casework.Classified, casework.Assign{Unit: "县交通局", CoUnits: strings.Split("甲乙丙丁戊己", "")}, []string{"co_units: too_many"}},
		{"a return says why", casework.Assigned, casework.Return{}, []string{"reason: required"}},
		{"an extension says why", casework.Classified, casework.Extend{Reason: " "}, []string{"reason: required"}},
		{"a formal suggestion has a number", casework.Received, casework.MarkFormal{}, []string{"formal_no: required"}},
		{"nothing is planned for yesterday", casework.Classified, casework.GiveAnswer{Result: "B", Text: "好", PlannedFor: workday.NewDate(2026, 3, 8)}, []string{"planned_for: bad_date"}},
		{"ratings are three", casework.Closed, casework.Rate{Value: "wonderful"}, []string{"rating: unknown_choice"}},
		{"staff say why they withdraw", casework.Received, casework.Withdraw{}, []string{"reason: required"}},
		{"a follow-up needs both", casework.Closed, casework.FollowUp{}, []string{"channel: required", "text: required"}},
		{"an empty remark", casework.Received, casework.Comment{}, []string{"text: required"}},
		{"a phone is not published", casework.Closed, casework.Publish{Text: "请打 13900000031 问问", Answer: "好"}, []string{"text: personal_data"}},
		{"neither in the answer", casework.Closed, casework.Publish{Text: "路被冲毁了", Answer: "已告知 139 0000 0031"}, []string{"answer: personal_data"}},
		{"nobody was told tomorrow", casework.Answered, casework.RecordFeedback{Channel: casework.ByPhone, Text: "好", ToldAt: noon.Add(time.Hour)}, []string{"told_at: in_future"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := caseIn(test.state)
			after, _, err := rules().Apply(before, test.move, administrator, noon)
			if diff := cmp.Diff(test.want, problems(err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !cmp.Equal(before, after, byValue) {
				t.Error("the case was changed")
			}
		})
	}
}

func TestAChangedAnswerHasToBeToldAgain(t *testing.T) {
	c := caseIn(casework.FeedbackGiven)
	c = apply(t, c, casework.GiveAnswer{Result: casework.ResolvedA, Text: "已经修好。"})
	if c.State != casework.Answered || c.Feedback != (casework.Feedback{}) {
		t.Fatalf("the case is %s with feedback %+v", c.State, c.Feedback)
	}
	if _, _, err := rules().Apply(c, casework.Close{}, administrator, noon); err == nil {
		t.Error("it can be closed though nobody was told")
	}
}

func TestFeedbackKeepsWhenTheResidentWasTold(t *testing.T) {
	morning := noon.Add(-3 * time.Hour)
	answered := caseIn(casework.Answered)
	answered.Answer.At = morning.Add(30 * time.Second) // forms tell minutes
	c := apply(t, answered, casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知", ToldAt: morning})
	if c.Feedback.ToldAt != morning || c.Feedback.At != noon {
		t.Errorf("told at %s, recorded at %s", c.Feedback.ToldAt, c.Feedback.At)
	}
	c = apply(t, c, casework.RecordFeedback{Channel: casework.PublicNotice, Text: "已张贴"})
	if c.Feedback.ToldAt != noon || c.Feedback.Channel != casework.PublicNotice {
		t.Errorf("the second feedback is %+v", c.Feedback)
	}
}

func TestWordsStandInTheEventAndNotInItsFacts(t *testing.T) {
	const secret = "电话13900000031王小明"
	c := caseIn(casework.Received)
	for _, move := range []casework.Move{
		casework.Classify{Route: casework.Township, Reason: secret},
		casework.GiveAnswer{Result: casework.ResolvedA, Text: secret},
		casework.RecordFeedback{Channel: casework.ByPhone, Text: secret},
	} {
		moved, event, err := rules().Apply(c, move, administrator, noon)
		if err != nil {
			t.Fatal(err)
		}
		if event.Words != secret {
			t.Errorf("%s: words %q", event.Action, event.Words)
		}
		c = moved
	}
}

func apply(t *testing.T, c casework.Case, m casework.Move) casework.Case {
	t.Helper()
	moved, _, err := rules().Apply(c, m, administrator, noon)
	if err != nil {
		t.Fatalf("%s: %v", m.Action(), err)
	}
	return moved
}

// problems are the field errors in err, as field: code.
func problems(err error) []string {
	var all []string
	for _, e := range casework.AsFieldErrors(err) {
		all = append(all, e.Error())
	}
	return all
}

// byValue compares days as they are.
var byValue = cmpopts.EquateComparable(workday.Date{})

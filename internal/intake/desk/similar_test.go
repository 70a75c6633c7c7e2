package desk

import (
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

func TestWhatIsProbablyTheSameMatter(t *testing.T) {
	told := casework.Case{Code: "000000000001", Village: "白额村", Text: "白额村田间路被大雨冲毁，三轮车进不去，请帮忙修一修。"}
	for name, c := range map[string]struct {
		other casework.Summary
		want  bool
	}{
		"in other words":        {casework.Summary{Code: "000000000002", Village: "白额村", Excerpt: "田间路被大雨冲毁了，三轮车都进不去。"}, true},
		"on another matter":     {casework.Summary{Code: "000000000002", Village: "白额村", Excerpt: "村委会门口的路灯不亮，晚上看不见。"}, false},
		"in another village":    {casework.Summary{Code: "000000000002", Village: "中垛村", Excerpt: told.Text}, false},
		"the case itself":       {casework.Summary{Code: told.Code, Village: "白额村", Excerpt: told.Text}, false},
		"merged into something": {casework.Summary{Code: "000000000002", Village: "白额村", Excerpt: told.Text, State: casework.Merged}, false},
		"closed meanwhile":      {casework.Summary{Code: "000000000002", Village: "白额村", Excerpt: told.Text, State: casework.Closed}, true},
	} {
		if got := len(alike([]casework.Summary{c.other}, told)) == 1; got != c.want {
			t.Errorf("%s: called similar: %v", name, got)
		}
	}
}

func TestTheMostSimilarComeFirstAndNotTooMany(t *testing.T) {
	told := casework.Case{Text: strings.Repeat("田间路被冲毁", 100)}
	var candidates []casework.Summary
	for i := range 2 * mostSimilar {
		text := strings.Repeat("田间路被冲毁", 8) + strings.Repeat("请修", i)
		candidates = append([]casework.Summary{{Code: casework.Code(text), Excerpt: text}}, candidates...)
	}
	found := alike(candidates, told)
	if len(found) != mostSimilar || found[0].Excerpt != strings.Repeat("田间路被冲毁", 8) {
		t.Fatalf("found %+v", found)
	}
	for i := 1; i < len(found); i++ {
		if found[i].Percent > found[i-1].Percent {
			t.Errorf("%d%% before %d%%", found[i-1].Percent, found[i].Percent)
		}
	}
}

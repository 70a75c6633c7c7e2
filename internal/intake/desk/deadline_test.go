package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// autumn is a station in a year whose National Day is as it was in 2025.
func autumn(t *testing.T) *mounted.Documents {
	t.Helper()
	year := workday.Year{Year: 2025, Source: "国办发明电〔2024〕12号"}
	for day := 1; day <= 8; day++ {
		year.OffDays = append(year.OffDays, workday.Day{Date: workday.NewDate(2025, time.October, day), Name: "国庆节"})
	}
	year.WorkDays = []workday.Day{{Date: workday.NewDate(2025, time.September, 28), Name: "国庆节"}, {Date: workday.NewDate(2025, time.October, 11), Name: "国庆节"}}
	d, err := mounted.NewDocuments(stationconf.Station{TimeZone: "Asia/Shanghai"}, stationconf.Calendar{Years: []workday.Year{year, {Year: 2026}}}, stationconf.Schedule{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told is how the page tells the reasons, in Chinese and in English.
func toldReasons(t *testing.T, reasons []reasonView) map[web.Language]string {
	t.Helper()
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	written := map[web.Language]string{}
	for language, words := range catalogues {
		var lines []string
		for _, r := range reasons {
			key := "why." + r.Key
			if r.Several() {
				key += "_days"
			}
			lines = append(lines, words.Text(key, "from", r.From.Format("1-2"), "to", r.To.Format("2006-1-2"), "n", r.N, "name", r.Name, "source", r.Source, "year", r.Year))
		}
		written[language] = strings.Join(lines, "\n")
	}
	return written
}

func TestWhyADeadlineIsWhenItIs(t *testing.T) {
	d := autumn(t)
	for name, c := range map[string]struct {
		change func(*casework.Case)
		want   []string
	}{
		"15 working days over National Day": {func(c *casework.Case) {
			c.Route, c.Clock = casework.Township, casework.Clock{From: workday.NewDate(2025, time.September, 25), Term: casework.Deadline{WorkingDays: 15}}
		}, []string{
			"交乡镇政府办理的期限。", "从 9-25 起，15 个工作日。", "9-25 当天不算（民法典第二百零一条）。", "9-27 周末，不算。", "9-28 为国庆节调休上班，算工作日。",
			"10-1 至 2025-10-8 国庆节放假，不算。", "10-11 为国庆节调休上班，算工作日。", "10-12 周末，不算。", "10-18 至 2025-10-19 周末，不算。",
			"最后一天：2025-10-22。", "依据：2025 年放假安排（国办发明电〔2024〕12号）。",
		}},
		"three months to the end of February": {func(c *casework.Case) {
			c.Route, c.Clock = casework.County, casework.Clock{From: workday.NewDate(2025, time.November, 30), Term: casework.Deadline{Months: 3}}
		}, []string{
			"协调县直部门办理的期限。", "从 11-30 起，3 个月。", "11-30 当天不算（民法典第二百零一条）。", "2-28 至 2026-3-1 周末，不算。",
			"那个月没有对应的日子，期满是月末：2026-2-28（民法典第二百零二条）。", "那天休息，顺延到下一个工作日：2026-3-2（民法典第二百零三条）。",
			"最后一天：2026-3-2。", "依据：2026 年放假安排。",
		}},
		"a term that was missed before the county took over": {func(c *casework.Case) {
			c.Route, c.Clock = casework.County, casework.Clock{From: workday.NewDate(2025, time.October, 13), Term: casework.Deadline{WorkingDays: 2}}
		}, []string{
			"沿用先前定下的期限：后来改分类、定为代表建议、并案或站里改规定，都没有改动它。", "从 10-13 起，2 个工作日。", "10-13 当天不算（民法典第二百零一条）。",
			"最后一天：2025-10-15。", "依据：2025 年放假安排（国办发明电〔2024〕12号）。",
		}},
		"a term into a year nobody knows": {func(c *casework.Case) {
			c.Route, c.FormalNo, c.Extended = casework.Township, "12", true
			c.Clock = casework.Clock{From: workday.NewDate(2026, time.October, 12), Term: casework.Deadline{Months: 6}}
		}, []string{
			"代表建议，按法律规定的期限算。", "从 10-12 起，6 个月。", "10-12 当天不算（民法典第二百零一条）。", "期满是对应的那一天：2027-4-12（民法典第二百零二条）。",
			"最后一天：2027-4-12。", "2027 年放假安排还没有公布，这个期限可能会变。",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var one casework.Case
			c.change(&one)
			told := toldReasons(t, explain(one, d))
			if got := told[web.Chinese]; got != strings.Join(c.want, "\n") {
				t.Errorf("told:\n%s\nwant:\n%s", got, strings.Join(c.want, "\n"))
			}
			if got := told[web.English]; strings.Contains(got, "why.") || strings.Contains(got, "{") || strings.Count(got, "\n") != len(c.want)-1 {
				t.Errorf("told in English:\n%s", got)
			}
		})
	}
}

func TestEveryTermHasWords(t *testing.T) {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	terms := map[string]casework.Case{
		"term_triage":   {Route: casework.Unclassified, Clock: casework.Clock{Term: casework.TriageDeadline()}},
		"term_formal":   {Route: casework.Township, FormalNo: "1", Clock: casework.Clock{Term: casework.FormalDeadline()}},
		"term_extended": {Route: casework.County, Extended: true, Clock: casework.Clock{Term: casework.ExtendedDeadline()}},
		"term_kept":     {Route: casework.County, Clock: casework.Clock{Term: casework.Deadline{WorkingDays: 15}}},
	}
	for route, term := range casework.DefaultDeadlines() {
		terms["term_"+string(route)] = casework.Case{Route: route, Clock: casework.Clock{Term: term}}
	}
	for want, c := range terms {
		if got := termOf(c, casework.Rules{}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for language, words := range catalogues {
			if !words.Has("why." + want) {
				t.Errorf("%s has no words for %s", language, want)
			}
		}
	}
}

func TestHowADueDayIsShown(t *testing.T) {
	for offset, want := range map[int]string{-3: "late due.late 3", 0: "soon due.today 0", 1: "soon due.soon 1", 2: "soon due.soon 2", 3: " due.on 3"} {
		view := viewDue(november(12).AddDays(offset), november(12), time.UTC)
		if got := fmt.Sprintf("%s %s %d", view.Class, view.Words, view.Days); got != want {
			t.Errorf("%+d days: %q, want %q", offset, got, want)
		}
	}
	if view := viewDue(workday.Date{}, november(12), time.UTC); view != (dueView{}) {
		t.Errorf("no due day is shown as %+v", view)
	}
}

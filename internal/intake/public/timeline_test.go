package public

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

// titles of the steps of a timeline, in order.
func (a answerPage) titles(selector string) string {
	return strings.Join(a.Find(selector+" .timeline h3").Map(func(_ int, h *goquery.Selection) string { return h.Text() }), " ")
}

func TestProgressIsTheHistoryInPlainWords(t *testing.T) {
	c := openCounter(t, usual).raise()
	page := c.get("/status?" + c.query())
	if got := page.titles("#steps"); got != "收到 等待分类" || page.Find("#steps [aria-current=step]").Length() != 1 {
		t.Errorf("steps: %s", got)
	}
	page.says("main", "最迟在这一天定下由谁来办", "2026年11月16日")
	page.says("#own", "田间路被冲毁")

	c.move(administrator,
		casework.Classify{Route: casework.County, Reason: "机密理由"}, casework.Assign{Unit: "县直有关部门", Text: "机密要求"},
		casework.Return{Reason: "机密退回"}, casework.Assign{Unit: "县交通局", CoUnits: []string{"县水利局"}},
		casework.Start{}, casework.Extend{Reason: "机密延期"}, casework.Comment{Text: "机密备注"})
	c.move(deputy, casework.Urge{Text: "机密督办"}, casework.Comment{Text: "机密备注"})
	page = c.get("/status?" + c.query())
	if got := page.titles("#steps"); got != "收到 分类 交办 重新安排 交办 开始办理 延期 督办 等待答复" {
		t.Errorf("steps: %s", got)
	}
	page.says("#steps", "联络站正在协调。最迟2027年2月12日办完。", "由县交通局办理。协助办理：县水利局。", "期限延长到2027年5月12日", "人大代表督促")
	page.keepsQuiet("html", "机密", "张三", "13912345678")
	page.says("details.why", "为什么是这一天", "6个月")

	c.move(administrator,
		casework.GiveAnswer{Result: casework.ResolvedA, Text: "写错了的答复。"},
		casework.GiveAnswer{Result: casework.PlannedB, Text: "列入明年计划。", PlannedFor: workday.NewDate(2027, 6, 1)},
		casework.RecordFeedback{Channel: casework.ByPhone, Text: "机密记录"}, casework.Close{},
		casework.Publish{Text: "田间路被冲毁。", Answer: "列入计划。"}, casework.Unpublish{},
		casework.FollowUp{Channel: casework.Message, Text: "路修通了。"})
	page = c.get("/status?" + c.query())
	if got := page.titles("#steps"); !strings.HasSuffix(got, "督办 答复 反馈 办结 公开 不再公开 后续") {
		t.Errorf("steps: %s", got)
	}
	page.says("#steps", "计划2027年6月1日办好", "列入明年计划。", "2026年11月12日已把结果告诉您（电话）", "路修通了。")
	page.keepsQuiet("html", "机密", "写错了")
	if page.Find("#steps .now").Length() != 0 {
		t.Error("a closed case waits for something")
	}
}

// Every action is either told or kept, and a new one has to be decided about.
func TestEveryActionIsToldOrKept(t *testing.T) {
	kept := []casework.Action{casework.ActionJoin, casework.ActionComment, casework.ActionRemind}
	for _, action := range casework.Actions() {
		if _, told := ownStories[action]; told == slices.Contains(kept, action) {
			t.Errorf("%s is both told and kept, or neither", action)
		}
	}
}

func TestAMergedCaseShowsTheOneItGoesOnAs(t *testing.T) {
	c := openCounter(t, usual)
	other := c.raise()
	other.Case.Text, other.Case.Code = "另一个人写的原话。", casework.NewCode()
	other.history[0].Words = ""
	mine := c.raise()
	rules := casework.Rules{Deadlines: casework.DefaultDeadlines()}
	m, err := rules.Merge(mine.Case, other.Case, "机密并案", administrator, c.now)
	if err != nil {
		t.Fatal(err)
	}
	mine.Case, mine.history = m.From, append(mine.history, casework.Entry{Event: m.FromEvent})
	other.Case, other.history = m.Into, append(other.history, casework.Entry{Event: m.IntoEvent})
	page := c.get("/status?" + mine.query())
	page.says("main", "合并办理")
	page.says("#joined", "已收到，等待分类", "最迟在这一天")

	other.Case.Joined, other.Case.Untold = 0, 0 // everybody is told, as storage sees to it
	other.closed()
	other.move(casework.Actor{Role: casework.Resident}, casework.Rate{Value: casework.Satisfied, Text: "另一个人的评价"})
	mine.move(administrator, casework.Inform{RecordFeedback: casework.RecordFeedback{Channel: casework.ByPhone, Text: "机密记录"}})
	page = c.get("/status?" + mine.query())
	if got := page.titles("#joined"); got != "分类 交办 开始办理 答复 办结" {
		t.Errorf("the joint case: %s", got)
	}
	page.says("#joined", "乡政府办公室", "路已经修好。")
	page.says("#steps", "合并办理", "已把结果告诉您（电话）")
	page.keepsQuiet("html", "另一个人", "机密", other.Case.Code.String())
	if got := page.Find("img[src^='/photo/']").Length(); got != 1 {
		t.Errorf("%d photos", got)
	}
}

func TestAnAnswerThatNamesTheOtherReporterIsReadWithoutTheName(t *testing.T) {
	c := openCounter(t, usual)
	other, mine := c.raise(), c.raise()
	other.Case.Code, other.Contact = casework.NewCode(), casework.Contact{Name: "赵铁柱"}
	m, err := casework.Rules{Deadlines: casework.DefaultDeadlines()}.Merge(mine.Case, other.Case, "同一条路", administrator, c.now)
	if err != nil {
		t.Fatal(err)
	}
	mine.Case, mine.history = m.From, append(mine.history, casework.Entry{Event: m.FromEvent})
	other.Case, other.history = m.Into, append(other.history, casework.Entry{Event: m.IntoEvent})
	other.move(administrator, casework.Classify{Route: casework.Explain, Reason: "说明"})
	other.move(administrator, casework.GiveAnswer{Result: casework.ResolvedA, Text: "已到赵铁柱家，电话13900001111已告知。"})
	page := c.get("/status?" + mine.query())
	page.says("#joined", "已到赵**家，电话139****1111")
	page.keepsQuiet("html", "赵铁柱", "13900001111")
}

func TestAMergeThatLeadsNowhereIsAFaultAndNotAnUnknownCode(t *testing.T) {
	c := openCounter(t, usual).raise()
	c.Case.State, c.Case.MergedInto = casework.Merged, casework.NewCode()
	c.get("/status?" + c.query()).answers(http.StatusInternalServerError)
}

func TestWhyADeadlineIsOnItsDay(t *testing.T) {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	words := catalogues[web.Chinese]
	tell := teller{text: words.Text, date: words.Date, in: time.UTC}
	calendar, err := workday.NewCalendar(workday.Year{
		Year: 2026, Source: "国办发明电〔2025〕7号",
		OffDays:  []workday.Day{{Date: workday.NewDate(2026, 10, 1), Name: "国庆节"}, {Date: workday.NewDate(2026, 10, 2), Name: "国庆节"}, {Date: workday.NewDate(2026, 10, 5), Name: "国庆节"}},
		WorkDays: []workday.Day{{Date: workday.NewDate(2026, 10, 10), Name: "国庆节"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		trace workday.Trace
		says  []string
	}{
		"working days": {calendar.ExplainAddWorkingDays(workday.NewDate(2026, 9, 30), 5), []string{
			"从2026年9月30日起算，当天不算，5个工作日，到2026年10月10日。", "2026年10月1日到2026年10月2日是国庆节放假，不算。", "2026年10月3日到2026年10月4日是周末，不算。",
			"2026年10月5日是国庆节放假，不算。", "2026年10月10日是国庆节调休的上班日，算一天。", "按国务院办公厅公布的2026年放假安排计算。",
		}},
		"months to a day off": {calendar.ExplainAddMonths(workday.NewDate(2026, 7, 2), 3), []string{
			"从2026年7月2日起算，当天不算，3个月，到2026年10月2日。", "顺延到下一个工作日2026年10月6日",
		}},
		"months to a short one, by a notice not yet in": {calendar.ExplainAddMonths(workday.NewDate(2026, 11, 30), 3), []string{
			"那个月没有这一天，算到月底2027年2月28日", "2027年的放假安排还没有公布",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(tell.reasons(c.trace), "\n")
			for _, want := range c.says {
				if !strings.Contains(got, want) {
					t.Errorf("it does not say %q:\n%s", want, got)
				}
			}
		})
	}
}

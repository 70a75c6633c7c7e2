package figures

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/workday"
)

func TestEachFigureLeadsToTheCasesItCounts(t *testing.T) {
	for name, account := range map[string]casework.Account{"who sees everything": wang, "a deputy": deputy} {
		for _, period := range []string{"", "?from=2026-03-01&to=2026-03-31", "?from=2025-01-01&to=2025-12-31", "?from=2026-11-26&to=2026-11-26"} {
			t.Run(name+period, func(t *testing.T) {
				o := open(t, account)
				figures := 0
				o.get("/desk/statistics" + period).page(200).Find("main dd a, main td a").Each(func(_ int, link *goquery.Selection) {
					figures++
					address := link.AttrOr("href", "")
					if got := strconv.Itoa(len(o.listed(address))); got != link.Text() {
						t.Errorf("%s is said to list %s cases and lists %s", address, link.Text(), got)
					}
				})
				if figures < 3 {
					t.Errorf("only %d figures lead anywhere", figures)
				}
			})
		}
	}
}

// listed are the cases that the queue at the address shows to who read the statistics.
func (o *office) listed(address string) []casework.Case {
	o.t.Helper()
	at, err := url.Parse(address)
	if err != nil || at.Path != "/desk" {
		o.t.Fatalf("%q leads not to the queue", address)
	}
	documents := o.figures.documents()
	filter, form := casefilter.Parse(at.Query(), documents.Rules, documents.Today(noon), o.archive.scopes[0])
	if !form.OK() {
		o.t.Errorf("%s cannot be read: %v", address, form.Problems)
	}
	return o.archive.picked(filter)
}

func TestThisYearAtAGlance(t *testing.T) {
	page := open(t, wang).get("/desk/statistics").page(200)
	says(t, page, ".lead", "2026年1月1日至2026年11月26日")
	says(t, page, "#sum", "收到14", "办结（含撤回、并案）8", "不满意重新办理1", "正在办8")
	// On time are those of January, 29 March, May and two of last year's; still open are August's two, October's two and one of last year's.
	says(t, page, "#punctuality", "该办结的 11 件中，按期办结 5 件，占 45.4%", "逾期办结1", "过了期限还没办结5")
	says(t, page, "#punctuality .hint", "过了期限还没办结的", "不算")
	says(t, page, "#satisfaction", "评价了 3 件，满意和基本满意 2 件，占 66.6%")
}

func TestWhatWaitsByRouteAndAge(t *testing.T) {
	page := open(t, wang).get("/desk/statistics").page(200)
	var got []string
	page.Find("#pending tr").Each(func(_ int, row *goquery.Selection) {
		got = append(got, strings.Join(row.Children().Map(func(_ int, cell *goquery.Selection) string { return cell.Text() }), " "))
	})
	want := []string{
		"办理方式 7天内 30天内 90天内 更久 合计",
		"未分类 2 0 0 1 3",
		"当场办理 0 0 0 0 0",
		"交乡镇政府办理 0 0 0 0 0",
		"协调县直部门办理 0 1 2 0 3",
		"解释说明 0 0 1 1 2",
		"合计 2 1 3 2 8",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTopicsAndVillagesTellHowManyStillWait(t *testing.T) {
	page := open(t, wang).get("/desk/statistics").page(200)
	rows := func(where string) []string {
		return page.Find(where + " tbody tr").Map(func(_ int, row *goquery.Selection) string {
			return strings.Join(row.Children().Map(func(_ int, cell *goquery.Selection) string { return cell.Text() }), " ")
		})
	}
	if got, want := rows("#topics"), []string{"道路交通 13 7", "环境卫生 1 0"}; !slices.Equal(got, want) {
		t.Errorf("topics %q, want %q", got, want)
	}
	if got := rows("#villages"); !slices.Contains(got, "没有说是哪个村 2 1") || !slices.Contains(got, "下河村 5 3") {
		t.Errorf("villages %q", got)
	}
	if n := page.Find("#topics tbody tr:first-child svg rect").Length(); n != 2 {
		t.Errorf("the first bar has %d parts, want all of its cases and those that wait", n)
	}
}

func TestADeputySeesTheOwnVillagesFigures(t *testing.T) {
	o := open(t, deputy)
	page := o.get("/desk/statistics").page(200)
	says(t, page, ".note", "只统计您联系的村：下河村")
	says(t, page, "#sum", "收到5")
	if scope := o.archive.scopes[0]; !scope.Limited || !slices.Equal(scope.Villages, []string{"下河村"}) {
		t.Errorf("asked for %+v", scope)
	}
	unknown := open(t, casework.Account{Role: casework.Deputy, Deputy: "gone"})
	page = unknown.get("/desk/statistics").page(200)
	says(t, page, ".note", "没有对应的村")
	says(t, page, "#sum", "收到0")
}

func TestNothingToCount(t *testing.T) {
	o := open(t, wang)
	o.archive.cases = nil
	page := o.get("/desk/statistics").page(200)
	says(t, page, "#punctuality", "没有该办结的")
	says(t, page, "#satisfaction", "还没有人评价")
	says(t, page, "#topics", "没有收到意见建议")
	if links := page.Find("main dd a, main td a").Length(); links > 0 {
		t.Errorf("%d figures lead to empty lists", links)
	}
}

func TestThePeriodAskedFor(t *testing.T) {
	today := day(time.November, 26)
	year := span{day(time.January, 1), today}
	for query, want := range map[string]struct {
		span
		problem string
	}{
		"":                              {year, ""},
		"from=2026-03-01":               {span{day(time.March, 1), today}, ""},
		"to=2025-12-31":                 {span{workday.NewDate(2025, time.January, 1), workday.NewDate(2025, time.December, 31)}, ""},
		"from=2026-03-01&to=2026-03-31": {span{day(time.March, 1), day(time.March, 31)}, ""},
		"from=2026-03-01&to=2027-01-01": {span{day(time.March, 1), today}, ""},
		"from=2026-04-01&to=2026-03-31": {year, "period_reversed at from"},
		"from=2026-11-27":               {year, "period_reversed at from"},
		"from=gestern&to=2026-03-31":    {year, "unreadable_date at from"},
		"to=2026-02-30":                 {year, "unreadable_date at to"},
	} {
		asked, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, form := readSpan(asked, today)
		var problem string
		if !form.OK() {
			problem = form.Problems[0].Error()
		}
		if got != want.span || problem != want.problem {
			t.Errorf("%q is %v with %q, want %v with %q", query, got, problem, want.span, want.problem)
		}
	}
}

func TestAPeriodThatCannotBeReadIsSaidAtItsField(t *testing.T) {
	page := open(t, wang).get("/desk/statistics?from=2026-13-01").page(422)
	link := page.Find(".problems a").AttrOr("href", "none")
	if field := page.Find("main form input" + link); field.AttrOr("value", "") != "2026-13-01" || field.AttrOr("aria-invalid", "") != "true" {
		t.Errorf("the summary leads to %s, which is no marked field with what was typed", link)
	}
	says(t, page, ".lead", "2026年1月1日") // the year's figures stand below
}

func TestShortcuts(t *testing.T) {
	for _, c := range []struct {
		today workday.Date
		want  string
	}{
		{day(time.November, 26), "2026-11-01..2026-11-26 2026-10-01..2026-11-26 2026-01-01..2026-11-26 2025-01-01..2025-12-31"},
		{day(time.January, 1), "2026-01-01..2026-01-01 2026-01-01..2026-01-01 2026-01-01..2026-01-01 2025-01-01..2025-12-31"},
		{day(time.June, 30), "2026-06-01..2026-06-30 2026-04-01..2026-06-30 2026-01-01..2026-06-30 2025-01-01..2025-12-31"},
	} {
		var got []string
		for _, s := range shortcuts(c.today, span{}) {
			at, err := url.Parse(s.Address)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, at.Query().Get("from")+".."+at.Query().Get("to"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("on %s they are %s, want %s", c.today, strings.Join(got, " "), c.want)
		}
	}
	page := open(t, wang).get("/desk/statistics?from=2025-01-01&to=2025-12-31").page(200)
	if chosen := page.Find("[aria-current]").Text(); chosen != "去年" {
		t.Errorf("the one on view is %q", chosen)
	}
}

func TestASharesOfLessThanAllIsNeverAllOfIt(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, ""}, {0, 3, "0%"}, {1, 3, "33.3%"}, {7, 8, "87.5%"}, {9999, 10000, "99.9%"}, {3, 3, "100%"}} {
		if got := share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d is %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

func TestThePageStaysSmallAndTellsOfTheRest(t *testing.T) {
	o := open(t, wang)
	for i := range 200 {
		o.archive.extra = append(o.archive.extra, casework.Tally{Name: fmt.Sprintf("一个名字很长很长的社区居民委员会%03d", i), N: 1000 - i, Pending: 200})
	}
	answer := o.get("/desk/statistics")
	if size := answer.Body.Len(); size > 50_000 {
		t.Errorf("the page has %d bytes", size)
	}
	says(t, answer.page(200), "#topics", "其余共")
}

func TestPagesHaveWordsAndLabels(t *testing.T) {
	o := open(t, wang)
	for _, address := range []string{
		"/desk/statistics", "/desk/statistics?from=x", "/desk/export",
		"/desk/export?stage=all&route=county&timing=overdue&topic=道路交通&source=site&result=A&rating=satisfied&formal=1&reopened=1&urged=1&released=1&q=路&village=白额村&unit=乡政府&ended_from=2026-01-01&ended_to=2026-01-01&due_from=2026-01-01&due_to=2026-01-01",
	} {
		for _, language := range []string{"zh", "en"} {
			answer := o.get(address, "Cookie", "desk=token; lang="+map[string]string{"zh": "zh-CN", "en": "en"}[language])
			page := answer.page(answer.Code)
			if page.Find("h1").Length() != 1 {
				t.Errorf("%s has %d main headings", address, page.Find("h1").Length())
			}
			for _, word := range strings.Fields(page.Find("main").Text()) {
				if group, key, dotted := strings.Cut(word, "."); dotted && len(group) > 2 && key != "" && strings.ToLower(word) == word && !strings.ContainsAny(word, "0123456789") {
					t.Errorf("%s in %s shows the key %s", address, language, word)
				}
			}
			page.Find("main input:not([type=hidden]), main select").Each(func(_ int, field *goquery.Selection) {
				id := field.AttrOr("id", "")
				if field.ParentsFiltered("label").Length() == 0 && page.Find("label[for='"+id+"']").Length() != 1 {
					t.Errorf("%s: field %q has no label", address, id)
				}
			})
			page.Find("main table").Each(func(_ int, table *goquery.Selection) {
				if table.Find("caption").Text() == "" || table.Find("th:not([scope])").Length() > 0 {
					t.Errorf("%s has a table without caption or with headings of nothing", address)
				}
			})
			if page.Find("[style], script").Length() > 0 {
				t.Errorf("%s has what the content policy forbids", address)
			}
		}
	}
}

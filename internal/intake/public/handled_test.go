package public

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

// release a handled case with the text; what the resident wrote stays 机密原文.
func (c *counter) release(topic, text string) raised {
	c.t.Helper()
	code := casework.NewCode()
	rules := casework.Rules{Location: c.now.Location()}
	s := casework.Suggestion{Topic: topic, Village: "白额村", Text: "机密原文", Name: "张三", Phone: "13912345678"}
	c.shelf.put(rules.Enter(s, casework.Entering{Code: code, Secret: "SECRET00", Source: casework.FromVisit, By: administrator}, c.now))
	r := raised{c, c.shelf.kept[len(c.shelf.kept)-1]}.closed()
	r.move(casework.Actor{Role: casework.Resident}, casework.Rate{Value: casework.BasicallySatisfied, Text: "机密评价"})
	return r.move(administrator, casework.Publish{Text: text, Answer: "已经修好。"})
}

func TestTheListOfHandledCasesShowsWhatWasReleasedAndNothingElse(t *testing.T) {
	c := openCounter(t, usual)
	c.raise()
	c.raise().closed()
	shown := c.release("道路交通", "村口的路灯坏了。"+strings.Repeat("很久", 40))
	page := c.get("/handled").answers(http.StatusOK)
	if got := page.Find("ul.handled > li").Length(); got != 1 {
		t.Fatalf("%d cases are shown", got)
	}
	page.says("ul.handled", "村口的路灯坏了", "…", "道路交通", "白额村", "用时0天", "A类", "基本满意")
	detail := c.get(page.Find("ul.handled a").AttrOr("href", "")).answers(http.StatusOK)
	detail.says("#text", "村口的路灯坏了")
	detail.says("#answer", "已经修好", "用时0天", "A类", "基本满意")
	for _, p := range []answerPage{page, detail} {
		p.keepsQuiet("html", "机密", "张三", "13912345678", "SECRET00", "SECR-ET00")
	}
	c.get("/handled?lang=en").says("ul.handled", "0 days", "largely solved")
	if got := c.get("/handled/" + c.shelf.kept[1].Case.Code.String()).status; got != http.StatusNotFound {
		t.Errorf("a case that was not released: %d", got)
	}
	shown.move(administrator, casework.Unpublish{})
	if got := c.get("/handled/" + shown.Case.Code.String()).status; got != http.StatusNotFound {
		t.Errorf("a case that was taken off: %d", got)
	}
	for _, code := range []string{"0000-0000-0000", "nonsense"} {
		if got := c.get("/handled/" + code).status; got != http.StatusNotFound {
			t.Errorf("%s: %d", code, got)
		}
	}
}

func TestHandledCasesAreFoundByTopicVillageAndReleasedWords(t *testing.T) {
	c := openCounter(t, usual)
	c.release("道路交通", "村口的路灯坏了，晚上看不见。")
	c.release("产业发展", "苹果卖不出去，希望办展销会。")
	for query, want := range map[string]int{
		"": 2, "topic=道路交通": 1, "topic=环境卫生": 0, "village=白额村": 2, "village=别处": 0, "q=路灯": 1, "q=路灯+晚上": 1, "q=路灯+苹果": 0, "q=修好": 2,
		"q=机密": 0, "q=张三": 0, "q=13912345678": 0, "q=" + strings.Repeat("长", 500): 0,
	} {
		page := c.get("/handled?" + query).answers(http.StatusOK)
		if got := page.Find("ul.handled > li").Length(); got != want {
			t.Errorf("%q finds %d cases, want %d", query, got, want)
		}
		if want == 0 {
			page.says("main", "没有找到")
		}
	}
	page := c.get("/handled?topic=道路交通&q=路灯")
	if page.Find("select[name=topic] option[selected]").AttrOr("value", "") != "道路交通" || page.Find("input[name=q]").AttrOr("value", "") != "路灯" {
		t.Error("the form forgets what was asked")
	}
}

func TestTheListOfHandledCasesGoesOn(t *testing.T) {
	c := openCounter(t, usual)
	for i := range 63 {
		word := "路灯"
		if i%3 == 0 {
			word = "苹果"
		}
		c.release("道路交通", fmt.Sprintf("第%02d件，%s。", i, word))
	}
	for query, want := range map[string]int{"": 63, "?q=苹果": 21, "?q=苹果&topic=道路交通": 21} {
		seen := map[string]bool{}
		pages := 0
		for path := "/handled" + query; path != ""; pages++ {
			page := c.get(path).answers(http.StatusOK)
			page.Find("ul.handled h2").Each(func(_ int, h *selection) { seen[h.Text()] = true })
			path = page.Find("a[rel=next]").AttrOr("href", "")
			if page.size > largestPage {
				t.Errorf("a page has %d bytes", page.size)
			}
		}
		if len(seen) != want || pages < 2 {
			t.Errorf("%q shows %d cases on %d pages, want %d", query, len(seen), pages, want)
		}
	}
	if got := c.get("/handled?after=nonsense").status; got != http.StatusNotFound {
		t.Errorf("a page that is none: %d", got)
	}
}

package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

const day = 24 * time.Hour

func TestTheQueueShowsWhatWaitsAndItsMarks(t *testing.T) {
	o := newOffice(t)
	o.comes(o.raise(raised{village: "白额村", text: "白额村田间路被冲毁，三轮车进不去。", photos: make([]casework.Photo, 2)}), toTownship, casework.MarkFormal{No: "12"})
	late := o.raise(raised{village: "中垛村", text: "垃圾没人运。", ago: 9 * day})
	o.as(li).comes(late)
	if _, err := o.cases.Change(t.Context(), late, func(c casework.Case) (casework.Case, casework.Event, error) {
		return o.documents().Rules.Apply(c, casework.Urge{Text: "请尽快"}, li.Actor(), tenOClock)
	}); err != nil {
		t.Fatal(err)
	}
	o.comes(o.raise(raised{text: "已经修好的路。"}), append(wholeWay, casework.Reopen{Text: "又坏了"})...)
	page := o.as(wang).open("/desk")
	page.says(".counts", "待办件数：3", "其中超期：1")
	page.says(".queue li:first-child", "中垛村", "垃圾没人运", "待分类", "督办 1 次", "超期 7 天")
	page.says(".queue", "照片 2 张", "代表建议", "重办", "交乡镇政府办理")
	if got := page.Find(".queue a[href^='/desk/cases/']").Length(); got != 3 {
		t.Errorf("%d rows", got)
	}
	o.open("/desk?lang=en").says(".queue", "photos: 2", "formal suggestion", "reopened", "urged: 1").hasWordsForAll()
}

func TestAnEmptyQueueSaysSo(t *testing.T) {
	o := newOffice(t)
	o.open("/desk").says("main", "没有待办的意见建议")
	o.open("/desk?q=修路").says("main", "没有符合条件的")
}

func TestTodaysReminders(t *testing.T) {
	o := newOffice(t)
	// Ten o'clock is on Thursday the 12th: two working days before the 16th, one after the 11th, five after the 5th.
	for _, ago := range []time.Duration{0, 3 * day, 9 * day, 9 * day} {
		o.raise(raised{text: "路灯不亮了。", ago: ago})
	}
	for name, c := range map[string]struct {
		today workday.Date
		want  string
	}{
		"a working day": {november(12), "2026-11-05 +5, 2026-11-11 +1, 2026-11-16 -2"},
		"a Monday":      {november(16), "2026-11-09 +5, 2026-11-13 +1, 2026-11-18 -2"},
		"a day off":     {november(14), ""},
	} {
		var got []string
		for _, day := range remindedDays(o.documents().Rules, c.today) {
			got = append(got, fmt.Sprintf("%s %+d", day.due, day.offset))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s reminds of %v, want %s", name, got, c.want)
		}
	}
	page := o.open("/desk").says("#reminders", "超期 5 个工作日，件数：", "超期 1 个工作日，件数：")
	page.Find("#reminders a").Each(func(_ int, link *goquery.Selection) {
		if list := o.open(link.AttrOr("href", "")); !strings.HasSuffix(link.Text(), fmt.Sprint(list.Find(".queue li").Length())) {
			t.Errorf("%s leads to %d cases", link.Text(), list.Find(".queue li").Length())
		}
	})
	o.station.Reminders = stationconf.Reminders{BeforeDays: []int{}, AfterDays: []int{3}}
	o.open("/desk").keepsQuiet("main", "工作日，件数")
}

func TestTheFilterReachesStorageAndStaysInTheLinks(t *testing.T) {
	o := newOffice(t)
	for range pageSize + 1 {
		o.comes(o.raise(raised{village: "白额村", text: "路灯不亮了。"}), casework.Classify{Route: casework.County, Reason: "要县里支持"})
	}
	page := o.open("/desk?route=county&village=%E7%99%BD%E9%A2%9D%E6%9D%91&urged=0&received_from=2026-11-01")
	want := casework.Filter{
		Stage: casework.StagePending, Route: casework.County, Village: "白额村", Today: november(12), ReceivedFrom: time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC),
	}
	if got := o.cases.lastAsked(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("asked for %+v, want %+v", got, want)
	}
	page.says("#active", "协调县直部门办理", "白额村", "2026-11-01")
	for field, value := range map[string]string{"route": "county", "village": "白额村", "stage": ""} {
		if got := page.Find("#filter select[name="+field+"] option[selected]").AttrOr("value", "none"); got != value {
			t.Errorf("the form shows %s as %q", field, got)
		}
	}
	more := page.Find("a[rel=next]").AttrOr("href", "")
	at, err := url.Parse(more)
	if err != nil || at.Query().Get("route") != "county" || at.Query().Get("received_from") != "2026-11-01" || at.Query().Get("after") == "" {
		t.Fatalf("the next page is at %q", more)
	}
	last := o.open(more)
	if last.Find(".queue li").Length() != 1 || last.Find("a[rel=next]").Length() != 0 {
		t.Errorf("the last page has %d rows", last.Find(".queue li").Length())
	}
	last.says(".actions", "回到第一页")
	if page := o.open("/desk?after=nonsense"); page.status != http.StatusNotFound {
		t.Errorf("a page that never was: %d", page.status)
	}
}

func TestAFilterThatCannotBeReadIsShownWithItsProblem(t *testing.T) {
	o := newOffice(t)
	page := o.open("/desk?received_from=gestern").says(".problems", "收到日期从")
	if page.status != http.StatusUnprocessableEntity || page.Find("#filter[open] #received_from[aria-invalid]").Length() != 1 {
		t.Errorf("answered with %d; the field is not marked", page.status)
	}
}

func TestWhatTheSearchBoxFinds(t *testing.T) {
	o := newOffice(t)
	road := o.raise(raised{village: "白额村", text: "田间路被冲毁。", contact: casework.Contact{Name: "张三", Phone: "13912345678"}})
	o.comes(o.raise(raised{village: "中垛村", text: "路灯不亮了。"}), wholeWay...)
	find := func(typed string) screen { return o.open("/desk?stage=all&q=" + url.QueryEscape(typed)) }
	for typed, n := range map[string]int{"田间路": 1, "路": 2, "13912345678": 1, "13900000000": 0, "ABCD-EFGH-JKMN": 0} {
		if got := find(typed).Find(".queue li").Length(); got != n {
			t.Errorf("%s finds %d, want %d", typed, got, n)
		}
	}
	for _, typed := range []string{road.String(), strings.ToLower(string(road)), " " + string(road) + " "} {
		if page := find(typed); page.path != "/desk/cases/"+road.String() {
			t.Errorf("%q leads to %s", typed, page.path)
		}
	}
}

func TestADeputyReadsNothingOfWhoRaisedACase(t *testing.T) {
	o := newOffice(t)
	zhao := casework.Contact{Name: "赵铁柱"}
	named := o.raise(raised{village: "白额村", text: "已给赵铁柱家门口换了路灯，又坏了。", contact: zhao})
	cut := o.raise(raised{village: "白额村", text: strings.Repeat("路", casework.ExcerptLength-10) + "13912345678", contact: zhao})
	o.as(deputy)
	o.open("/desk").says(".queue", "已给赵**家门口", "路路路").keepsQuiet("main", "赵铁柱", "1391234567", "139123")
	o.open("/desk/cases/"+named.String()).says("#suggestion", "已给赵**家门口").keepsQuiet("html", "赵铁柱")
	o.open("/desk/cases/"+cut.String()).says("#suggestion", "139****5678").keepsQuiet("html", "13912345678")
}

func TestADeputySeesTheOwnVillagesAlone(t *testing.T) {
	o := newOffice(t)
	own := o.raise(raised{village: "白额村", text: "田间路被冲毁，请打13912345678。", contact: casework.Contact{Name: "张三", Phone: "13912345678"}})
	other := o.raise(raised{village: "中垛村", text: "路灯不亮了。", ago: 9 * day, photos: make([]casework.Photo, 1)})
	o.as(deputy)
	list := o.open("/desk").says(".counts", "待办件数：1").says(".queue", "田间路", "139****5678").keepsQuiet("main", "13912345678", "路灯", "其中超期")
	if list.Find("#village option").Length() != 2 || list.Find("#bulk").Length() != 0 {
		t.Error("a deputy can choose other villages, or assign cases")
	}
	if got := o.open("/desk?q=13912345678").Find(".queue li").Length(); got != 1 {
		t.Errorf("the number in the text is found %d times", got) // as text: the fake finds what is written
	}
	if f := o.cases.asked[len(o.cases.asked)-1]; f.Phone != "" {
		t.Error("a deputy searches by phone")
	}
	page := o.open("/desk/cases/"+own.String()).says("#suggestion", "139****5678").keepsQuiet("main", "13912345678", "张三", "回执")
	if page.Find("#contact, #similar").Length() != 0 {
		t.Error("a deputy sees who raised the case")
	}
	var offers []string
	page.Find(".step form").Each(func(_ int, form *goquery.Selection) {
		offers = append(offers, form.AttrOr("action", "")[len("/desk/cases/0000-0000-0010/"):])
	})
	if strings.Join(offers, " ") != "comment urge" && strings.Join(offers, " ") != "urge comment" {
		t.Errorf("a deputy is offered %v", offers)
	}
	o.fill(page, "details#urge", "text", "请尽快修路").says("#history", "督办", "请尽快修路", "乡代表09")
	o.refusesTheDeputy(own, other)
}

// refusesTheDeputy checks the ways past the pages.
func (o *office) refusesTheDeputy(own, other casework.Code) {
	o.t.Helper()
	for path, want := range map[string]int{
		"/desk/cases/" + other.String():                    http.StatusNotFound,
		"/desk/cases/" + other.String() + "/photos/1":      http.StatusNotFound,
		"/desk?q=" + other.String():                        http.StatusOK, // and not the case
		"/desk/visits":                                     http.StatusForbidden,
		"/desk/enter":                                      http.StatusForbidden,
		"/desk/announcements":                              http.StatusForbidden,
		"/desk/calendars/d031":                             http.StatusForbidden,
		"/desk/cases/" + own.String() + "?into=" + "00000": http.StatusOK,
	} {
		if page := o.open(path); page.status != want || page.path == "/desk/cases/"+other.String() && want == http.StatusOK {
			o.t.Errorf("%s: %d, want %d", path, page.status, want)
		}
	}
	for path, c := range map[string]struct {
		body string
		want int
	}{
		"/desk/cases/" + other.String() + "/comment": {"text=x", http.StatusNotFound},
		"/desk/cases/" + other.String() + "/merge":   {"into=" + own.String() + "&reason=x", http.StatusNotFound},
		"/desk/cases/" + own.String() + "/merge":     {"into=" + other.String() + "&reason=x", http.StatusNotFound},
		"/desk/cases/" + own.String() + "/classify":  {"route=county&reason=x", http.StatusConflict},
		"/desk/cases/" + own.String() + "/answer":    {"result=A&text=x", http.StatusConflict},
		"/desk/assign": {"chosen=" + own.String() + "&unit=x", http.StatusForbidden},
		"/desk/enter":  {"", http.StatusForbidden},
		"/desk/visits": {"people=1", http.StatusForbidden},
	} {
		if page := o.send(http.MethodPost, path, c.body); page.status != c.want {
			o.t.Errorf("POST %s: %d, want %d", path, page.status, c.want)
		}
	}
	if own, other := o.cases.cases[own], o.cases.cases[other]; own.Seq != 2 || other.Seq != 1 {
		o.t.Errorf("something was changed: %d and %d events", own.Seq, other.Seq)
	}
}

func TestStrangersComeToNoPage(t *testing.T) {
	o := newOffice(t)
	o.client = &http.Client{}
	for _, path := range []string{"/desk", "/desk/cases/ABCD-EFGH-JKMN", "/desk/cases/ABCD-EFGH-JKMN/photos/1", "/desk/enter", "/desk/visits"} {
		if page := o.open(path); page.path != "/desk/sign-in" {
			t.Errorf("a stranger comes to %s", page.path)
		}
	}
	for _, path := range []string{"/desk/assign", "/desk/enter", "/desk/visits", "/desk/cases/ABCD-EFGH-JKMN/merge", "/desk/cases/ABCD-EFGH-JKMN/comment"} {
		if page := o.send(http.MethodPost, path, ""); page.status != http.StatusUnauthorized {
			t.Errorf("a stranger posts to %s: %d", path, page.status)
		}
	}
}

func TestAFullQueueStaysSmall(t *testing.T) {
	o := newOffice(t)
	for i := range 20 {
		o.station.Units = append(o.station.Units, stationconf.Unit{Name: fmt.Sprintf("乡第%d公路管理站", i), Level: stationconf.UnitTownship})
	}
	for range pageSize {
		code := o.raise(raised{village: "白额村", text: strings.Repeat("白额村田间路被冲毁，三轮车进不去。", 20), photos: make([]casework.Photo, 5)})
		o.comes(code, toTownship, casework.MarkFormal{No: "12"})
	}
	for _, language := range []string{"zh", "en"} {
		if page := o.open("/desk?lang=" + language); page.size > 50<<10 || page.Find(".queue li").Length() != pageSize {
			t.Errorf("the queue has %d bytes in %s", page.size, language)
		}
	}
}

func TestTheWayBackToTheListKeepsItsFilter(t *testing.T) {
	o := newOffice(t)
	o.raise(raised{village: "白额村", text: "路灯不亮了。"})
	o.raise(raised{village: "中垛村", text: "水渠堵了。"})
	list := "/desk?" + url.Values{"stage": {"all"}, "village": {"白额村"}}.Encode()
	page := o.open(o.open(list).Find(".queue li a").AttrOr("href", ""))
	leadsBack := func(when string) {
		t.Helper()
		if way := page.Find("#back").AttrOr("href", ""); way != list {
			t.Errorf("%s the way back leads to %q, want %q", when, way, list)
		}
	}
	leadsBack("on the case")
	page = o.fill(page, "#next", "route", "nonsense", "reason", "乡里能办")
	leadsBack("after a move that was refused")
	page = o.fill(page, "#next", "route", "township", "reason", "乡里能办")
	leadsBack("after a move")

	page = o.open(page.path + "?back=//elsewhere.example/%3Fx=1")
	list = "/desk"
	leadsBack("from elsewhere")
}

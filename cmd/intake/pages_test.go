package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// largest is the size of a page, in bytes, that an old phone on a poor line still gets quickly.
const largest = 50 << 10

// What holds for every page, whatever it looks like: it says its language and title, has one heading, works without any
// script of its own making, asks nothing of another site, names every field, and is small.
func TestEveryPageByWhatItMeans(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("白额村田间路被冲毁，三轮车进不去。")
	code := kept.code
	staff := open(t, s.public).signIn()
	eventually(t, "the calendars are made", func() bool { return open(t, s.public).visit("/calendar").page.Find("#link").Length() == 1 })
	for _, path := range []string{
		"/", "/schedule", "/schedule/" + thisMonth(), "/notice", "/notice/" + thisMonth(), "/schedule/1999-12", "/calendar", "/suggest", "/receipt/" + code + "?secret=" + kept.secret, "/status", kept.address(), "/status?code=nonsense", "/nowhere",
		"/desk/sign-in", "/desk", "/desk?stage=all", "/desk?q=路", "/desk/cases/" + code, "/desk/enter", "/desk/visits",
		"/desk/statistics", "/desk/export", "/desk/account", "/desk/password", "/station", "/news", "/handled", "/handled/" + code,
		"/desk/announcements", "/desk/calendars/@station", "/desk/calendars/d001", "/desk/calendars/d001/revoke", "/desk/calendars/nobody",
	} {
		for _, language := range []string{"zh", "en"} {
			address, err := url.Parse(path)
			must(t, err)
			query := address.Query()
			query.Set("lang", language)
			address.RawQuery = query.Encode()
			t.Run(language+" "+path, func(t *testing.T) {
				visitor := *staff
				visitor.t = t
				checkPage(t, visitor.visit(address.String()), language)
			})
		}
	}
}

func thisMonth() string { return workday.MonthOf(today()).String() }

func checkPage(t *testing.T, b *browser, language string) {
	t.Helper()
	page := b.page
	if got := page.Find("html").AttrOr("lang", ""); !strings.HasPrefix(got, language) {
		t.Errorf("the page is in %q", got)
	}
	if title := page.Find("title").Text(); !strings.HasSuffix(title, " · 中垛乡人大代表联络站") {
		t.Errorf("title %q", title)
	}
	if n := page.Find("h1").Length(); n != 1 {
		t.Errorf("%d main headings", n)
	}
	if !strings.Contains(page.Find("meta[name=viewport]").AttrOr("content", ""), "width=device-width") {
		t.Error("a phone would show the page tiny")
	}
	if b.size > largest {
		t.Errorf("the page has %d bytes", b.size)
	}
	checkSelfContained(t, page)
	checkFields(t, page)
	if text := b.text("body"); strings.Contains(text, "{") || strings.Contains(text, "problem.") {
		t.Errorf("words are missing or placeholders left: %s", text)
	}
}

func checkSelfContained(t *testing.T, page *goquery.Document) {
	t.Helper()
	if page.Find("script:not([src]), style, iframe, [onclick], [onload], [style]").Length() > 0 {
		t.Error("the page holds a script or an inline style, which its policy forbids")
	}
	page.Find("[src], [href], [action]").Each(func(_ int, link *goquery.Selection) {
		for _, attribute := range []string{"src", "href", "action"} {
			to := link.AttrOr(attribute, "/")
			if !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "tel:") || strings.HasPrefix(to, "//") {
				t.Errorf("%s leads away: %q", goquery.NodeName(link), to)
			}
		}
	})
}

func checkFields(t *testing.T, page *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	page.Find("[id]").Each(func(_ int, element *goquery.Selection) {
		id := element.AttrOr("id", "")
		if ids[id] {
			t.Errorf("id %q stands twice", id)
		}
		ids[id] = true
	})
	page.Find("main input:not([type=hidden]), main select, main textarea").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		if field.Is("[type=radio]") {
			if field.Closest("label").Length() == 0 || field.Closest("fieldset").Find("legend").Text() == "" {
				t.Errorf("choice %s has no label or its group no legend", name)
			}
			return
		}
		if field.Is("[type=checkbox]") && strings.TrimSpace(field.Closest("label").Text()) != "" {
			return
		}
		if label := page.Find("label[for=" + field.AttrOr("id", "none") + "]"); strings.TrimSpace(label.Text()) == "" {
			t.Errorf("field %s has no label", name)
		}
	})
	page.Find(".problems a[href^='#']").Each(func(_ int, link *goquery.Selection) {
		if !ids[strings.TrimPrefix(link.AttrOr("href", ""), "#")] {
			t.Errorf("the summary leads nowhere: %s", link.AttrOr("href", ""))
		}
	})
}

func TestTheHomePageAnswersWhoIsThereAndWhen(t *testing.T) {
	s := start(t, newMount(t))
	home := open(t, s.public)
	home.sees("#duty", "县代表01", "县人大代表", "13900000001", "09:00-17:00")
	home.sees("#reception", "09:00-11:00", "联络站", "道路交通", "可能会调整", "李站长 人大主席", "县代表01 县人大代表", "乡代表09 乡镇人大代表 · 白额村")
	home.sees("#station", "周一至周五", "吉县中垛乡政府院内", "0357-7920000", "李站长", "人大主席")
	home.sees("#villages", "白额村", "乡代表09", "中垛村").sees("#coming", "县代表01")
	if got := home.page.Find("#duty a[href='tel:13900000001']").Length(); got != 1 {
		t.Error("the deputy on duty cannot be called with one tap")
	}
	home.visit("/?lang=en").sees("#duty", "County deputy").sees("#reception", "may still move")
	home.visit("/").sees("#station", "Open") // the choice is remembered
}

// The fullest month there is: a duty on each of 31 days with two deputies out of 77, and a reception on five of them.
func TestAFullMonthStaysSmall(t *testing.T) {
	month := workday.MonthOf(today())
	for month.Last().Day() < 31 {
		month = month.Add(1)
	}
	schedule := stationconf.Schedule{PlannedUntil: month.Last(), Leaders: []stationconf.Person{{ID: "l01", Name: "李站长", Title: "人大主席"}}}
	for i := range 77 {
		schedule.Deputies = append(schedule.Deputies, stationconf.Person{
			ID: fmt.Sprintf("d%03d", i), Name: "欧阳建国", Level: "Township", Village: "白额村", Phone: fmt.Sprintf("139%08d", i),
		})
	}
	for i := range 31 {
		two := []string{schedule.Deputies[2*i].ID, schedule.Deputies[2*i+1].ID}
		if i%6 == 0 {
			schedule.Shifts = append(schedule.Shifts, stationconf.Shift{
				Date: month.Day(i + 1), Kind: stationconf.ShiftReception, Deputies: two, Leaders: []string{"l01"},
				Hours: "09:00-11:00", Place: "白额村委会", Topic: "道路交通", PostponedFrom: month.Day(i + 1).AddDays(-1), Provisional: true,
			})
		}
		schedule.Shifts = append(schedule.Shifts, stationconf.Shift{Date: month.Day(i + 1), Kind: stationconf.ShiftDuty, Deputies: two, Hours: "08:30-17:30", Provisional: true})
	}
	m := newMount(t)
	m.declare(t, zhongduo(), schedule)
	resident := open(t, start(t, m).public)
	for _, path := range []string{"/", "/schedule/" + month.String(), "/notice/" + month.String()} {
		for _, language := range []string{"zh", "en"} {
			checkPage(t, resident.visit(path+"?lang="+language).arrives(200, path), language)
		}
	}
}

// The address on the page is that of a calendar, until staff replace it.
func TestADeputysCalendarIsHandedOutAndRevoked(t *testing.T) {
	s := start(t, newMount(t))
	staff := open(t, s.public).signIn().visit("/desk/announcements").sees("#texts", "【代表接待日】", "复制到微信群").sees("#deliveries", "没有设置自动发送")
	eventually(t, "the calendars are made", func() bool { return staff.visit("/desk/calendars/d001").status == 200 })
	old := staff.sees("h1", "县代表01").text("#link")
	if got := s.send(t, "GET", old, ""); got.StatusCode != 200 || !strings.Contains(got.body, "BEGIN:VCALENDAR") {
		t.Fatalf("%s answers %s: %s", old, got.Status, got.body)
	}
	staff.visit("/desk/calendars/d001/revoke").fill("main").arrives(200, "/desk/calendars/d001").sees("main", "新地址")
	if got := s.send(t, "GET", old, ""); got.StatusCode != 404 {
		t.Errorf("the old address answers %s", got.Status)
	}
	if fresh := staff.text("#link"); fresh == old || s.send(t, "GET", fresh, "").StatusCode != 200 {
		t.Errorf("the new address is %s", fresh)
	}
}

func TestTheReceiptCanBeKept(t *testing.T) {
	s := start(t, newMount(t))
	resident := open(t, s.public)
	kept := resident.suggest("白额村田间路被冲毁，三轮车进不去。")
	resident.sees("main", "抄下来", "接下来会怎样").sees("#code", kept.code)
	if resident.page.Find("main a[href='"+kept.address()+"']").Length() != 1 {
		t.Error("no link leads to the progress")
	}
}

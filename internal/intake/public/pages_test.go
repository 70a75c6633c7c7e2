package public

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// november is a station with everything a month can hold; it is read on 12 November 2026.
func november(t *testing.T) (stationconf.Station, stationconf.Schedule) {
	t.Helper()
	station := stationconf.Station{
		DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai", Deadlines: casework.DefaultDeadlines(),
		Township: stationconf.Township{Name: "中垛乡", County: "吉县"},
		Contact:  stationconf.Contact{Address: "吉县中垛乡政府院内", Phone: "0357-7920000", OpeningHours: "周一至周五 08:30-18:00"},
		Head:     stationconf.Head{Name: "李站长", Title: "人大主席"},
	}
	schedule := stationconf.Schedule{
		Deputies: []stationconf.Person{
			{ID: "d001", Name: "县代表01", Level: "County", Village: "中垛村", Phone: "13900000001"},
			{ID: "d031", Name: "乡代表09", Level: "Township", Village: "白额村"},
		},
		Leaders: []stationconf.Person{{ID: "l01", Name: "李站长", Title: "人大主席"}},
		Shifts: []stationconf.Shift{
			{Date: on(t, "2026-11-10"), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Hours: "09:00-11:00", Topic: "产业发展"},
			{Date: on(t, "2026-11-12"), Kind: stationconf.ShiftDuty, Deputies: []string{"d001"}, Hours: "08:30-17:30"},
			{Date: on(t, "2026-11-13"), Kind: stationconf.ShiftReception, Cancelled: true, Hours: "09:00-11:00", Topic: "环境卫生"},
			{Date: on(t, "2026-11-16"), Kind: stationconf.ShiftDuty, Cancelled: true, Hours: "08:30-17:30"},
			{Date: on(t, "2026-11-17"), Kind: stationconf.ShiftDuty, Uncovered: 1, Hours: "08:30-17:30"},
			{Date: on(t, "2026-11-18"), Kind: stationconf.ShiftDuty, Deputies: []string{"d031"}, Uncovered: 1, Hours: "08:30-17:30"},
			{
				Date: on(t, "2026-11-23"), Kind: stationconf.ShiftReception, Deputies: []string{"d001", "d031"}, Leaders: []string{"l01"},
				Hours: "09:00-11:00", Place: "白额村委会", Topic: "道路交通", PostponedFrom: on(t, "2026-11-21"),
			},
			{Date: on(t, "2026-12-31"), Kind: stationconf.ShiftDuty, Deputies: []string{"d001"}, Hours: "08:30-17:30", Provisional: true},
			{Date: on(t, "2027-01-11"), Kind: stationconf.ShiftReception, Deputies: []string{"d001"}, Hours: "09:00-11:00", Provisional: true},
		},
		PlannedUntil: on(t, "2027-01-31"),
	}
	return station, schedule
}

// site serves the residents' pages for the documents at 10 o'clock on 12 November 2026.
func site(t *testing.T, station stationconf.Station, schedule stationconf.Schedule) *httptest.Server {
	t.Helper()
	return serve(t, station, schedule, func(*Options) {})
}

// siteWithCalendar serves them with a database that answers with the error when it is asked for the calendar.
func siteWithCalendar(t *testing.T, station stationconf.Station, schedule stationconf.Schedule, failure error) *httptest.Server {
	t.Helper()
	return serve(t, station, schedule, func(o *Options) {
		feed := o.StationFeed
		o.StationFeed = func(ctx context.Context) (announce.Feed, error) {
			found, _ := feed(ctx)
			return found, failure
		}
	})
}

// serve the pages; change may replace what stands behind them.
func serve(t *testing.T, station stationconf.Station, schedule stationconf.Schedule, change func(*Options)) *httptest.Server {
	t.Helper()
	documents, err := mounted.NewDocuments(station, stationconf.Calendar{}, schedule)
	if err != nil {
		t.Fatal(err)
	}
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 12, 10, 0, 0, 0, documents.Location) }
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return true }, Now: now,
	})
	options := Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: func() web.Sign { return web.Sign{Station: station.DisplayName} },
		Documents: func() *mounted.Documents { return documents }, Cases: &shelf{}, Now: now,
		Door: guard.NewDoor(guard.DefaultSettings()), Photos: photo.NewPreparer(),
		Lookups: guard.NewThrottle[casework.Code, netip.Prefix](guard.DefaultThrottle()),
		Sender:  func(*http.Request) netip.Prefix { return netip.Prefix{} },
		StationFeed: func(context.Context) (announce.Feed, error) {
			feed := announce.Feed{ID: announcement.StationFeed, Path: "/calendar/STATION.ics"}
			if station.SiteURL != "" {
				feed.URL = station.SiteURL + feed.Path
			}
			return feed, nil
		},
	}
	change(&options)
	if _, err = New(options); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server
}

// page is what came back, by what it says.
type page struct {
	*goquery.Document
	t      *testing.T
	status int
	size   int
}

func get(t *testing.T, server *httptest.Server, path, host string) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return page{document, t, response.StatusCode, len(body)}
}

func (p page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

func (p page) says(selector string, words ...string) {
	p.t.Helper()
	text := p.text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Errorf("%s does not say %q but %q", selector, w, text)
		}
	}
}

func (p page) keepsQuiet(selector string, words ...string) {
	p.t.Helper()
	text := p.text(selector)
	for _, w := range words {
		if strings.Contains(text, w) {
			p.t.Errorf("%s says %q: %q", selector, w, text)
		}
	}
}

func TestHomeTellsWhoIsThereAndWhoReceivesNext(t *testing.T) {
	station, schedule := november(t)
	home := get(t, site(t, station, schedule), "/", "")
	home.says("#duty", "11月12日 星期四", "县代表01", "县人大代表 · 中垛村", "08:30-17:30")
	if home.Find("#duty a[href='tel:13900000001']").Length() != 1 {
		t.Error("the deputy on duty cannot be called with one tap")
	}
	home.says("#reception", "11月23日 星期一", "09:00-11:00", "白额村委会", "道路交通", "接待领导 李站长 人大主席", "乡代表09", "原定11月21日 星期六")
	home.says("#reception .note", "已取消", "11月13日 星期五的代表接待不办了")
	if home.Find("#reception time").First().AttrOr("datetime", "") != "2026-11-23" {
		t.Error("a cancelled reception is called the next one")
	}
	home.says("#coming", "已取消", "待定", "另有1人待定")
	if home.Find("#coming a[href='/schedule']").Length() != 1 {
		t.Error("no way leads to the whole month")
	}
}

func TestHomeOnADayThatWasCancelled(t *testing.T) {
	station, schedule := november(t)
	schedule.Shifts[1].Deputies, schedule.Shifts[1].Cancelled = nil, true
	get(t, site(t, station, schedule), "/", "").says("#duty", "今天的代表值班取消了")
	schedule.Shifts[1].Kind = stationconf.ShiftReception
	home := get(t, site(t, station, schedule), "/", "")
	home.says("#duty", "今天的代表接待取消了")
	home.keepsQuiet("#duty", "欢迎到站", "尚未确定")
	home.says("#reception .note", "11月12日", "11月13日")
}

func TestHomeWhenTheNextReceptionCanStillMove(t *testing.T) {
	station, schedule := november(t)
	schedule.Shifts = schedule.Shifts[7:]
	home := get(t, site(t, station, schedule), "/", "")
	home.says("#reception", "1月11日 星期一", "可能调整", "可能会调整", "地点 联络站")
}

func TestTheMonthsArrangement(t *testing.T) {
	station, schedule := november(t)
	server := site(t, station, schedule)
	for _, path := range []string{"/schedule", "/schedule/2026-11"} {
		p := get(t, server, path, "")
		p.says("h1", "2026年11月接待和值班安排")
		if got := p.Find(".calendar > li").Length(); got != 30 {
			t.Errorf("November has %d days", got)
		}
		today := p.Find(".calendar [aria-current=date]")
		if today.Length() != 1 || today.Find("time").AttrOr("datetime", "") != "2026-11-12" || !strings.Contains(today.Text(), "今天") {
			t.Errorf("today is %q", today.Text())
		}
		p.says("#receptions", "11月13日 星期五", "已取消", "11月23日 星期一", "白额村委会", "李站长", "原定11月21日")
		p.says("#receptions details", "已经结束的接待：1次", "11月10日", "产业发展")
		p.says(".calendar .reception", "接待日", "道路交通")
		for day, words := range map[string][]string{
			"2026-11-12": {"县代表01", "13900000001", "08:30-17:30"}, "2026-11-13": {"接待日", "已取消"}, "2026-11-16": {"已取消"},
			"2026-11-17": {"待定"}, "2026-11-18": {"乡代表09", "另有1人待定"},
		} {
			p.says(".calendar > li:has(time[datetime='"+day+"'])", words...)
		}
		p.keepsQuiet("main", "可能调整")
		if p.Find("main a[href='/notice/2026-11']").Length() != 1 {
			t.Error("no way leads to the notice")
		}
	}
}

func TestProvisionalDaysSaySo(t *testing.T) {
	station, schedule := november(t)
	server := site(t, station, schedule)
	p := get(t, server, "/schedule/2026-12", "")
	p.says(".note", "还没有公布那时的放假安排")
	p.says(".calendar > li:has(time[datetime='2026-12-31'])", "可能调整")
	p.says("#receptions", "没有安排代表接待")
	get(t, server, "/notice/2026-12", "").says(".warning", "标※的日期可能调整")
	get(t, server, "/notice/2026-12", "").says("#rota", "※31日 周四")
	get(t, server, "/notice/2027-01", "").says("#receptions", "※ 可能调整")
}

func TestOnlyMonthsOfTheScheduleExist(t *testing.T) {
	station, schedule := november(t)
	server := site(t, station, schedule)
	for month, ways := range map[string][2]string{"2026-11": {"", "2026-12"}, "2026-12": {"2026-11", "2027-01"}, "2027-01": {"2026-12", ""}} {
		for _, folder := range []string{"/schedule/", "/notice/"} {
			p := get(t, server, folder+month, "")
			for i, rel := range []string{"prev", "next"} {
				want := ""
				if ways[i] != "" {
					want = folder + ways[i]
				}
				if got := p.Find("a[rel="+rel+"]").AttrOr("href", ""); got != want || p.status != http.StatusOK {
					t.Errorf("%s%s (%d): %s is %q, want %q", folder, month, p.status, rel, got, want)
				}
			}
		}
	}
	for _, month := range []string{"2026-10", "2027-02", "2026-13", "2026-1", "november", "2026-11-01", "%2F%2Felsewhere", "9999999-01"} {
		for _, folder := range []string{"/schedule/", "/notice/"} {
			if p := get(t, server, folder+month, ""); p.status != http.StatusNotFound {
				t.Errorf("%s%s: %d", folder, month, p.status)
			}
		}
	}
}

func TestNothingPublishedYet(t *testing.T) {
	station, _ := november(t)
	server := site(t, station, stationconf.Schedule{})
	for _, path := range []string{"/schedule", "/notice"} {
		p := get(t, server, path, "")
		p.says("main", "2026年11月", "还没有公布")
		if p.status != http.StatusOK || p.Find("a[rel]").Length() != 0 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := get(t, server, "/schedule/2026-11", ""); p.status != http.StatusNotFound {
		t.Errorf("a month of no schedule: %d", p.status)
	}
}

func TestTheNoticeSaysWhatHangsOnTheBoard(t *testing.T) {
	station, schedule := november(t)
	p := get(t, site(t, station, schedule), "/notice", "zhongduo.example.org:8080")
	p.says(".sheet header", "中垛乡人大代表联络站", "2026年11月代表接待公示")
	p.says("#receptions", "11月23日 星期一 09:00-11:00", "地点 白额村委会", "主题 道路交通", "李站长 人大主席", "县代表01 县人大代表 · 中垛村", "乡代表09 乡镇人大代表 · 白额村", "原定11月21日 星期六", "已取消")
	p.says("#rota", "08:30-17:30", "12日 周四 县代表01 13900000001", "16日 周一 已取消", "17日 周二 待定", "18日 周三 乡代表09 另有1人待定")
	p.says(".sheet footer", "吉县中垛乡政府院内", "0357-7920000", "周一至周五 08:30-18:00", "http://zhongduo.example.org:8080")
	if got := p.Find("svg.qr[role=img]").AttrOr("aria-label", ""); !strings.Contains(got, "http://zhongduo.example.org:8080") {
		t.Errorf("the QR code is called %q", got)
	}
	p.keepsQuiet(".sheet", "今天", "已结束")
}

func TestTheNoticeLeadsToTheStationsOwnAddress(t *testing.T) {
	station, schedule := november(t)
	station.SiteURL = "https://zhongduo.jixian.gov.cn"
	p := get(t, site(t, station, schedule), "/notice", "elsewhere.example.org")
	p.says(".sheet footer", "https://zhongduo.jixian.gov.cn")
	p.keepsQuiet("html", "elsewhere")
}

// A Host header is whatever its sender likes.
func TestAHostThatIsNoneIsNotPrinted(t *testing.T) {
	station, schedule := november(t)
	server := site(t, station, schedule)
	for _, host := range []string{"a'onmouseover=alert(1)", "me@elsewhere.example", "a.example(b)", "a.example:http"} {
		p := get(t, server, "/notice", host)
		if p.status != http.StatusOK || p.Find("svg.qr").Length() != 0 {
			t.Errorf("host %q: %d, and a QR code", host, p.status)
		}
		p.says(".sheet footer", "0357-7920000")
		p.keepsQuiet("html", "alert", "elsewhere", "a.example", "http:")
	}
}

func TestTheStationsCalendarCanBeSubscribedTo(t *testing.T) {
	station, schedule := november(t)
	server := site(t, station, schedule)
	if get(t, server, "/schedule", "").Find("main a[href='/calendar']").Length() != 1 {
		t.Error("no way leads to the calendar")
	}
	p := get(t, server, "/calendar", "zhongduo.example.org")
	const want = "http://zhongduo.example.org/calendar/STATION.ics"
	if got := p.text("textarea[readonly]#link"); got != want {
		t.Errorf("the address is %q", got)
	}
	if got := p.Find("svg.qr").AttrOr("aria-label", ""); !strings.Contains(got, want) {
		t.Errorf("the QR code is called %q", got)
	}
	p.says("#how", "订阅日历")
	if p := get(t, server, "/calendar", "me@elsewhere.example"); p.text("#link") != "/calendar/STATION.ics" || p.Find("svg.qr").Length() != 0 {
		t.Errorf("a host that is none leads to %q", p.text("#link"))
	}
	station.SiteURL = "https://zhongduo.jixian.gov.cn"
	p = get(t, site(t, station, schedule), "/calendar", "elsewhere.example.org")
	if got := p.text("#link"); got != station.SiteURL+"/calendar/STATION.ics" {
		t.Errorf("the address is %q", got)
	}
}

func TestWhileThereIsNoCalendar(t *testing.T) {
	station, schedule := november(t)
	server := siteWithCalendar(t, station, schedule, announcement.ErrNoFeed)
	if p := get(t, server, "/calendar", ""); p.status != http.StatusOK || p.Find("#link").Length() != 0 {
		t.Errorf("%d", p.status)
	}
	get(t, server, "/calendar", "").says("main", "日历正在生成")
	// The arrangement itself comes from the documents and shows whatever the database does.
	server = siteWithCalendar(t, station, schedule, errors.New("the disk is full"))
	if p := get(t, server, "/calendar", ""); p.status != http.StatusInternalServerError {
		t.Errorf("a database that fails: %d", p.status)
	}
	if p := get(t, server, "/schedule", ""); p.status != http.StatusOK {
		t.Errorf("the arrangement: %d", p.status)
	}
}

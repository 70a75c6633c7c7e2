package desk

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// told is what the desk may see and do, in memory.
type told struct {
	deliveries []announcement.Delivery
	feeds      []announce.Feed
	again      []string
	refusal    error
	revoked    []string
}

func (a *told) Deliveries(context.Context) ([]announcement.Delivery, error) { return a.deliveries, nil }

func (a *told) SendAgain(_ context.Context, eventID string) error {
	a.again = append(a.again, eventID)
	return a.refusal
}

func (a *told) Feeds(context.Context) ([]announce.Feed, error) { return a.feeds, nil }

func (a *told) RevokeFeed(_ context.Context, id string) (announce.Feed, error) {
	a.revoked = append(a.revoked, id)
	for i := range a.feeds {
		if a.feeds[i].ID == id {
			a.feeds[i].Path, a.feeds[i].Created = "/calendar/FRESH.ics", a.feeds[i].Created.Add(time.Hour)
			return a.feeds[i], nil
		}
	}
	return announce.Feed{}, announcement.ErrNoFeed
}

// signedIn knows one session; the pages under test ask storage for nothing else.
type signedIn struct{ casework.Repository }

func (signedIn) SignedIn(_ context.Context, token string, _ time.Time) (casework.Session, error) {
	if token != "wang" {
		return casework.Session{}, casework.ErrNoSession
	}
	return casework.Session{Token: token, Account: casework.Account{Username: "wang", Name: "王干事"}}, nil
}

func day(t *testing.T, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// november is a station with three receptions, read on 12 November 2026 at 10 o'clock.
func november(t *testing.T) *mounted.Documents {
	t.Helper()
	station := stationconf.Station{
		DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai", Deadlines: casework.DefaultDeadlines(),
		Webhook: &stationconf.Webhook{Format: stationconf.WebhookJSON},
	}
	documents, err := mounted.NewDocuments(station, stationconf.Calendar{}, stationconf.Schedule{
		Deputies: []stationconf.Person{
			{ID: "d001", Name: "县代表01", Level: "County", Phone: "13900000001"},
			{ID: "d031", Name: "乡代表09", Level: "Township", Village: "白额村", Phone: "13900000031"},
		},
		Leaders: []stationconf.Person{{ID: "l01", Name: "李站长", Title: "人大主席", Phone: "13900000099"}},
		Shifts: []stationconf.Shift{
			{Date: day(t, "2026-11-12"), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Hours: "09:00-11:00", Topic: "产业发展"},
			{Date: day(t, "2026-11-17"), Kind: stationconf.ShiftDuty, Deputies: []string{"d001"}, Hours: "08:30-17:30"},
			{Date: day(t, "2026-11-23"), Kind: stationconf.ShiftReception, Deputies: []string{"d001", "d031"}, Leaders: []string{"l01"}, Hours: "09:00-11:00", Topic: "道路交通"},
			{Date: day(t, "2026-12-10"), Kind: stationconf.ShiftReception, Cancelled: true, Hours: "09:00-11:00"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// calendars of the station and both deputies.
func calendars() []announce.Feed {
	made := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return []announce.Feed{
		{ID: announcement.StationFeed, Name: "中垛乡人大代表联络站", Path: "/calendar/ALL.ics", Created: made},
		{ID: "d001", Name: "县代表01", Path: "/calendar/ONE.ics", Created: made},
		{ID: "d031", Name: "乡代表09", Path: "/calendar/NINE.ics", Created: made},
	}
}

// message about the reception of 23 November.
func message(t *testing.T, state announcement.State, reason announcement.Reason) announcement.Delivery {
	t.Helper()
	begins := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	return announcement.Delivery{
		EventID: "20261123@west.r1", Revision: 1, Kind: announcement.Announced, Text: "【代表接待日】", Begins: begins,
		Reception: announcement.Reception{UID: "20261123@west", Date: day(t, "2026-11-23")},
		State:     state, Problem: announcement.Problem{Reason: reason, Number: 503}, Doubtful: state == announcement.Unknown,
		RecordedAt: begins.AddDate(0, 0, -13), SettledAt: begins.AddDate(0, 0, -12),
	}
}

// A visitor of the desk; nobody is signed in while the cookie is empty.
type visitor struct {
	*goquery.Document
	t      *testing.T
	server *httptest.Server
	cookie string
	status int
	path   string
}

func visit(t *testing.T, documents *mounted.Documents, announcements Announcements) *visitor {
	t.Helper()
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
	_, err = New(Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: func() web.Sign { return web.Sign{} },
		Documents: func() *mounted.Documents { return documents }, Repository: signedIn{}, Announcements: announcements, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return &visitor{t: t, server: server, cookie: "wang"}
}

func (v *visitor) get(path string) *visitor {
	v.t.Helper()
	return v.send(http.MethodGet, path, nil)
}

// press the button of the form inside the selector, as it stands on the page.
func (v *visitor) press(selector string) *visitor {
	v.t.Helper()
	form := v.Find(selector).Find("form")
	if form.Length() != 1 {
		v.t.Fatalf("%d forms at %s", form.Length(), selector)
	}
	values := url.Values{}
	form.Find("input").Each(func(_ int, field *goquery.Selection) {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	return v.send(http.MethodPost, form.AttrOr("action", ""), values)
}

func (v *visitor) send(method, path string, values url.Values) *visitor {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.server.URL+path, strings.NewReader(values.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.AddCookie(&http.Cookie{Name: sessionCookie, Value: v.cookie})
	client := http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		next.AddCookie(&http.Cookie{Name: sessionCookie, Value: v.cookie})
		return nil
	}}
	response, err := client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.status, v.path = response.StatusCode, response.Request.URL.Path
	if v.Document, err = goquery.NewDocumentFromReader(strings.NewReader(string(body))); err != nil {
		v.t.Fatal(err)
	}
	return v
}

func (v *visitor) says(selector string, words ...string) {
	v.t.Helper()
	text := strings.Join(strings.Fields(v.Find(selector).Text()), " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			v.t.Errorf("%s (%d): %s does not say %q but %q", v.path, v.status, selector, w, text)
		}
	}
}

func (v *visitor) keepsQuiet(selector string, words ...string) {
	v.t.Helper()
	for _, w := range words {
		if strings.Contains(v.Find(selector).Text(), w) {
			v.t.Errorf("%s: %s says %q", v.path, selector, w)
		}
	}
}

func TestComingReceptionsCanBeCopied(t *testing.T) {
	v := visit(t, november(t), &told{feeds: calendars()})
	for _, address := range []string{"/desk/announcements", "/desk/announcements?lang=en"} { // residents read Chinese either way
		v.get(address)
		if n := v.Find("#texts textarea[readonly]").Length(); n != 2 {
			t.Errorf("%d texts, want those of 23 November and 10 December", n)
		}
		v.says("#text-1", "11月23日 星期一 09:00-11:00", "道路交通", "县代表01", "乡代表09", "李站长")
		v.says("#text-2", "取消", "12月10日")
		v.keepsQuiet("main", "1390000", "产业发展")
	}
}

func TestAMessageInDoubtStandsOutAndCanBeSentAgain(t *testing.T) {
	announcements := &told{deliveries: []announcement.Delivery{message(t, announcement.Unknown, announcement.NoAnswer)}}
	v := visit(t, november(t), announcements).get("/desk/announcements")
	v.says("#deliveries .doubt", "11月23日 星期一", "不知道是否送到", "可能已经送到，也可能没有送到", "先到群里看一看", "再发一次")
	if v.press("#deliveries"); v.status != http.StatusOK || v.path != "/desk/announcements" {
		t.Errorf("arrived at %s with %d", v.path, v.status)
	}
	if !slices.Equal(announcements.again, []string{"20261123@west.r1"}) {
		t.Errorf("sent again: %q", announcements.again)
	}
}

func TestSendingAgainIsRefused(t *testing.T) {
	announcements := &told{deliveries: []announcement.Delivery{message(t, announcement.Unknown, announcement.Interrupted)}}
	v := visit(t, november(t), announcements).get("/desk/announcements")
	announcements.refusal = announcement.ErrNotAllowed
	v.press("#deliveries").says(".problems", "不用再发")
	if v.status != http.StatusConflict {
		t.Errorf("a message that is settled: %d", v.status)
	}
	announcements.refusal = announcement.ErrNoDelivery
	if v.press("#deliveries"); v.status != http.StatusNotFound {
		t.Errorf("a message that is none: %d", v.status)
	}
}

func TestWhatIsCertainIsNotInDoubt(t *testing.T) {
	for state, words := range map[announcement.State]string{
		announcement.Recorded: "等待发送", announcement.Sending: "正在发送", announcement.Delivered: "已送到",
		announcement.Refused: "没有送到", announcement.GivenUp: "不再发",
	} {
		v := visit(t, november(t), &told{deliveries: []announcement.Delivery{message(t, state, "")}}).get("/desk/announcements")
		v.says("#deliveries li", words)
		if v.Find(".doubt").Length() != 0 {
			t.Errorf("%s stands out", state)
		}
		if again := v.Find("#deliveries form").Length() == 1; again != (state == announcement.Refused) {
			t.Errorf("%s can be sent by hand: %t", state, again)
		}
	}
}

func TestEveryStateKindAndReasonHasWords(t *testing.T) {
	var deliveries []announcement.Delivery
	add := func(change func(*announcement.Delivery)) {
		d := message(t, announcement.Refused, announcement.NoConnection)
		change(&d)
		deliveries = append(deliveries, d)
	}
	for _, state := range announcement.States() {
		add(func(d *announcement.Delivery) { d.State = state })
	}
	for _, kind := range []announcement.Kind{announcement.Announced, announcement.Changed, announcement.Cancelled} {
		add(func(d *announcement.Delivery) { d.Kind = kind })
	}
	for _, reason := range []announcement.Reason{
		announcement.NoAddress, announcement.BadAddress, announcement.NoConnection, announcement.Redirected, announcement.RefusedByStatus,
		announcement.RefusedByCode, announcement.NoAnswer, announcement.ServerFault, announcement.StrangeAnswer,
		announcement.Interrupted, announcement.TooLate, announcement.Superseded,
	} {
		add(func(d *announcement.Delivery) { d.Problem.Reason = reason })
	}
	v := visit(t, november(t), &told{deliveries: deliveries, feeds: calendars()})
	for _, language := range []string{"zh", "en"} {
		v.get("/desk/announcements?lang=" + language)
		v.keepsQuiet("main", "delivery.", "delivery_", "{", "announce")
	}
}

func TestEveryDeputyHasACalendar(t *testing.T) {
	v := visit(t, november(t), &told{feeds: calendars()}).get("/desk/announcements")
	v.says("#calendars", "联络站总日历", "县代表01", "乡代表09")
	for _, feed := range calendars() {
		v.get("/desk/announcements")
		link := v.Find("#calendars a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.AttrOr("href", "") == "/desk/calendars/"+feed.ID })
		if link.Length() != 1 {
			t.Fatalf("no way leads to the calendar of %s", feed.ID)
		}
		v.get(link.AttrOr("href", ""))
		if got := v.Find("input#link[readonly]").AttrOr("value", ""); got != v.server.URL+feed.Path {
			t.Errorf("%s is at %q", feed.ID, got)
		}
		if code := v.Find("svg.qr").AttrOr("aria-label", ""); !strings.Contains(code, feed.Path) {
			t.Errorf("the QR code of %s leads to %q", feed.ID, code)
		}
		v.keepsQuiet("main", "1390000")
	}
	if v.get("/desk/calendars/d999"); v.status != http.StatusNotFound {
		t.Errorf("a calendar that is none: %d", v.status)
	}
}

func TestTheLinkIsTheSitesOwn(t *testing.T) {
	feeds := calendars()
	feeds[1].URL = "https://zhongduo.example.org" + feeds[1].Path
	v := visit(t, november(t), &told{feeds: feeds}).get("/desk/calendars/d001")
	if got := v.Find("#link").AttrOr("value", ""); got != feeds[1].URL {
		t.Errorf("the link is %q", got)
	}
}

// Whoever presses twice must not lose the address that was handed out after the first time.
func TestRevokingTwiceReplacesOneAddress(t *testing.T) {
	announcements := &told{feeds: calendars()}
	v := visit(t, november(t), announcements).get("/desk/calendars/d031")
	v.get(v.Find("#revoke a").AttrOr("href", ""))
	v.says("main", "更换日历地址", "乡代表09", "旧地址不能恢复")
	form := v.Document
	for range 2 {
		v.Document = form
		v.press("main").says(".note", "新地址")
		if got := v.Find("#link").AttrOr("value", ""); !strings.HasSuffix(got, "/calendar/FRESH.ics") {
			t.Errorf("the new address is %q", got)
		}
	}
	if !slices.Equal(announcements.revoked, []string{"d031"}) {
		t.Errorf("revoked: %q", announcements.revoked)
	}
}

func TestOnlyStaffSeeMessagesAndCalendars(t *testing.T) {
	announcements := &told{feeds: calendars(), deliveries: []announcement.Delivery{message(t, announcement.Unknown, announcement.NoAnswer)}}
	v := visit(t, november(t), announcements)
	v.cookie = "nobody"
	for _, path := range []string{"/desk/announcements", "/desk/calendars/d001", "/desk/calendars/d001/revoke"} {
		if v.get(path); v.path != "/desk/sign-in" {
			t.Errorf("%s is shown to everybody", path)
		}
	}
	for _, path := range []string{"/desk/announcements/20261123@west.r1/again", "/desk/calendars/d001/revoke"} {
		if v.send(http.MethodPost, path, url.Values{}); v.status != http.StatusUnauthorized {
			t.Errorf("anybody can send to %s: %d", path, v.status)
		}
	}
	if len(announcements.again)+len(announcements.revoked) != 0 {
		t.Error("somebody who is not signed in changed something")
	}
}

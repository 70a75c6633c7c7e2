package desk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/web"
)

// message about the reception on 16 November.
func message(id string, state announcement.State, reason announcement.Reason) announce.Message {
	open := state == announcement.Unknown || state == announcement.Refused
	return announce.Message{MaySendAgain: open, Delivery: announcement.Delivery{
		EventID: id, Revision: 1, Kind: announcement.Announced, Text: "【代表接待日预告】" + id, State: state, Problem: announcement.Problem{Reason: reason, Number: 503},
		Reception: announcement.Reception{UID: id, Date: november(16), Hours: "09:00-11:00"}, Begins: time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC),
		RecordedAt: tenOClock.Add(-time.Hour), AttemptedAt: tenOClock.Add(-time.Hour), SettledAt: tenOClock.Add(-time.Hour), Doubtful: state == announcement.Unknown,
	}}
}

func TestTheTextOfEachComingReceptionCanBeCopied(t *testing.T) {
	o := newOffice(t)
	page := o.open("/desk/announcements").says("#texts", "复制到微信群", "11月16日 星期一", "11月23日 星期一")
	fields := page.Find("#texts textarea[readonly]")
	if fields.Length() != 2 {
		t.Fatalf("%d texts, want those of the two receptions to come", fields.Length())
	}
	for i, shift := range []int{3, 4} {
		want := announce.Text(o.chinese(), o.documents(), o.schedule.Shifts[shift])
		if got := strings.TrimSpace(fields.Eq(i).Text()); got != want {
			t.Errorf("text %d is %q, want %q", i, got, want)
		}
	}
	if page.Find("#texts details textarea").Length() != 1 {
		t.Error("what is not next is not put away")
	}
	page.keepsQuiet("#texts", "已经过去", "正在进行", "13900000031")
	// Residents read Chinese, whatever the person at the desk reads.
	english := o.open("/desk/announcements?lang=en").says("#texts", "Copy the text below")
	if got := english.Find("#texts textarea").First().Text(); !strings.Contains(got, "道路交通") || strings.Contains(got, "deputy") {
		t.Errorf("the text for residents is %q", got)
	}
}

func TestACancelledReceptionIsToldOfBesideTheNext(t *testing.T) {
	o := newOffice(t)
	o.schedule.Shifts[3].Deputies, o.schedule.Shifts[3].Cancelled = nil, true
	o.schedule.Shifts[4].Deputies, o.schedule.Shifts[4].Cancelled = []string{"d031"}, false
	page := o.open("/desk/announcements").says("#texts label", "11月16日 星期一 09:00-11:00 已取消", "11月23日")
	if page.Find("#texts details").Length() != 0 {
		t.Error("the next reception is put away")
	}
	o.schedule.Shifts = o.schedule.Shifts[:3]
	o.open("/desk/announcements").says("#texts", "还没有排定下一次接待")
}

func (o *office) chinese() *web.Catalogue {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		o.t.Fatal(err)
	}
	return catalogues[web.Chinese]
}

func TestEveryStateOfAMessageIsSaidInWords(t *testing.T) {
	o := newOffice(t)
	for _, state := range announcement.States() {
		o.announces.deliveries = []announce.Message{message("m1", state, "")}
		for _, language := range []string{"zh", "en"} {
			page := o.open("/desk/announcements?lang=" + language)
			if got := page.text("#deliveries .tag"); got == "" || strings.Contains(got, "delivery.") || strings.Contains(got, "{") {
				t.Errorf("%s in %s: %q", state, language, got)
			}
		}
	}
}

func TestEveryReasonIsSaidInWords(t *testing.T) {
	o := newOffice(t)
	for _, reason := range []announcement.Reason{
		announcement.NoAddress, announcement.BadAddress, announcement.NoConnection, announcement.Untrusted, announcement.Redirected, announcement.RefusedByStatus, announcement.RefusedByCode,
		announcement.NoAnswer, announcement.ServerFault, announcement.StrangeAnswer, announcement.Interrupted, announcement.TooLate, announcement.Superseded,
	} {
		o.announces.deliveries = []announce.Message{message("m1", announcement.Refused, reason)}
		for _, language := range []string{"zh", "en"} {
			o.open("/desk/announcements?lang="+language).keepsQuiet("#deliveries", "delivery_reason", "{")
		}
	}
}

func TestAMessageInDoubtStandsOutAndCanBeSentAgain(t *testing.T) {
	o := newOffice(t)
	o.announces.deliveries = []announce.Message{
		message("arrived@zhongduo.jixian.liaison.r1", announcement.Delivered, ""),
		message("doubtful@zhongduo.jixian.liaison.r1", announcement.Unknown, announcement.NoAnswer),
	}
	page := o.open("/desk/announcements")
	page.says("#deliveries li:first-child.doubt", "11月16日 星期一接待的通知", "不知道是否送到", "没有回应", "可能已经送到，也可能没有送到", "先到群里看一看", "再发一次", "doubtful@")
	page.says("#deliveries li:nth-child(2)", "已送到")
	if page.Find("#deliveries form").Length() != 1 || page.Find("#deliveries .doubt").Length() != 1 {
		t.Error("what arrived is shown as doubtful, or can be sent again")
	}
	after := o.press(page, "#deliveries .doubt")
	if after.path != "/desk/announcements" || after.status != http.StatusOK || len(o.announces.again) != 1 || o.announces.again[0] != "doubtful@zhongduo.jixian.liaison.r1" {
		t.Errorf("arrived at %s with %d; sent again: %v", after.path, after.status, o.announces.again)
	}
}

func TestAMessageThatIsTriedAgainSaysWhen(t *testing.T) {
	o := newOffice(t)
	refused := message("m1", announcement.Refused, announcement.ServerFault)
	refused.RetryAt, refused.Doubtful = tenOClock.Add(8*time.Minute), true
	o.announces.deliveries = []announce.Message{refused}
	o.open("/desk/announcements").says("#deliveries", "没有送到，会再发", "503", "2026年11月12日 10:08", "之前有一次发送，可能已经送到", "现在就发")
}

func TestAMessageThatIsTooLateIsNotOffered(t *testing.T) {
	o := newOffice(t)
	late := message("m1", announcement.Unknown, announcement.Interrupted)
	late.Begins, late.MaySendAgain = tenOClock, false
	o.announces.deliveries = []announce.Message{late}
	page := o.open("/desk/announcements").says("#deliveries .doubt", "不用再发")
	if page.Find("#deliveries form").Length() != 0 {
		t.Error("a message about what has begun can be sent again")
	}
	// An old page still has the button.
	answer := o.send(http.MethodPost, "/desk/announcements/m1/again", "").says(".problems", "不用再发")
	if answer.status != http.StatusConflict {
		t.Errorf("answered with %d", answer.status)
	}
	if answer := o.send(http.MethodPost, "/desk/announcements/nonsense/again", ""); answer.status != http.StatusNotFound {
		t.Errorf("a message that never was: %d", answer.status)
	}
}

func TestWithoutAWebhookTheDeskSaysSo(t *testing.T) {
	o := newOffice(t)
	o.open("/desk/announcements").says("#deliveries", "最近没有要发的消息")
	o.station.Webhook = nil
	o.open("/desk/announcements").says("#deliveries", "没有设置自动发送")
}

func TestACalendarIsHandedOut(t *testing.T) {
	o := newOffice(t)
	list := o.open("/desk/announcements").says("#calendars", "联络站总日历", "乡代表09 白额村")
	if list.Find("#calendars a[href='/desk/calendars/d031']").Length() != 1 || list.Find("#calendars a[href='/desk/calendars/@station']").Length() != 1 {
		t.Error("no way leads to a calendar")
	}
	page := o.open("/desk/calendars/d031").says("h1", "乡代表09的日历").says("main", "只发给乡代表09本人", "怎样放进手机", "2026年11月12日 09:00")
	want := o.server.URL + "/calendar/DEPUTY.ics"
	if got := page.text("textarea[readonly]#link"); got != want {
		t.Errorf("the address is %q, want %q", got, want)
	}
	if got := page.Find("svg.qr").AttrOr("aria-label", ""); !strings.Contains(got, want) {
		t.Errorf("the QR code is called %q", got)
	}
	o.open("/desk/calendars/@station").says("h1", "联络站总日历")
	if page := o.open("/desk/calendars/d077"); page.status != http.StatusNotFound {
		t.Errorf("a calendar of nobody: %d", page.status)
	}
}

func TestACalendarsAddressIsThatOfTheSite(t *testing.T) {
	o := newOffice(t)
	o.announces.feeds[1].URL = "https://zhongduo.jixian.gov.cn/calendar/DEPUTY.ics"
	page := o.open("/desk/calendars/d031")
	if got := page.text("#link"); got != o.announces.feeds[1].URL {
		t.Errorf("the address is %q", got)
	}
}

func TestACalendarsAddressIsReplacedOnceAndOnlyWhenConfirmed(t *testing.T) {
	o := newOffice(t)
	page := o.open("/desk/calendars/d031")
	ask := o.open(page.Find("#revoke a").AttrOr("href", "")).says("main", "旧地址不能恢复", "乡代表09的手机也不再更新")
	if len(o.announces.revoked) != 0 {
		t.Fatal("revoked before it was confirmed")
	}
	done := o.press(ask, "main").says("main [role=status]", "新地址")
	if got := done.text("#link"); !strings.HasSuffix(got, "/calendar/FRESH1.ics") {
		t.Errorf("after revoking, the address is %q", got)
	}
	// The button pressed twice, or the page sent again by going back.
	again := o.press(ask, "main")
	if got := again.text("#link"); !strings.HasSuffix(got, "/calendar/FRESH1.ics") || len(o.announces.revoked) != 1 {
		t.Errorf("sent again, the address is %q; revoked %v", got, o.announces.revoked)
	}
}

func TestOnlyStaffComeToAnnouncements(t *testing.T) {
	o := newOffice(t)
	staff := o.client
	for _, path := range []string{"/desk/announcements", "/desk/calendars/d031", "/desk/calendars/d031/revoke"} {
		o.client = &http.Client{}
		if page := o.open(path); page.path != "/desk/sign-in" {
			t.Errorf("a stranger comes to %s", page.path)
		}
		o.client = staff
	}
	o.announces.deliveries = []announce.Message{message("m1", announcement.Unknown, announcement.NoAnswer)}
	for _, path := range []string{"/desk/announcements/m1/again", "/desk/calendars/d031/revoke"} {
		if page := o.send(http.MethodPost, path, "", "Sec-Fetch-Site", "cross-site"); page.status != http.StatusForbidden {
			t.Errorf("another site posts to %s: %d", path, page.status)
		}
		o.client = &http.Client{}
		if page := o.send(http.MethodPost, path, ""); page.status != http.StatusUnauthorized {
			t.Errorf("a stranger posts to %s: %d", path, page.status)
		}
		o.client = staff
	}
	if len(o.announces.again)+len(o.announces.revoked) != 0 {
		t.Errorf("done for strangers: %v %v", o.announces.again, o.announces.revoked)
	}
}

// A station of 77 deputies, and five receptions a month for a quarter.
func TestTheDesksPageOfAnnouncementsStaysSmall(t *testing.T) {
	o := newOffice(t)
	for i := range 77 {
		o.announces.feeds = append(o.announces.feeds, announce.Feed{ID: fmt.Sprintf("d%03d", i+100), Name: "欧阳建国", Path: "/calendar/X.ics"})
	}
	reception := o.schedule.Shifts[3]
	for i := range 15 {
		reception.Date = november(24).AddDays(i)
		o.schedule.Shifts = append(o.schedule.Shifts, reception)
		o.announces.deliveries = append(o.announces.deliveries, message(fmt.Sprintf("m%d", i), announcement.Unknown, announcement.NoAnswer))
	}
	for _, path := range []string{"/desk/announcements", "/desk/calendars/d031"} {
		if page := o.open(path); page.size > 50<<10 {
			t.Errorf("%s has %d bytes", path, page.size)
		}
	}
}

package announce_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	goical "github.com/emersion/go-ical"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

const (
	receptionUID = "reception-2026-10-10@zhongduo.ji.liaison"
	dutyUID      = "duty-2026-10-12@zhongduo.ji.liaison"
)

// path of the calendar.
func (s *station) path(id string) string {
	s.Helper()
	feeds, err := s.Feeds(s.Context())
	must(s.T, err)
	for _, f := range feeds {
		if f.ID == id {
			return f.Path
		}
	}
	s.Fatalf("no calendar of %s among %+v", id, feeds)
	return ""
}

type answer struct {
	*http.Response
	body string
}

func (s *station) get(path string, header ...string) answer {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.site.URL+path, nil)
	must(s.T, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := s.site.Client().Do(request)
	must(s.T, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(s.T, err)
	return answer{response, string(body)}
}

// calendar is what a phone reads of the calendar: by UID, the version, state, beginning and summary.
func (s *station) calendar(id string) map[string]string {
	s.Helper()
	got := s.get(s.path(id))
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		s.Fatalf("%d %s: %s", got.StatusCode, got.Header.Get("Content-Type"), got.body)
	}
	read, err := goical.NewDecoder(strings.NewReader(got.body)).Decode()
	must(s.T, err)
	events := map[string]string{}
	for _, e := range read.Events() {
		text := func(name string) string {
			value, err := e.Props.Text(name)
			must(s.T, err)
			return value
		}
		begins, err := e.DateTimeStart(time.UTC)
		must(s.T, err)
		sequence, err := e.Props.Get(goical.PropSequence).Int()
		must(s.T, err)
		events[text(goical.PropUID)] = strings.Join([]string{
			strconv.Itoa(sequence), text(goical.PropStatus), begins.In(shanxi).Format("01-02 15:04"), text(goical.PropSummary),
		}, " ")
	}
	return events
}

// shows fails unless the calendar shows exactly these events.
func (s *station) shows(id string, want map[string]string) {
	s.Helper()
	got := s.calendar(id)
	for uid, event := range want {
		if got[uid] != event {
			s.Errorf("%s shows %s as %q, want %q", id, uid, got[uid], event)
		}
	}
	if len(got) != len(want) {
		s.Errorf("%s shows %v", id, got)
	}
}

func TestTheStationAndEveryDeputyHaveACalendar(t *testing.T) {
	s := newStation(t)
	if feeds, err := s.Feeds(t.Context()); err != nil || len(feeds) != 0 {
		t.Errorf("before the first step: %+v, error %v", feeds, err)
	}
	if _, err := s.StationFeed(t.Context()); !errors.Is(err, announcement.ErrNoFeed) {
		t.Errorf("before the first step: %v, want ErrNoFeed", err)
	}
	s.step(at(5, 12, 0))
	feeds, err := s.Feeds(t.Context())
	must(t, err)
	var names []string
	for _, f := range feeds {
		names = append(names, f.ID+" "+f.Name)
		if f.URL != "https://zhongduo.example.org"+f.Path || !f.Created.Equal(at(5, 12, 0)) {
			t.Errorf("%+v", f)
		}
	}
	if got := strings.Join(names, ", "); got != "@station 中垛乡人大代表联络站, d001 张三, d002 李四, d003 赵六" {
		t.Errorf("calendars of %s", got)
	}
	if own, err := s.StationFeed(t.Context()); err != nil || own != feeds[0] {
		t.Errorf("the station's: %+v, error %v", own, err)
	}
	s.shows(announcement.StationFeed, map[string]string{
		receptionUID: "0 CONFIRMED 10-10 09:00 代表接待：道路交通", dutyUID: "0 CONFIRMED 10-12 08:30 代表值班：赵六",
	})
	s.shows("d001", map[string]string{receptionUID: "0 CONFIRMED 10-10 09:00 代表接待：道路交通"})
	s.shows("d003", map[string]string{dutyUID: "0 CONFIRMED 10-12 08:30 到联络站值班"})
}

func TestACalendarSaysWhatTheAnnouncementSaysAndNoPhone(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	feeds, err := s.Feeds(t.Context())
	must(t, err)
	for _, f := range feeds {
		unfolded := strings.ReplaceAll(s.get(f.Path).body, "\r\n ", "")
		if strings.Contains(unfolded, "1390000") || strings.Contains(unfolded, "7920000") {
			t.Errorf("a phone stands in the calendar of %s", f.ID)
		}
		if f.ID == "d001" {
			for _, want := range []string{
				"接待代表：张三（县人大代表）、李四（乡镇人大代表）", "接待领导：王五（副乡长）", "LOCATION:中垛乡人大代表联络站（中垛村128号）",
				"https://zhongduo.example.org/suggest", "X-WR-CALNAME:张三 · 中垛乡人大代表联络站", "X-WR-TIMEZONE:Asia/Shanghai", "X-PUBLISHED-TTL:PT60M",
			} {
				if !strings.Contains(unfolded, want) {
					t.Errorf("no %q in\n%s", want, unfolded)
				}
			}
		}
	}
}

func TestACalendarIsSentOnceAndThenOnlyWhenItChanged(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	path := s.path("d001")
	first := s.get(path)
	tag := first.Header.Get("ETag")
	if cache := first.Header.Get("Cache-Control"); tag == "" || !strings.Contains(cache, "private") {
		t.Errorf("ETag %q, Cache-Control %q", tag, cache)
	}
	if again := s.get(path, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || again.body != "" {
		t.Errorf("unchanged: %d with %d bytes", again.StatusCode, len(again.body))
	}
	s.step(at(6, 12, 0))
	if later := s.get(path); later.body != first.body {
		t.Error("a day later it is another text, though nothing has changed")
	}
	s.mount(zhongduo().reception(func(d *stationconf.Shift) { d.Topic = "环境卫生" }))
	s.step(at(6, 12, 1))
	if changed := s.get(path, "If-None-Match", tag); changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == tag {
		t.Errorf("changed: %d with ETag %q", changed.StatusCode, changed.Header.Get("ETag"))
	}
}

// Each change of the documents, as the calendars tell it to phones.
func TestCalendarsFollowTheSchedule(t *testing.T) {
	empty := zhongduo()
	empty.Schedule = stationconf.Schedule{Deputies: empty.Schedule.Deputies}
	gone := zhongduo()
	gone.Schedule.Shifts = gone.Schedule.Shifts[1:]
	for name, c := range map[string]struct {
		documents documents
		station   string // how the reception stands in the station's calendar
		d001      string // in that of a deputy who was in it
		d003      string // in that of one who was not
	}{
		"nothing": {zhongduo(), "0 CONFIRMED 10-10 09:00 代表接待：道路交通", "0 CONFIRMED 10-10 09:00 代表接待：道路交通", ""},
		"postponed": {
			zhongduo().reception(func(s *stationconf.Shift) { s.Date, s.PostponedFrom = october(11), october(10) }),
			"1 CONFIRMED 10-11 09:00 代表接待：道路交通", "1 CONFIRMED 10-11 09:00 代表接待：道路交通", "",
		},
		"a deputy swapped for another": {
			zhongduo().reception(func(s *stationconf.Shift) { s.Deputies = []string{"d003", "d002"} }),
			"1 CONFIRMED 10-10 09:00 代表接待：道路交通", "1 CANCELLED 10-10 09:00 代表接待：道路交通", "0 CONFIRMED 10-10 09:00 代表接待：道路交通",
		},
		"no longer certain": {
			zhongduo().reception(func(s *stationconf.Shift) { s.Provisional = true }),
			"1 TENTATIVE 10-10 09:00 代表接待：道路交通", "1 TENTATIVE 10-10 09:00 代表接待：道路交通", "",
		},
		"cancelled, with nothing left of it": {
			zhongduo().reception(func(s *stationconf.Shift) {
				s.Cancelled, s.Deputies, s.Leaders, s.Hours, s.Topic = true, nil, nil, "", ""
			}),
			"1 CANCELLED 10-10 09:00 代表接待：道路交通", "1 CANCELLED 10-10 09:00 代表接待：道路交通", "",
		},
		"gone":               {gone, "1 CANCELLED 10-10 09:00 代表接待：道路交通", "1 CANCELLED 10-10 09:00 代表接待：道路交通", ""},
		"no schedule at all": {empty, "0 CONFIRMED 10-10 09:00 代表接待：道路交通", "0 CONFIRMED 10-10 09:00 代表接待：道路交通", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.step(at(5, 12, 0))
			s.mount(c.documents)
			s.step(at(6, 12, 0))
			for id, want := range map[string]string{announcement.StationFeed: c.station, "d001": c.d001, "d003": c.d003} {
				if got := s.calendar(id)[receptionUID]; got != want {
					t.Errorf("%s shows %q, want %q", id, got, want)
				}
			}
			s.mount(zhongduo())
			s.step(at(7, 7, 0))
			want := "0 CONFIRMED 10-10 09:00 代表接待：道路交通"
			if c.station[0] == '1' {
				want = "2" + want[1:]
			}
			if got := s.calendar(announcement.StationFeed)[receptionUID]; got != want {
				t.Errorf("taken back it shows %q, want %q", got, want)
			}
		})
	}
}

func TestDaysThatArePastStayAsTheyWereAndThenGo(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	november := zhongduo()
	november.Schedule.Shifts = []stationconf.Shift{{Date: workday.NewDate(2026, time.November, 10), Kind: stationconf.ShiftReception, Hours: "09:00-11:00", Deputies: []string{"d001"}}}
	november.Schedule.PlannedUntil = workday.NewDate(2026, time.November, 30)
	s.mount(november)
	s.step(at(32, 12, 0)) // 1 November
	s.shows("d001", map[string]string{
		receptionUID: "0 CONFIRMED 10-10 09:00 代表接待：道路交通", "reception-2026-11-10@zhongduo.ji.liaison": "0 CONFIRMED 11-10 09:00 代表接待日",
	})
	s.step(at(10+60, 12, 0))
	if _, shown := s.calendar("d001")[receptionUID]; !shown {
		t.Error("after 60 days it is gone already")
	}
	s.step(at(10+61, 0, 1))
	if _, shown := s.calendar("d001")[receptionUID]; shown {
		t.Error("after 61 days it is still there")
	}
	stored, err := s.store.Entries(t.Context())
	must(t, err)
	for _, e := range stored {
		if e.UID == receptionUID {
			t.Errorf("%s is not forgotten in the calendar of %s", e.UID, e.Feed)
		}
	}
}

func TestARevokedAddressLooksLikeOneThatNeverWas(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	old := s.path("d001")
	never := s.get("/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAA.ics")
	fresh, err := s.RevokeFeed(t.Context(), "d001")
	must(t, err)
	revoked := s.get(old)
	if revoked.StatusCode != http.StatusNotFound || never.StatusCode != http.StatusNotFound || !strings.Contains(never.body, "没有这个页面") ||
		revoked.body != strings.ReplaceAll(never.body, "AAAAAAAAAAAAAAAAAAAAAAAAAA", tokenIn(old)) {
		t.Errorf("%d and %d:\n%s\n%s", revoked.StatusCode, never.StatusCode, revoked.body, never.body)
	}
	if got := s.path("d001"); got != fresh.Path || got == old || fresh.Name != "张三" || fresh.URL != "https://zhongduo.example.org"+fresh.Path {
		t.Errorf("the new one is %+v", fresh)
	}
	s.shows("d001", map[string]string{receptionUID: "0 CONFIRMED 10-10 09:00 代表接待：道路交通"})
	s.restart()
	s.step(at(5, 12, 1))
	if got := s.path("d001"); got != fresh.Path {
		t.Error("the next process gave the calendar another address")
	}
	if _, err := s.RevokeFeed(t.Context(), "nobody"); !errors.Is(err, announcement.ErrNoFeed) {
		t.Errorf("of nobody: %v, want ErrNoFeed", err)
	}
}

func tokenIn(path string) string {
	return strings.TrimSuffix(strings.TrimPrefix(path, "/calendar/"), ".ics")
}

func TestOtherAddressesLeadToNoCalendar(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	path := s.path("d001")
	for _, other := range []string{
		strings.TrimSuffix(path, ".ics"), strings.TrimSuffix(path, ".ics") + ".txt", path + ".ics", "/calendar/.ics", "/calendar/d001.ics",
		"/calendar/@station.ics", "/calendar/" + strings.ToLower(tokenIn(path)) + ".ics", "/calendar/%00.ics",
	} {
		if got := s.get(other); got.StatusCode != http.StatusNotFound || strings.Contains(got.body, "VCALENDAR") {
			t.Errorf("%s: %d", other, got.StatusCode)
		}
	}
	if strings.Contains(s.log.String(), tokenIn(path)) {
		t.Error("a token stands in the log")
	}
}

func TestCalendarsAreRevisedOnceStorageTakesIt(t *testing.T) {
	s := newStation(t)
	s.faults.revising = errors.New("the disk is full")
	if err := s.Step(t.Context()); !errors.Is(err, s.faults.revising) {
		t.Errorf("%v", err)
	}
	s.faults.revising = nil
	s.step(at(5, 12, 1))
	if len(s.calendar("d001")) != 1 {
		t.Error("the event is missing")
	}
}

func TestNothingIsWrittenWhileNothingChanges(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	s.faults.revising = errors.New("a write")
	s.restart()
	s.step(at(5, 12, 1))
	s.step(at(6, 12, 0))
	if n := bytes.Count([]byte(s.log.String()), []byte("calendars revised")); n != 1 {
		t.Errorf("revised %d times", n)
	}
}

func TestADeputyWhoHasLeftKeepsAnAddressThatCanBeRevoked(t *testing.T) {
	s := newStation(t)
	s.step(at(5, 12, 0))
	path := s.path("d001")
	left := zhongduo().reception(func(shift *stationconf.Shift) { shift.Deputies = []string{"d002"} })
	left.Schedule.Deputies = left.Schedule.Deputies[1:]
	s.mount(left)
	s.step(at(6, 12, 0))
	feeds, err := s.Feeds(t.Context())
	must(t, err)
	if len(feeds) != 3 {
		t.Errorf("%d calendars, want those of the station and two deputies", len(feeds))
	}
	if got := s.get(path); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "STATUS:CANCELLED") {
		t.Errorf("his phone reads %d %s", got.StatusCode, got.body)
	}
	if _, err := s.RevokeFeed(t.Context(), "d001"); err != nil {
		t.Error(err)
	}
	if got := s.get(path); got.StatusCode != http.StatusNotFound {
		t.Errorf("after it was revoked: %d", got.StatusCode)
	}
}

package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// office is the desk at 10 o'clock on 12 November 2026 with somebody signed in, and what was asked of the announcing.
type office struct {
	t         *testing.T
	server    *httptest.Server
	client    *http.Client
	announces *announcing
	cases     *cabinet
	account   casework.Account
	station   stationconf.Station
	schedule  stationconf.Schedule
}

var tenOClock = time.Date(2026, 11, 12, 2, 0, 0, 0, time.UTC)

// announcing keeps what the desk shows and notes what it is asked.
type announcing struct {
	deliveries []announce.Message
	feeds      []announce.Feed
	again      []string
	revoked    []string
}

func (a *announcing) Deliveries(context.Context) ([]announce.Message, error) {
	return a.deliveries, nil
}

func (a *announcing) Feeds(context.Context) ([]announce.Feed, error) { return a.feeds, nil }

func (a *announcing) SendAgain(_ context.Context, eventID string) error {
	for _, d := range a.deliveries {
		if d.EventID == eventID {
			a.again = append(a.again, eventID)
			_, err := d.Again(tenOClock)
			return err
		}
	}
	return announcement.ErrNoDelivery
}

func (a *announcing) RevokeFeed(_ context.Context, id string) (announce.Feed, error) {
	for i := range a.feeds {
		if f := &a.feeds[i]; f.ID == id {
			a.revoked = append(a.revoked, id)
			f.Path = fmt.Sprintf("/calendar/FRESH%d.ics", len(a.revoked))
			f.Created = f.Created.Add(time.Hour)
			return *f, nil
		}
	}
	return announce.Feed{}, announcement.ErrNoFeed
}

// staff knows one session, that of whose turn it is.
type staff struct {
	casework.Staff
	o *office
}

const sessionToken = "session-at-the-desk"

func (s staff) SignedIn(_ context.Context, token string, _ time.Time) (casework.Session, error) {
	if token != sessionToken {
		return casework.Session{}, casework.ErrNoSession
	}
	return casework.Session{Token: token, Account: s.o.account}, nil
}

var (
	wang   = casework.Account{ID: 1, Username: "wang", Name: "王管理员", Role: casework.Administrator}
	li     = casework.Account{ID: 2, Username: "li", Name: "李站长", Role: casework.Head}
	deputy = casework.Account{ID: 3, Username: "daibiao", Name: "乡代表09", Role: casework.Deputy, Deputy: "d031"}
)

// as lets somebody else sit at the desk.
func (o *office) as(a casework.Account) *office {
	o.account = a
	return o
}

func november(day int) workday.Date { return workday.NewDate(2026, time.November, day) }

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{
		t: t, account: wang, cases: newCabinet(), announces: &announcing{feeds: []announce.Feed{
			{ID: announcement.StationFeed, Name: "中垛乡人大代表联络站", Path: "/calendar/STATION.ics", Created: tenOClock.Add(-time.Hour)},
			{ID: "d031", Name: "乡代表09", Path: "/calendar/DEPUTY.ics", Created: tenOClock.Add(-time.Hour)},
		}},
		station: stationconf.Station{
			DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai", Deadlines: casework.DefaultDeadlines(),
			Contact: stationconf.Contact{Address: "吉县中垛乡政府院内"}, Webhook: &stationconf.Webhook{Format: stationconf.WebhookWeCom},
			Township: stationconf.Township{Name: "中垛乡", County: "吉县", Villages: []stationconf.Village{{Name: "白额村", LiaisonDeputy: "d031"}, {Name: "中垛村"}}},
			Topics:   []string{"道路交通", "环境卫生"},
		},
		schedule: stationconf.Schedule{
			Deputies: []stationconf.Person{{ID: "d031", Name: "乡代表09", Level: "Township", Village: "白额村", Phone: "13900000031"}},
			Shifts: []stationconf.Shift{
				{Date: november(10), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Hours: "09:00-11:00", Topic: "已经过去"},
				{Date: november(12), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Hours: "09:00-11:00", Topic: "正在进行"},
				{Date: november(13), Kind: stationconf.ShiftDuty, Deputies: []string{"d031"}, Hours: "09:00-11:00"},
				{Date: november(16), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Hours: "09:00-11:00", Topic: "道路交通"},
				{Date: november(23), Kind: stationconf.ShiftReception, Cancelled: true, Hours: "09:00-11:00"},
			},
			PlannedUntil: november(30),
		},
	}
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return tenOClock }
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return true }, Now: now,
	})
	sign := func() web.Sign { return web.Sign{Station: o.station.DisplayName} }
	door, err := signin.New(signin.Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: sign, Staff: staff{o: o}, Location: func() *time.Location { return o.documents().Location }, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: sign,
		Documents: o.documents, Repository: o.cases, Door: door, Announcements: o.announces, Photos: photo.NewPreparer(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	router.Fallback(d.area, "/api/")
	o.server = httptest.NewServer(router)
	t.Cleanup(o.server.Close)
	o.client = &http.Client{Jar: jarWith(t, o.server.URL)}
	return o
}

func jarWith(t *testing.T, address string) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(at, []*http.Cookie{{Name: "desk", Value: sessionToken, Path: "/desk"}})
	return jar
}

func (o *office) documents() *mounted.Documents {
	d, err := mounted.NewDocuments(o.station, stationconf.Calendar{}, o.schedule)
	if err != nil {
		o.t.Error(err)
	}
	return d
}

// screen is the page the desk has come to.
type screen struct {
	*goquery.Document
	t      *testing.T
	status int
	path   string
	size   int
	header http.Header
}

func (o *office) open(path string) screen { return o.send(http.MethodGet, path, "") }

func (o *office) send(method, path, body string, header ...string) screen {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.t.Context(), method, o.server.URL+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := o.client.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		o.t.Fatal(err)
	}
	return screen{document, o.t, response.StatusCode, response.Request.URL.Path, len(text), response.Header}
}

// press sends the form inside the selector as the page has it.
func (o *office) press(s screen, selector string) screen {
	o.t.Helper()
	return o.fill(s, selector)
}

// fill sends the form inside the selector with the pairs filled in: name, value, name, value … A name that comes again adds a value. Fields
// that the form has not are a mistake of the page.
func (o *office) fill(s screen, selector string, pairs ...string) screen {
	o.t.Helper()
	form := s.Find(selector).Filter("form").AddSelection(s.Find(selector).Find("form"))
	if form.Length() != 1 {
		o.t.Fatalf("%s has %d forms at %s", s.path, form.Length(), selector)
	}
	values := filledIn(form)
	cleared := map[string]bool{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name := pairs[i]
		if form.Find("[name="+name+"]").Length() == 0 {
			o.t.Fatalf("%s has no field %s at %s", s.path, name, selector)
		}
		if !cleared[name] {
			values.Del(name)
			cleared[name] = true
		}
		values.Add(name, pairs[i+1])
	}
	return o.send(http.MethodPost, form.AttrOr("action", ""), values.Encode())
}

// keyOrPlaceholder is what a page shows in place of words that no catalogue holds.
var keyOrPlaceholder = regexp.MustCompile(`\b[a-z_]+\.[a-z_]*[a-z]\b|\{[a-z]+\}`)

func (s screen) hasWordsForAll() screen {
	s.t.Helper()
	if found := keyOrPlaceholder.FindAllString(s.text("body"), -1); found != nil {
		s.t.Errorf("%s shows %q", s.path, found)
	}
	return s
}

// filledIn is what a browser would send of the form as it stands.
func filledIn(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		_, checked := field.Attr("checked")
		switch {
		case field.Is("textarea"):
			values.Add(field.AttrOr("name", ""), field.Text())
		case checked || !field.Is("[type=radio], [type=checkbox]"):
			values.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
		}
	})
	form.Find("select[name]").Each(func(_ int, field *goquery.Selection) {
		values.Add(field.AttrOr("name", ""), field.Find("option[selected]").AttrOr("value", ""))
	})
	return values
}

func (s screen) text(selector string) string {
	return strings.Join(strings.Fields(s.Find(selector).Text()), " ")
}

func (s screen) says(selector string, words ...string) screen {
	s.t.Helper()
	text := s.text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Errorf("%s: %s does not say %q but %q", s.path, selector, w, text)
		}
	}
	return s
}

func (s screen) keepsQuiet(selector string, words ...string) screen {
	s.t.Helper()
	text := s.text(selector)
	for _, w := range words {
		if strings.Contains(text, w) {
			s.t.Errorf("%s: %s says %q: %q", s.path, selector, w, text)
		}
	}
	return s
}

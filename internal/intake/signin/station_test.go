package signin_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/web"
)

var monday = time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)

// station is a site with the door and a desk of two addresses behind it. Tests change its fields between requests.
type station struct {
	t      *testing.T
	server *httptest.Server
	staff  *people
	// now is what the station's clock shows.
	now time.Time
}

func newStation(t *testing.T, changes ...func(*signin.Options)) *station {
	t.Helper()
	s := &station{t: t, staff: newPeople(), now: monday}
	catalogues, err := web.LoadCatalogues()
	must(t, err)
	assets, err := web.LoadAssets()
	must(t, err)
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return true }, Now: func() time.Time { return monday }, // measures answers, also after they were read
	})
	sign := func() web.Sign { return web.Sign{Station: "中垛乡人大代表联络站"} }
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	options := signin.Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: sign, Staff: s.staff,
		Location: func() *time.Location { return shanghai }, Sender: senderNamed, Now: func() time.Time { return s.now },
	}
	for _, change := range changes {
		change(&options)
	}
	door, err := signin.New(options)
	must(t, err)
	pages, err := web.LoadPages(catalogues, assets, fstest.MapFS{
		"templates/_nav.html": {Data: []byte(`{{define "nav"}}{{.Visitor}}{{end}}{{define "foot"}}{{end}}`)},
		"templates/desk.html": {Data: []byte(`{{define "title"}}desk{{end}}{{define "main"}}<h1>desk</h1>{{end}}`)},
	})
	must(t, err)
	area := web.NewArea(router, pages, sign)
	area.Visitor = signin.Visitor
	show := func(w http.ResponseWriter, r *http.Request) error {
		return area.Render(w, r, http.StatusOK, "desk", nil)
	}
	area.Page("GET /desk", door.Only(show))
	area.Page("POST /desk/visits", door.Only(show))
	area.Page("POST /desk/cases", door.OnlyRoles(show, casework.Administrator, casework.Head))
	area.Page("GET /desk/export", door.OnlyRoles(show, casework.Head))
	s.server = httptest.NewServer(router)
	t.Cleanup(s.server.Close)
	return s
}

// senderNamed takes a header for the address, so that tests can come from anywhere.
func senderNamed(r *http.Request) netip.Prefix {
	address, _ := netip.ParseAddr(r.Header.Get("Sender"))
	return netip.PrefixFrom(address, 32)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const chromeOnAndroid = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36"

// browser keeps cookies, follows links within the station and fills in forms.
type browser struct {
	t      *testing.T
	client *http.Client
	// sender is the address it has, agent what it calls itself.
	sender, agent string

	at     *url.URL
	status int
	header http.Header
	text   string
	page   *goquery.Document
	// away is where it was sent outside the station, which it does not follow.
	away string
}

func (s *station) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	b := &browser{t: s.t, sender: "10.0.0.1", agent: chromeOnAndroid}
	b.at, err = url.Parse(s.server.URL)
	must(s.t, err)
	host := b.at.Host
	b.client = &http.Client{Jar: jar, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if next.URL.Host != host {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// of signs in as the person, who has a browser of their own.
func (s *station) of(username string) *browser {
	s.t.Helper()
	return s.browser().visit("/desk/sign-in").signIn(username, s.staff.accounts[username].password)
}

func (b *browser) signIn(username, password string) *browser {
	b.t.Helper()
	return b.fill("main form", "username", username, "password", password)
}

func (b *browser) visit(reference string) *browser {
	b.t.Helper()
	return b.request(http.MethodGet, reference, nil)
}

// post sends a form that is on no page.
func (b *browser) post(reference string, pairs ...string) *browser {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return b.request(http.MethodPost, reference, values)
}

// fill sends the one form the selector finds, with the pairs filled in.
func (b *browser) fill(selector string, pairs ...string) *browser {
	b.t.Helper()
	form := b.page.Find(selector)
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d of %s:\n%s", b.at, form.Length(), selector, b.text)
	}
	values := url.Values{}
	form.Find("input[name]").Each(func(_ int, field *goquery.Selection) {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		if !values.Has(pairs[i]) {
			b.t.Fatalf("the form at %s has no field %s", b.at, pairs[i])
		}
		values.Set(pairs[i], pairs[i+1])
	}
	return b.request(http.MethodPost, form.AttrOr("action", ""), values)
}

func (b *browser) request(method, reference string, form url.Values) *browser {
	b.t.Helper()
	to, err := b.at.Parse(reference)
	must(b.t, err)
	request, err := http.NewRequestWithContext(b.t.Context(), method, to.String(), strings.NewReader(form.Encode()))
	must(b.t, err)
	request.Header.Set("Sender", b.sender)
	request.Header.Set("User-Agent", b.agent)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.client.Do(request)
	must(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b.t, err)
	b.status, b.header, b.text, b.away = response.StatusCode, response.Header, string(text), response.Header.Get("Location")
	if b.away == "" {
		b.at = response.Request.URL
	}
	b.page, err = goquery.NewDocumentFromReader(strings.NewReader(b.text))
	must(b.t, err)
	return b
}

func (b *browser) arrives(status int, path string) *browser {
	b.t.Helper()
	if b.status != status || b.at.Path != path {
		b.t.Fatalf("at %s with status %d, want %d at %s:\n%s", b.at.Path, b.status, status, path, strings.TrimSpace(b.page.Find("main").Text()))
	}
	return b
}

// told is where a problem stands that has the words: in the summary and, with a field, at the field too.
func (b *browser) told(field, words string) *browser {
	b.t.Helper()
	if got := b.page.Find(".problems").Text(); !strings.Contains(got, words) {
		b.t.Errorf("the summary %q does not say %q", got, words)
	}
	if field == "" {
		return b
	}
	input := b.page.Find("#" + field)
	if input.AttrOr("aria-invalid", "") != "true" || !strings.Contains(b.page.Find("#"+field+"-problem").Text(), words) {
		b.t.Errorf("the field %s is not marked with %q", field, words)
	}
	if b.page.Find(`.problems a[href="#`+field+`"]`).Length() != 1 {
		b.t.Errorf("the summary does not lead to %s", field)
	}
	return b
}

func (b *browser) sees(selector, words string) *browser {
	b.t.Helper()
	if got := b.page.Find(selector).Text(); !strings.Contains(got, words) {
		b.t.Errorf("%s at %s is %q, want %q in it", selector, b.at.Path, strings.TrimSpace(got), words)
	}
	return b
}

// cookie the browser would send to the desk.
func (b *browser) cookie(name string) string {
	for _, c := range b.client.Jar.Cookies(b.at.JoinPath("/desk/sign-in")) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// keep puts a cookie into the browser.
func (b *browser) keep(name, value string) {
	b.client.Jar.SetCookies(b.at.JoinPath("/desk/sign-in"), []*http.Cookie{{Name: name, Value: value, Path: "/desk"}})
}

var bareKey = regexp.MustCompile(`\b(signin|account|codes|sessions|password|browser|system|problem|remedy|field)\.[a-z_]+`)

// wellMade checks what holds for every page.
func (b *browser) wellMade() *browser {
	b.t.Helper()
	if key := bareKey.FindString(b.page.Text()); key != "" {
		b.t.Errorf("%s shows the key %s instead of words", b.at, key)
	}
	if len(b.text) > 50<<10 {
		b.t.Errorf("%s has %d bytes", b.at, len(b.text))
	}
	if b.page.Find("h1").Length() != 1 || b.page.Find("script, [style], img[src^=http]").Length() > 0 {
		b.t.Errorf("%s has no single heading, or things that a page must not have", b.at)
	}
	ids := map[string]bool{}
	b.page.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		if id := e.AttrOr("id", ""); ids[id] {
			b.t.Errorf("%s has two things called %s", b.at, id)
		} else {
			ids[id] = true
		}
	})
	b.page.Find("input:not([type=hidden])").Each(func(_ int, e *goquery.Selection) {
		if b.page.Find(`label[for="`+e.AttrOr("id", "")+`"]`).Length() != 1 {
			b.t.Errorf("%s has a field without a label: %s", b.at, e.AttrOr("name", ""))
		}
	})
	return b
}

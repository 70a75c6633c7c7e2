package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/intake/web"
)

// site is a router with one page, two forms and one API, and what it logged and counted.
type site struct {
	*httptest.Server
	log      *bytes.Buffer
	outcomes map[string][]web.Outcome
	// files that the last upload brought, by name, and what stood in its field name when the first of them came.
	files  map[string]int64
	before string
}

var errDatabaseGone = errors.New("the database at /var/lib/liaison is gone")

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{log: &bytes.Buffer{}, outcomes: map[string][]web.Outcome{}}
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.LoadPages(catalogues, assets, fstest.MapFS{
		"templates/_nav.html": {Data: []byte(`{{define "nav"}}{{end}}{{define "foot"}}{{end}}`)},
		"templates/hello.html": {Data: []byte(`{{define "title"}}{{t "nav.home"}}{{end}}{{define "main"}}<h1>{{t "nav.home"}}</h1>
{{template "problems" .Data}}<form>{{template "text-field" ((input .Data "name" (t "field.name") "").AtMost 5)}}</form>{{end}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.NewJSONHandler(s.log, nil)),
		Observe: func(pattern string) func(web.Outcome) {
			return func(o web.Outcome) { s.outcomes[pattern] = append(s.outcomes[pattern], o) }
		},
		Open: func() bool { return true },
		Now:  time.Now,
	})
	area := web.NewArea(router, pages, func() web.Sign { return web.Sign{Station: "中垛乡人大代表联络站"} })
	assets.Serve(area)
	area.Page("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return area.Render(w, r, http.StatusOK, "hello", web.NewForm())
	})
	area.Page("POST /form", func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		if len(form.Value("name")) > 5 {
			form.Refuse(web.Problem{Status: http.StatusUnprocessableEntity, Code: "too_long", Field: "name", Args: []any{"most", 5, "length", 6}})
		}
		return area.RenderForm(w, r, "hello", form, form)
	})
	area.Page("POST /upload", s.upload, web.Accepting(uploadLimit))
	area.API("POST /api/echo", func(w http.ResponseWriter, r *http.Request) error {
		var name, phone string
		if err := web.ReadJSON(r, map[string]*string{"name": &name, "phone": &phone}); err != nil {
			return err
		}
		return web.WriteJSON(w, http.StatusOK, map[string]string{"name": name})
	})
	area.Page("GET /broken/{code}", func(http.ResponseWriter, *http.Request) error { return errDatabaseGone })
	area.Page("GET /panics", func(http.ResponseWriter, *http.Request) error { panic("out of range") })
	router.Fallback(area, "/api/")
	s.Server = httptest.NewServer(router)
	t.Cleanup(s.Close)
	return s
}

func (s *site) do(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(answer)
}

const formType = "application/x-www-form-urlencoded"

func TestEveryRefusalIsAnsweredInWords(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		want               string
	}{
		"a page that does not exist":     {"GET", "/nowhere", "", nil, 404, "没有这个页面"},
		"an interface that does not":     {"GET", "/api/nowhere", "", nil, 404, `"code":"not_found"`},
		"a method the page has not":      {"POST", "/panics", "", nil, 405, "不支持这样的操作"},
		"a method the interface has not": {"DELETE", "/api/echo", "", nil, 405, `"code":"method_not_allowed"`},
		"a post from another site":       {"POST", "/form", "name=x", []string{"Content-Type", formType, "Sec-Fetch-Site", "cross-site"}, 403, "别的网站"},
		"the same on an old browser":     {"POST", "/form", "name=x", []string{"Content-Type", formType, "Origin", "https://elsewhere.example"}, 403, "别的网站"},
		"a form of another media type":   {"POST", "/form", "name=x", []string{"Content-Type", "text/plain"}, 415, formType},
		"a form without media type":      {"POST", "/form", "name=x", nil, 415, formType},
		"a form that is no form":         {"POST", "/form", "name=%zz", []string{"Content-Type", formType}, 400, "读不出来"},
		"a form too large":               {"POST", "/form", "name=" + strings.Repeat("x", web.MaxBody), []string{"Content-Type", formType}, 413, "最多64KB"},
		"a field too long":               {"POST", "/form", "name=123456", []string{"Content-Type", formType}, 422, "最多5字"},
		"an interface, too large":        {"POST", "/api/echo", `{"name":"` + strings.Repeat("x", web.MaxBody) + `"}`, []string{"Content-Type", "application/json"}, 413, `"code":"too_large"`},
		"an interface, cross-site":       {"POST", "/api/echo", `{}`, []string{"Content-Type", "application/json", "Sec-Fetch-Site", "cross-site"}, 403, `"code":"cross_site"`},
		"a fault nobody foresaw":         {"GET", "/broken/ABCD", "", nil, 500, "服务出错了"},
		"a panic":                        {"GET", "/panics", "", nil, 500, "服务出错"},
	} {
		t.Run(name, func(t *testing.T) {
			response, answer := s.do(t, c.method, c.path, c.body, c.header...)
			if response.StatusCode != c.status || !strings.Contains(answer, c.want) {
				t.Errorf("got %d, want %d with %q in the answer:\n%s", response.StatusCode, c.status, c.want, answer)
			}
		})
	}
}

func TestAnUnknownErrorShowsItsReferenceAndNothingElse(t *testing.T) {
	s := newSite(t)
	response, page := s.do(t, "GET", "/broken/ABCD-EFGH-JKMN", "")
	reference := response.Header.Get("X-Request-Id")
	if len(reference) != 8 || !strings.Contains(page, reference) {
		t.Errorf("the page does not tell its reference %q", reference)
	}
	if strings.Contains(page, "liaison is gone") {
		t.Error("the page tells what happened inside")
	}
	if log := s.log.String(); !strings.Contains(log, reference) || !strings.Contains(log, errDatabaseGone.Error()) {
		t.Errorf("the log does not lead from the reference to the cause: %s", log)
	}
}

func TestTheLogHoldsNothingOfAPersonOrACase(t *testing.T) {
	s := newSite(t)
	s.do(t, "GET", "/broken/ABCD-EFGH-JKMN?phone=13912345678", "", "User-Agent", "resident-phone")
	s.do(t, "GET", "/nowhere/13912345678?name=%E5%BC%A0", "")
	for _, secret := range []string{"ABCD-EFGH", "13912345678", "%E5%BC%A0", "张", "127.0.0.1", "resident-phone"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, s.log)
		}
	}
	if !strings.Contains(s.log.String(), `"route":"GET /broken/{code}"`) {
		t.Errorf("the log does not name the route: %s", s.log)
	}
}

func TestOutcomesNameTheProblem(t *testing.T) {
	s := newSite(t)
	s.do(t, "POST", "/form", "name=123456", "Content-Type", formType)
	s.do(t, "POST", "/form", "name=x", "Content-Type", formType, "Sec-Fetch-Site", "cross-site")
	var codes []string
	for _, o := range s.outcomes["POST /form"] {
		codes = append(codes, o.Problem)
	}
	if got := strings.Join(codes, " "); got != "too_long cross_site" {
		t.Errorf("outcomes %q, want too_long and cross_site", got)
	}
}

func TestJSONIsReadStrictly(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]struct{ body, code, field string }{
		"no object":        {`["name"]`, "malformed_json", ""},
		"cut short":        {`{"name":"x"`, "malformed_json", ""},
		"empty":            {``, "malformed_json", ""},
		"an unknown field": {`{"name":"x","nmae":"y"}`, "unknown_field", "nmae"},
		"a repeated field": {`{"name":"x","name":"y"}`, "duplicate_field", "name"},
		"another case":     {`{"Name":"x"}`, "unknown_field", "Name"},
		"a number":         {`{"phone":139}`, "wrong_type", "phone"},
		"a nested object":  {`{"phone":{"a":[1,2]}}`, "wrong_type", "phone"},
		"two objects":      {`{"name":"x"}{}`, "trailing_data", ""},
		"words behind it":  {`{"name":"x"} and more`, "trailing_data", ""},
		"not UTF-8":        {"{\"name\":\"\xff\"}", "unreadable_text", "body"},
	} {
		t.Run(name, func(t *testing.T) {
			response, answer := s.do(t, "POST", "/api/echo", c.body, "Content-Type", "application/json; charset=utf-8", "Accept-Language", "en")
			var got struct {
				Error struct{ Code, Field, Message, Remedy string }
			}
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatalf("%s is no JSON: %v", answer, err)
			}
			if response.StatusCode != 400 || got.Error.Code != c.code || got.Error.Field != c.field {
				t.Errorf("got %d %s", response.StatusCode, answer)
			}
			if got.Error.Message == "" || got.Error.Remedy == "" || strings.Contains(got.Error.Message, "problem.") {
				t.Errorf("without words: %s", answer)
			}
		})
	}
}

func TestLanguageByAddressThenCookieThenBrowser(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]struct {
		path   string
		header []string
		want   web.Language
	}{
		"nothing said":                   {"/", nil, web.Chinese},
		"a browser in English":           {"/", []string{"Accept-Language", "en-GB,en;q=0.9"}, web.English},
		"a browser in French":            {"/", []string{"Accept-Language", "fr"}, web.Chinese},
		"a header nobody can read":       {"/", []string{"Accept-Language", ";;;=,,"}, web.Chinese},
		"traditional Chinese":            {"/", []string{"Accept-Language", "zh-TW"}, web.Chinese},
		"the address wins over all":      {"/?lang=zh", []string{"Cookie", "lang=en", "Accept-Language", "en"}, web.Chinese},
		"the cookie wins over browser":   {"/", []string{"Cookie", "lang=en", "Accept-Language", "zh-CN"}, web.English},
		"an unknown wish in the address": {"/?lang=fr", []string{"Accept-Language", "en"}, web.English},
	} {
		t.Run(name, func(t *testing.T) {
			_, page := s.do(t, "GET", c.path, "", c.header...)
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			if got := doc.Find("html").AttrOr("lang", ""); got != string(c.want) {
				t.Errorf("the page is in %q, want %q", got, c.want)
			}
		})
	}
	response, _ := s.do(t, "GET", "/?lang=en", "")
	if got := response.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "lang=en; Path=/") {
		t.Errorf("the choice is not remembered: %q", got)
	}
}

func TestLargeTypeByAddressThenCookie(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]struct {
		path, cookie string
		want         bool
		other        string
	}{
		"nothing said":                   {"/", "", false, "/?type=large"},
		"asked for":                      {"/?code=W69R&type=large", "", true, "/?code=W69R&type=usual"},
		"remembered":                     {"/?a=1", "type=large", true, "/?a=1&type=usual"},
		"the address wins over a cookie": {"/?type=usual", "type=large", false, "/?type=large"},
		"an unknown wish":                {"/?type=huge", "type=huge", false, "/?type=large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, page := s.do(t, "GET", c.path, "", "Cookie", c.cookie)
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			if got := doc.Find("html").HasClass("large"); got != c.want {
				t.Errorf("large type is %v", got)
			}
			if got := doc.Find(".languages a").First().AttrOr("href", ""); got != c.other {
				t.Errorf("the way to the other size is %q, want %q", got, c.other)
			}
		})
	}
	response, _ := s.do(t, "GET", "/?type=large", "")
	if got := response.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "type=large; Path=/") {
		t.Errorf("the choice is not remembered: %q", got)
	}
}

func TestTheLinkToTheOtherLanguageStaysOnThePage(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{
		"/":                        "/?lang=en",
		"/?code=W69R-04ZW&lang=zh": "/?code=W69R-04ZW&lang=en",
		"/?after=p.1&all=1":        "/?after=p.1&all=1&lang=en",
		"/%2Felsewhere.example/x":  "/%2Felsewhere.example/x?lang=en", // unescaped it would lead to another site
		"/%3Fa%23b":                "/%3Fa%23b?lang=en",
	} {
		_, page := s.do(t, "GET", path, "")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("a[hreflang=en]").AttrOr("href", ""); got != want {
			t.Errorf("on %s it leads to %s, want %s", path, got, want)
		}
	}
}

func TestEveryAnswerIsSafeForABrowser(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/nowhere", "/api/nowhere", "/broken/x", "/panics"} {
		response, _ := s.do(t, "GET", path, "")
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; ",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
			"Cache-Control":           "no-store",
		} {
			if got := response.Header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", path, header, got, want)
			}
		}
	}
}

func TestAssetsAreKeptByBrowsersAndFoundFromThePage(t *testing.T) {
	s := newSite(t)
	_, page := s.do(t, "GET", "/", "")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	sheet := doc.Find("link[rel=stylesheet]").AttrOr("href", "")
	response, css := s.do(t, "GET", sheet, "")
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(css, ":focus-visible") {
		t.Errorf("the style sheet %s: %d %s", sheet, response.StatusCode, response.Header)
	}
	if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("browsers would fetch the style sheet again and again: %q", got)
	}
}

func TestAFieldAtFaultIsLinkedFromTheSummary(t *testing.T) {
	s := newSite(t)
	_, page := s.do(t, "POST", "/form", "name=123456", "Content-Type", formType)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	link := doc.Find(".problems a").AttrOr("href", "none")
	field := doc.Find("main form input" + link)
	if field.AttrOr("value", "") != "123456" || field.AttrOr("aria-invalid", "") != "true" {
		t.Errorf("the summary's link %s leads to no marked field that keeps its value", link)
	}
	described := field.AttrOr("aria-describedby", "")
	if doc.Find("#"+strings.TrimSpace(described)).Text() == "" {
		t.Errorf("the field is described by %q, which says nothing", described)
	}
}

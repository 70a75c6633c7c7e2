package figures

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// noon is when the tests are at the station: noon of 26 November 2026.
var noon = time.Date(2026, time.November, 26, 12, 0, 0, 0, shanghai)

var (
	wang   = casework.Account{ID: 7, Username: "wang", Name: "王管理员", Role: casework.Administrator}
	head   = casework.Account{ID: 8, Username: "zhang", Name: "张主席", Role: casework.Head}
	deputy = casework.Account{ID: 9, Username: "li", Name: "李代表", Role: casework.Deputy, Deputy: "d031"}
)

// sessions has somebody signed in whatever the token.
type sessions struct {
	casework.Staff
	account casework.Account
}

func (s sessions) SignedIn(context.Context, string, time.Time) (casework.Session, error) {
	return casework.Session{Account: s.account}, nil
}

// office is the desk of one station with somebody signed in.
type office struct {
	t       *testing.T
	archive *archive
	log     bytes.Buffer
	router  *web.Router
	figures *Figures
}

func open(t *testing.T, account casework.Account) *office {
	t.Helper()
	return openAt(t, account, func() time.Time { return noon })
}

func openAt(t *testing.T, account casework.Account, now func() time.Time) *office {
	t.Helper()
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, archive: &archive{cases: someCases(), failAt: -1}}
	o.router = web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return true }, Now: now,
	})
	sign := func() web.Sign { return web.Sign{Station: "中垛乡人大代表联络站"} }
	door, err := signin.New(signin.Options{
		Router: o.router, Catalogues: catalogues, Assets: assets, Sign: sign, Staff: sessions{account: account},
		Location: func() *time.Location { return shanghai }, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := mounted.NewDocuments(stationconf.Station{TimeZone: "Asia/Shanghai"}, stationconf.Calendar{}, stationconf.Schedule{
		Deputies: []stationconf.Person{{ID: "d031", Name: "李代表", Village: "下河村"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.figures, err = New(Options{
		Router: o.router, Catalogues: catalogues, Assets: assets, Sign: sign, Documents: func() *mounted.Documents { return documents },
		Repository: o.archive, Only: door.Only, Scratch: t.TempDir(), Log: slog.New(slog.NewTextHandler(&o.log, nil)), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// answer is one that was read to its end.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
	// cutOff is true where the connection was cut.
	cutOff bool
}

func (o *office) get(address string, header ...string) answer {
	o.t.Helper()
	return o.send(httptest.NewRequestWithContext(o.t.Context(), http.MethodGet, address, nil), header...)
}

// post sends a form: name, value, name, value …
func (o *office) post(address string, pairs ...string) answer {
	o.t.Helper()
	return o.send(posted(o.t.Context(), address, pairs...))
}

func posted(ctx context.Context, address string, pairs ...string) *http.Request {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (o *office) send(r *http.Request, header ...string) (a answer) {
	o.t.Helper()
	r.AddCookie(&http.Cookie{Name: "desk", Value: "token"})
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a = answer{ResponseRecorder: httptest.NewRecorder(), t: o.t}
	defer func() {
		if recovered := recover(); recovered != nil {
			if recovered != http.ErrAbortHandler { //nolint:errorlint // a panic's value is compared, as net/http does
				panic(recovered)
			}
			a.cutOff = true
		}
	}()
	o.router.ServeHTTP(a, r)
	return a
}

// page is the answer as one.
func (a answer) page(status int) *goquery.Document {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("answered %d, want %d: %s", a.Code, status, a.Body)
	}
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body.Bytes()))
	if err != nil {
		a.t.Fatal(err)
	}
	return page
}

// says checks that a part of the page holds the words.
func says(t *testing.T, page *goquery.Document, where string, words ...string) {
	t.Helper()
	text := page.Find(where).Text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q but %q", where, w, strings.Join(strings.Fields(text), " "))
		}
	}
}

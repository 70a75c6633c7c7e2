package open311

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

var update = flag.Bool("update", false, "rewrite the recorded answers")

var shanghai = time.FixedZone("CST", 8*60*60)

// noon is when the tests are at the station: noon of 12 November 2026.
var noon = time.Date(2026, 11, 12, 12, 0, 0, 0, shanghai)

func zhongduo() stationconf.Station {
	return stationconf.Station{
		DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai", Deadlines: casework.DefaultDeadlines(),
		Township: stationconf.Township{
			Name: "中垛乡", County: "吉县", Code: "141028204",
			Villages: []stationconf.Village{
				{Name: "中垛村", Code: "141028204200"}, {Name: "白额村", Code: "141028204207"}, {Name: "南白额村", Code: "141028204208"},
			},
		},
		Contact: stationconf.Contact{Address: "吉县中垛乡政府院内", Phone: "0357-7920000"},
		Topics:  []string{"道路交通", "环境卫生"},
		SiteURL: "https://zhongduo.example.org",
	}
}

// Codes of the cases below.
const (
	codeOfRoad   = casework.Code("ABCDEFGHJKM1")
	codeOfRefuse = casework.Code("ABCDEFGHJKM2")
	codeOfPond   = casework.Code("ABCDEFGHJKM3")
)

// someCases are one at the county, one closed and released, and one that nobody has looked at.
func someCases() []Request {
	return []Request{
		{
			Code: codeOfRoad, Topic: "道路交通", Village: "白额村", State: casework.Classified, Route: casework.County, Unit: "县交通局",
			Due: workday.NewDate(2027, 2, 9), Formal: true, Reopened: 1,
			ReceivedAt: at("2026-11-09T09:30:00+08:00"), UpdatedAt: at("2026-11-10T10:00:00+08:00"),
		},
		{
			Code: codeOfRefuse, Topic: "环境卫生", Village: "中垛村", State: casework.Closed, Ended: true, Route: casework.Township,
			Result: casework.ResolvedA, Unit: "乡环卫所", Due: workday.NewDate(2026, 10, 30), Release: "垃圾池每两天清运一次。",
			ReceivedAt: at("2026-10-09T09:30:00+08:00"), UpdatedAt: at("2026-10-21T16:00:00+08:00"), EndedAt: at("2026-10-20T16:00:00+08:00"),
		},
		{
			Code: codeOfPond, Topic: "环境卫生", State: casework.Received, Route: casework.Unclassified, Due: workday.NewDate(2026, 11, 13),
			ReceivedAt: at("2026-11-11T20:00:00+08:00"), UpdatedAt: at("2026-11-11T20:00:00+08:00"),
		},
	}
}

func at(written string) time.Time {
	instant, err := time.Parse(time.RFC3339, written)
	if err != nil {
		panic(err)
	}
	return instant.UTC()
}

// archive keeps requests in memory as Cases promises.
type archive struct {
	requests []Request
	failure  error
	queries  []Query
}

func (a *archive) Request(_ context.Context, code casework.Code) (Request, error) {
	for _, r := range a.requests {
		if r.Code == code {
			return r, a.failure
		}
	}
	return Request{}, cmp.Or(a.failure, casework.ErrNoCase)
}

func (a *archive) Requests(_ context.Context, q Query) ([]Request, error) {
	a.queries = append(a.queries, q)
	found := slices.DeleteFunc(slices.Clone(a.requests), func(r Request) bool { return !q.selects(r) })
	slices.SortFunc(found, func(a, b Request) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
	found = found[min(q.Skip, len(found)):]
	return found[:min(q.Limit, len(found))], a.failure
}

func (q Query) selects(r Request) bool {
	if len(q.Codes) > 0 {
		return slices.Contains(q.Codes, r.Code)
	}
	return (len(q.Topics) == 0 || slices.Contains(q.Topics, r.Topic)) &&
		(q.Status == AnyStatus || (q.Status == Closed) == r.Ended) && !r.ReceivedAt.Before(q.From) && !r.ReceivedAt.After(q.To)
}

// intake keeps what was submitted by the real rules.
type intake struct {
	station     stationconf.Station
	suggestions []casework.Suggestion
	keys        map[string]Receipt
	failure     error
}

func (k *intake) submit(_ context.Context, s casework.Suggestion, key string) (Receipt, error) {
	var villages []string
	for _, v := range k.station.Township.Villages {
		villages = append(villages, v.Name)
	}
	clean, err := s.Check(k.station.Topics, villages)
	if err != nil || k.failure != nil {
		return Receipt{}, cmp.Or(err, k.failure)
	}
	if key != "" {
		if err := casework.CheckKey(key); err != nil {
			return Receipt{}, err
		}
		if receipt, known := k.keys[key]; known {
			receipt.Secret, receipt.Replayed = "", true
			return receipt, nil
		}
	}
	k.suggestions = append(k.suggestions, clean)
	receipt := Receipt{Code: "ABCDEFGHJKMN", Secret: "PQRS-TVWX", ReceivedAt: noon}
	if key != "" {
		k.keys = map[string]Receipt{key: receipt}
	}
	return receipt, nil
}

// api is the interface of one station, with what stands behind it.
type api struct {
	t       *testing.T
	server  *httptest.Server
	words   map[web.Language]*web.Catalogue
	archive *archive
	intake  *intake
	now     time.Time
	station stationconf.Station
	// flooded is true while nothing more is taken.
	flooded bool
	// closed is true while the station cannot answer at all.
	closed bool
}

// open serves the interface of the station; change, when not nil, has the last word on how it is put together.
func open(t *testing.T, station stationconf.Station, change func(*Options)) *api {
	t.Helper()
	words, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, words: words, archive: &archive{requests: someCases()}, intake: &intake{station: station}, now: noon, station: station}
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return !a.closed }, Now: func() time.Time { return a.now },
	})
	o := Options{
		Router: router, Catalogues: words, Assets: assets, Sign: func() web.Sign { return web.Sign{} },
		Documents: a.documents, Cases: a.archive, Submit: a.intake.submit, Admit: a.admit,
		Keys: func() []string { return nil }, Now: func() time.Time { return a.now },
	}
	if change != nil {
		change(&o)
	}
	if _, err := New(o); err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewServer(router)
	t.Cleanup(a.server.Close)
	return a
}

func (a *api) admit(w http.ResponseWriter, _ *http.Request, _ string) error {
	if !a.flooded {
		return nil
	}
	w.Header().Set("Retry-After", "20")
	return web.Problem{Status: http.StatusTooManyRequests, Code: "too_many_at_all"}.With("seconds", 20)
}

func (a *api) documents() *mounted.Documents {
	d, err := mounted.NewDocuments(a.station, stationconf.Calendar{}, stationconf.Schedule{})
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	t    *testing.T
	body []byte
}

func (a *api) send(method, address string, header http.Header, body io.Reader) reply {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.server.URL+address, body)
	if err != nil {
		a.t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return reply{response, a.t, data}
}

func (a *api) get(address string) reply {
	a.t.Helper()
	return a.send(http.MethodGet, address, nil, nil)
}

// post sends a form: name, value, name, value …
func (a *api) post(address string, pairs ...string) reply {
	a.t.Helper()
	return a.postAs(address, http.Header{}, pairs...)
}

func (a *api) postAs(address string, header http.Header, pairs ...string) reply {
	a.t.Helper()
	header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return a.send(http.MethodPost, address, header, strings.NewReader(form(pairs...).Encode()))
}

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// into reads a JSON answer.
func (r reply) into(value any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, value); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
}

// isRefused checks the status and that each error in the answer begins with a field, or "" for none; in JSON or XML as the address asked.
func (r reply) isRefused(status int, fields ...string) {
	r.t.Helper()
	var found struct {
		XMLName xml.Name    `xml:"errors"`
		Errors  []errorBody `xml:"error"`
	}
	switch r.Header.Get("Content-Type") {
	case "text/xml; charset=utf-8":
		if err := xml.Unmarshal(r.body, &found); err != nil {
			r.t.Fatalf("%v in %s", err, r.body)
		}
	case "application/json; charset=utf-8":
		r.into(&found.Errors)
	default:
		r.t.Fatalf("the errors are %s: %s", r.Header.Get("Content-Type"), r.body)
	}
	if r.StatusCode != status || len(found.Errors) != len(fields) {
		r.t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	for i, e := range found.Errors {
		if e.Description == "" || fields[i] != "" && !strings.HasPrefix(e.Description, fields[i]+": ") {
			r.t.Errorf("error %d is %q, want one of %s", i, e.Description, fields[i])
		}
		if strings.Contains(e.Description, "{") || strings.Contains(e.Description, "problem.") || strings.Contains(e.Description, "remedy.") {
			r.t.Errorf("the words are not complete: %q", e.Description)
		}
	}
	if found.Errors[0].Code != status {
		r.t.Errorf("the status is %d and the code %d", status, found.Errors[0].Code)
	}
}

// isRecorded compares the answer with the one in testdata, by what it holds and not by how it is laid out.
func (r reply) isRecorded(name string) {
	r.t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, laidOut(r.t, name, r.body), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	if got, want := tree(r.t, name, r.body), tree(r.t, name, want); !reflect.DeepEqual(got, want) {
		r.t.Errorf("%s differs; got\n%s", name, laidOut(r.t, name, r.body))
	}
}

func tree(t *testing.T, name string, data []byte) any {
	t.Helper()
	var value any
	if filepath.Ext(name) == ".json" {
		if err := json.Unmarshal(data, &value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	element := node{}
	if err := xml.Unmarshal(data, &element); err != nil {
		t.Fatal(err)
	}
	return element.trimmed()
}

// node is any XML element.
type node struct {
	XMLName  xml.Name
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

func (n node) trimmed() node {
	n.Text = strings.TrimSpace(n.Text)
	for i := range n.Children {
		n.Children[i] = n.Children[i].trimmed()
	}
	return n
}

func laidOut(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if filepath.Ext(name) == ".json" {
		if err := json.Indent(&out, bytes.TrimSpace(data), "", "  "); err != nil {
			t.Fatal(err)
		}
		return append(out.Bytes(), '\n')
	}
	layOutXML(t, data, &out)
	return append(bytes.TrimSpace(out.Bytes()), '\n')
}

// layOutXML puts each element that holds elements on a line of its own. It leaves names and namespaces as they were sent.
func layOutXML(t *testing.T, data []byte, out io.StringWriter) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(data))
	depth, last := 0, int64(0)
	closed := true
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		raw := string(data[last:decoder.InputOffset()])
		last = decoder.InputOffset()
		switch token.(type) {
		case xml.StartElement:
			_, _ = out.WriteString("\n" + strings.Repeat("  ", depth) + raw)
			depth, closed = depth+1, false
		case xml.EndElement:
			depth--
			if closed {
				_, _ = out.WriteString("\n" + strings.Repeat("  ", depth))
			}
			_, _ = out.WriteString(raw)
			closed = true
		default:
			_, _ = out.WriteString(strings.TrimSpace(raw))
		}
	}
}

package public

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
)

// A counter is a site with a shelf behind it, at which tests hand in suggestions.
type counter struct {
	*httptest.Server
	t     *testing.T
	shelf *shelf
	// now is what the site's clock shows.
	now time.Time
}

// openCounter at 10 o'clock on 12 November 2026, with the door's settings changed.
func openCounter(t *testing.T, settings func(*guard.Settings)) *counter {
	t.Helper()
	station, schedule := november(t)
	station.Topics = []string{"产业发展", "道路交通"}
	station.Township.Villages = append(station.Township.Villages, villageOf("白额村"))
	c := &counter{t: t, shelf: &shelf{}}
	s := guard.DefaultSettings()
	s.Gate.Difficulty = 4
	settings(&s)
	c.Server = serve(t, station, schedule, func(o *Options) {
		c.now = o.Now()
		o.Now = func() time.Time { return c.now }
		o.Cases, o.Door = c.shelf, guard.NewDoor(s)
		o.Sender = func(r *http.Request) netip.Prefix {
			address, _ := netip.ParseAddr(r.Header.Get("X-Test-Sender"))
			return guard.Sender(address)
		}
	})
	return c
}

func usual(*guard.Settings) {}

// answerPage is a page that came back, with its headers and the site it came from.
type answerPage struct {
	page
	header http.Header
	site   string
}

// send the request as a browser does, without following where it leads.
func (c *counter) send(request *http.Request) answerPage {
	c.t.Helper()
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if request.Header.Get("X-Test-Sender") == "" {
		request.Header.Set("X-Test-Sender", "192.0.2.7")
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	return answerPage{page{document, c.t, response.StatusCode, len(body)}, response.Header, c.URL}
}

func (c *counter) get(path string) answerPage {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.URL+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(request)
}

func (c *counter) post(path string, pairs ...string) answerPage {
	c.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL+path, strings.NewReader(values.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(request)
}

// upload the form with the pairs; a pair photos/<name> is a file.
func (c *counter) upload(pairs ...string) answerPage {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		field, name, isFile := strings.Cut(pairs[i], "/")
		part, err := w.CreateFormField(field)
		if isFile {
			part, err = w.CreateFormFile(field, name)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		_, _ = io.WriteString(part, pairs[i+1])
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL+"/suggest", &body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", w.FormDataContentType())
	return c.send(request)
}

// hidden is the value of a hidden field of the form on the page.
func (a answerPage) hidden(name string) string {
	return a.Find("form input[name="+name+"]").AttrOr("value", "")
}

// leadsTo checks that the answer sends the browser on, and returns where to.
func (a answerPage) leadsTo(path string) string {
	a.t.Helper()
	to := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to, path) {
		a.t.Fatalf("%d to %q, want to be led to %s: %s", a.status, to, path, a.text("main"))
	}
	return to
}

func (a answerPage) answers(status int) answerPage {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("answered with %d, want %d: %s", a.status, status, a.text("main"))
	}
	return a
}

var road = []string{"topic", "道路交通", "village", "白额村", "text", "田间路被冲毁，三轮车进不去。", "name", "张三", "phone", "13912345678"}

func with(pairs []string, more ...string) []string {
	return append(append([]string(nil), pairs...), more...)
}

// picture is a photo of so many pixels each way.
func picture(t *testing.T, side int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	img.Set(1, 1, color.White)
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

func TestASuggestionWithPhotosIsKept(t *testing.T) {
	c := openCounter(t, usual)
	receipt := c.upload(with(road, "idempotency_key", "k1", "photos/a.png", picture(t, 8), "photos/b.png", picture(t, 400), "photos/", "")...).leadsTo("/receipt/")
	kept := c.shelf.kept[0]
	if kept.Case.Photos != 2 || len(kept.Photos) != 2 || !strings.HasPrefix(string(kept.Photos[1].Full), "\xff\xd8") || kept.Contact.Phone != "13912345678" {
		t.Errorf("kept %+v with %d photos", kept.Case, len(kept.Photos))
	}
	if kept.Case.Source != casework.FromSite || kept.Event.Actor.Role != casework.Resident {
		t.Errorf("it came by %s of a %s", kept.Case.Source, kept.Event.Actor.Role)
	}
	c.get(receipt).answers(http.StatusOK).says("main", "2张")
}

func TestAPhotoThatWillNotDoIsNamedAndNothingTypedIsLost(t *testing.T) {
	for name, p := range map[string]struct {
		files  []string
		status int
		says   []string
	}{
		"no photo at all":         {[]string{"photos/letter.pdf", "%PDF-1.7"}, 422, []string{"“letter.pdf”：这个文件不是能用的照片"}},
		"HEIC":                    {[]string{"photos/IMG_1.HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"}, 422, []string{"“IMG_1.HEIC”：这是HEIC"}},
		"two at fault, one good":  {[]string{"photos/a.png", "\x89PNG\r\n\x1a\n", "photos/b.png", picture(t, 8), "photos/c.txt", "x"}, 422, []string{"“a.png”", "“c.txt”"}},
		"a file too large":        {[]string{"photos/big.jpg", "\xff\xd8" + strings.Repeat("x", 9<<20)}, 422, []string{"“big.jpg”：照片文件太大了"}},
		"a name to confuse pages": {[]string{"photos/<b>\u202e.png", "x"}, 422, []string{"“<b>.png”"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := openCounter(t, usual)
			page := c.upload(with(road, append([]string{"idempotency_key", "k1"}, p.files...)...)...).answers(p.status)
			page.says(".problems", p.says...)
			page.says("#photos-lost", "照片要重新选一次")
			page.says("textarea[name=text]", "田间路被冲毁")
			if page.hidden("name") != "张三" || page.hidden("idempotency_key") != "k1" || page.Find("select[name=village] option[selected]").AttrOr("value", "") != "白额村" {
				t.Error("something that was typed is lost")
			}
			if page.Find("#photos[aria-invalid=true]").Length() != 1 || page.Find(".problems a[href='#photos']").Length() < 1 {
				t.Error("the summary does not lead to the photos")
			}
			if len(c.shelf.kept) != 0 {
				t.Error("it was stored without the photo")
			}
		})
	}
}

func TestMorePhotosThanACaseMayHave(t *testing.T) {
	c := openCounter(t, usual)
	files := []string{"idempotency_key", "k1"}
	for _, name := range []string{"1", "2", "3", "4", "5", "six", "seven"} {
		files = append(files, "photos/"+name, picture(t, 8))
	}
	page := c.upload(with(road, files...)...).answers(http.StatusUnprocessableEntity)
	page.says(".problems", "“six”：照片太多了")
	page.keepsQuiet(".problems", "seven")
}

func TestFieldsAndPhotosAtFaultAreToldTogether(t *testing.T) {
	page := openCounter(t, usual).upload("text", "路", "photos/a.txt", "x").answers(http.StatusUnprocessableEntity)
	page.says(".problems", "哪方面的事", "至少5字", "“a.txt”")
	fields := page.Find(".problems a").Map(func(_ int, link *selection) string { return link.AttrOr("href", "") })
	if got := strings.Join(fields, " "); got != "#topic #text #photos" {
		t.Errorf("the summary is in the order %s", got)
	}
}

func TestPhotosWaitForTheirTurn(t *testing.T) {
	a := &arrival{Public: &Public{uploads: make(chan struct{}, 1)}, r: httptest.NewRequest(http.MethodPost, "/suggest", nil)}
	for range 2 { // the second photo of a form needs no turn of its own
		if !a.begin() {
			t.Fatal("nobody is before this form")
		}
	}
	gone, cancel := newGoneRequest(t)
	defer cancel()
	other := &arrival{Public: a.Public, r: gone}
	if other.begin() {
		t.Error("two forms have one turn")
	}
	other.leave()
	a.leave()
	if len(a.uploads) != 0 {
		t.Error("the turn is not given back")
	}
}

func TestAFormSentAgainIsOneCase(t *testing.T) {
	c := openCounter(t, usual)
	first := c.post("/suggest", with(road, "idempotency_key", "k1")...).leadsTo("/receipt/")
	if again := c.post("/suggest", with(road, "idempotency_key", "k1")...).leadsTo("/receipt/"); again != first {
		t.Errorf("sent again it made %s beside %s", again, first)
	}
	page := c.post("/suggest", "topic", "道路交通", "text", "另外，桥也坏了。", "idempotency_key", "k1").answers(http.StatusConflict)
	page.says(".problems", "已用于另一件")
	if key := page.hidden("idempotency_key"); key == "k1" || key == "" {
		t.Errorf("the used key stays: %q", key)
	}
	if page.hidden("ticket") == "" || len(c.shelf.kept) != 1 {
		t.Errorf("ticket %q, %d cases", page.hidden("ticket"), len(c.shelf.kept))
	}
}

func TestTheDecoyIsInvisibleAndReturnsEmpty(t *testing.T) {
	c := openCounter(t, usual)
	field := c.get("/suggest").Find("input[name=" + guard.DecoyField + "]")
	if field.AttrOr("tabindex", "") != "-1" || field.AttrOr("autocomplete", "") != "off" || field.Closest("[aria-hidden=true]").Length() != 1 {
		t.Error("somebody could come upon the decoy")
	}
	page := c.post("/suggest", with(road, guard.DecoyField, "http://spam.example")...).answers(http.StatusUnprocessableEntity)
	page.says(".problems", "再按一次")
	if page.hidden(guard.DecoyField) != "" || len(c.shelf.kept) != 0 {
		t.Error("the decoy came back filled in, or the case was stored")
	}
}

func TestASenderOfVeryManyIsToldToWaitAndOthersAreNot(t *testing.T) {
	c := openCounter(t, func(s *guard.Settings) { s.Limits.Sender = guard.Rate{Burst: 1, Refill: 10 * time.Second} })
	c.post("/suggest", with(road, "idempotency_key", "k1")...).leadsTo("/receipt/")
	page := c.post("/suggest", with(road, "idempotency_key", "k2")...).answers(http.StatusTooManyRequests)
	if page.header.Get("Retry-After") != "10" {
		t.Errorf("to come back after %q", page.header.Get("Retry-After"))
	}
	page.says(".problems", "10秒")
	page.says("textarea", "田间路被冲毁")

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/suggest", strings.NewReader(url.Values{"topic": {"道路交通"}, "text": {"路灯坏了好几天"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Test-Sender", "192.0.2.8")
	c.send(request).leadsTo("/receipt/")
	c.now = c.now.Add(10 * time.Second)
	c.post("/suggest", with(road, "idempotency_key", "k2")...).leadsTo("/receipt/")
}

// underFlood is a counter at which a flood has begun.
func underFlood(t *testing.T) *counter {
	t.Helper()
	c := openCounter(t, func(s *guard.Settings) { s.Limits.Global = guard.Rate{Burst: 8, Refill: time.Hour} })
	for range 7 {
		c.post("/suggest", "topic", "nothing of ours")
	}
	return c
}

func TestUnderAFloodTheBrowserDoesSomeWork(t *testing.T) {
	c := underFlood(t)
	page := c.get("/suggest")
	page.says("#work-note", "20秒")
	if page.Find("form[data-work='4'][data-worker^='/static/work-']").Length() != 1 {
		t.Error("the browser is not told what to do")
	}
	refused := c.post("/suggest", with(road, "idempotency_key", "k1")...).answers(http.StatusTooManyRequests)
	refused.says(".problems", "填的内容还在")
	ticket := guard.Ticket(refused.hidden("ticket"))
	solved := with(road, "idempotency_key", refused.hidden("idempotency_key"), "ticket", string(ticket), "work", ticket.Solve())
	c.upload(solved...).leadsTo("/receipt/")
	c.upload(solved...).leadsTo("/receipt/") // once more the same
	if len(c.shelf.kept) != 1 {
		t.Errorf("%d cases", len(c.shelf.kept))
	}
}

func TestUnderAFloodPatienceHelpsWhereNoScriptRuns(t *testing.T) {
	c := underFlood(t)
	ticket := c.get("/suggest").hidden("ticket")
	early := c.post("/suggest", with(road, "idempotency_key", "k1", "ticket", ticket)...).answers(http.StatusTooManyRequests)
	early.says(".problems", "20秒")
	if early.hidden("ticket") != ticket {
		t.Error("a ticket that has to rest was replaced, and the rest begins anew")
	}
	c.now = c.now.Add(20 * time.Second)
	c.post("/suggest", with(road, "idempotency_key", "k1", "ticket", ticket)...).leadsTo("/receipt/")
	page := c.post("/suggest", with(road, "idempotency_key", "k2", "ticket", ticket)...).answers(http.StatusTooManyRequests)
	page.says(".problems", "已经提交过")
	if fresh := page.hidden("ticket"); fresh == ticket || fresh == "" {
		t.Errorf("the used ticket stays: %q", fresh)
	}
}

func TestUnderAFloodAProgramDoesTheWorkToo(t *testing.T) {
	c := underFlood(t)
	first := c.postJSON()
	ticket := guard.Ticket(first.Header.Get("X-Ticket"))
	if first.StatusCode != http.StatusTooManyRequests || ticket == "" {
		t.Fatalf("answered %s with the ticket %q", first.Status, ticket)
	}
	for _, test := range []struct {
		name    string
		headers []string
		want    int
		renewed bool
	}{
		{"a wrong solution", []string{"X-Ticket", string(ticket), "X-Work", "none"}, http.StatusTooManyRequests, true},
		{"a ticket of its own", []string{"X-Ticket", "mine", "X-Work", "0"}, http.StatusTooManyRequests, true},
		{"a ticket to be rested", []string{"X-Ticket", string(ticket)}, http.StatusTooManyRequests, false},
		{"the ticket is solved", []string{"X-Ticket", string(ticket), "X-Work", ticket.Solve()}, http.StatusCreated, false},
	} {
		answer := c.postJSON(test.headers...)
		if fresh := answer.Header.Get("X-Ticket"); answer.StatusCode != test.want || (fresh != "") != test.renewed {
			t.Errorf("%s: answered %s with the ticket %q", test.name, answer.Status, fresh)
		}
	}
}

// postJSON sends a suggestion as a program does, with more headers.
func (c *counter) postJSON(headers ...string) *http.Response {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL+"/api/v1/suggestions", strings.NewReader(`{"topic": "道路交通", "text": "路灯坏了好几天"}`))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// Photos of who is not let in are passed over unopened.
func TestUnderAFloodPhotosCostNothing(t *testing.T) {
	page := underFlood(t).upload(with(road, "photos/a.txt", "no photo")...).answers(http.StatusTooManyRequests)
	page.keepsQuiet(".problems", "a.txt")
	page.says("#photos-lost", "重新选")
}

func TestTheFormSaysWhatBecomesOfWhatIsSent(t *testing.T) {
	c := openCounter(t, usual)
	page := c.get("/suggest")
	page.says("#consent", "只有联络站工作人员", "办结10年后", "撤回", "不含姓名、电话和照片")
	if got := page.header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("going back to the form would lose what was typed: %q", got)
	}
	if page.Find("form[enctype='multipart/form-data'] input[type=file][multiple]").AttrOr("accept", "") != "image/jpeg,image/png,image/webp" {
		t.Error("a phone would offer files that will not do")
	}
}

package figures

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/ledger"
)

// twoCases are one that has gone all the way, with who raised it, and one that nobody has looked at.
func (o *office) twoCases() {
	road := closed(day(time.March, 20), casework.ResolvedA, received(day(time.March, 9), "白额村"))
	road.Code, road.Text = codeOfRoad, "我叫王小明，电话 13900000031，路被冲毁了。"
	road.Answer.Text, road.FormalNo, road.Extended, road.Reopened = "已修好，咨询 0357-7920000。", "2026-12", true, 1
	road.Assignment = casework.Assignment{Unit: "县交通局", CoUnits: []string{"乡政府", "县水利局"}}
	road.Feedback = casework.Feedback{Channel: casework.ByPhone, ToldAt: day(time.March, 21).In(shanghai)}
	road.Rating = casework.Rating{Value: casework.Satisfied, Seq: 9}
	pond := received(day(time.October, 9), "")
	pond.Code, pond.Source = codeOfPond, casework.FromVisit
	o.archive.cases = []casework.Case{road, pond}
	o.archive.contacts = map[casework.Code]casework.Contact{codeOfRoad: {Name: "王小明", Phone: "13900000031"}}
}

func (a answer) asCSV() [][]string {
	a.t.Helper()
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || a.Code != 200 {
		a.t.Fatalf("answered %d with no CSV: %v", a.Code, err)
	}
	return records
}

func (a answer) asXLSX() [][]string {
	a.t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
	if err != nil || a.Code != 200 {
		a.t.Fatalf("answered %d with no workbook: %v", a.Code, err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		a.t.Fatal(err)
	}
	return rows
}

// without drops the columns from the records.
func without(records [][]string, columns ...ledger.Column) [][]string {
	all := ledger.Columns(true)
	kept := make([][]string, 0, len(records))
	for _, record := range records {
		var cells []string
		for i, cell := range record {
			if !slices.Contains(columns, all[i]) {
				cells = append(cells, cell)
			}
		}
		kept = append(kept, cells)
	}
	return kept
}

var whole = [][]string{
	{
		"序号", "查询码", "收到日期", "来源", "村", "主题", "意见建议", "反映人", "电话", "办理方式", "承办单位", "协办单位", "代表建议编号", "期限", "是否延期",
		"办理结果", "答复内容", "答复日期", "反馈方式", "反馈日期", "满意度", "是否重新办理", "状态", "办结日期", "是否超期",
	},
	{
		"1", "ABCD-EFGH-JKM1", "2026-03-09", "网上", "白额村", "道路交通", "我叫王小明，电话 13900000031，路被冲毁了。", "王小明", "13900000031", "交乡镇政府办理",
		"县交通局", "乡政府、县水利局", "2026-12", "2026-03-29", "是", "A类：已经解决或基本解决", "已修好，咨询 0357-7920000。", "2026-03-20", "电话", "2026-03-21", "满意",
		"是", "已办结", "2026-03-20", "否",
	},
	{
		"2", "ABCD-EFGH-JKM2", "2026-10-09", "来访", "", "道路交通", "田间路被冲毁，请修好。", "", "", "未分类",
		"", "", "", "2026-10-29", "否", "", "", "", "", "", "", "否", "待分类", "", "是",
	},
}

func TestTheLedgerWithNamesAndPhones(t *testing.T) {
	for _, who := range []casework.Account{wang, head} {
		o := open(t, who)
		o.twoCases()
		if diff := cmp.Diff(whole, o.post("/desk/export", "stage", "all", "format", "csv", "contacts", "1").asCSV()); diff != "" {
			t.Errorf("%s as CSV (-want +got):\n%s", who.Role, diff)
		}
		if diff := cmp.Diff(whole, o.post("/desk/export", "stage", "all", "format", "xlsx", "contacts", "1").asXLSX()); diff != "" {
			t.Errorf("%s as a workbook (-want +got):\n%s", who.Role, diff)
		}
		note := casework.Note{At: noon, Actor: casework.Actor{Role: who.Role, Staff: who.ID}, Action: casework.NoteExportedContacts}
		if diff := cmp.Diff([]casework.Note{note, note}, o.archive.notes); diff != "" {
			t.Errorf("the log of %s (-want +got):\n%s", who.Role, diff)
		}
	}
}

func TestWithoutNamesAndPhonesThereAreNoneInTheTextsEither(t *testing.T) {
	for _, who := range []casework.Account{wang, head, {ID: 9, Role: casework.Deputy, Deputy: "d031"}} {
		o := open(t, who)
		o.twoCases()
		for i := range o.archive.cases {
			o.archive.cases[i].Village = "下河村" // the deputy's
		}
		got := o.post("/desk/export", "stage", "all", "format", "csv").asCSV()
		want := without(whole, ledger.Reporter, ledger.Phone)
		want[1][6], want[1][14] = "我叫王**，电话 139****0031，路被冲毁了。", "已修好，咨询 0357-*******。"
		want[1][4], want[2][4] = "下河村", "下河村"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", who.Role, diff)
		}
		if len(o.archive.notes) != 1 || o.archive.notes[0].Action != casework.NoteExported || o.archive.notes[0].Actor.Staff != who.ID {
			t.Errorf("the log of %s is %+v", who.Role, o.archive.notes)
		}
	}
}

func TestTheNameOfWhoRaisedACaseIsCoveredInAnAnswerToo(t *testing.T) {
	o := open(t, wang)
	o.twoCases()
	o.archive.cases[0].Answer.Text = "已到王小明家看过，王小明同意。"
	got := o.post("/desk/export", "stage", "all", "format", "csv").asCSV()
	if answer := got[1][14]; answer != "已到王**家看过，王**同意。" {
		t.Errorf("the answer reads %s", answer)
	}
}

func TestACaseClosedLateIsOverdueInTheLedgerAsInTheStatistics(t *testing.T) {
	o := open(t, wang)
	o.twoCases()
	o.archive.cases[0].EndedOn = o.archive.cases[0].Clock.Due.AddDays(1)
	got := o.post("/desk/export", "stage", "all", "format", "csv").asCSV()
	if late := got[1][len(got[1])-1]; late != "是" {
		t.Errorf("overdue: %s", late)
	}
}

func TestADeputyTakesNoNamesAlong(t *testing.T) {
	o := open(t, deputy)
	o.twoCases()
	page := o.post("/desk/export", "stage", "all", "format", "csv", "contacts", "1").page(403)
	says(t, page, ".problems", "不能导出姓名和电话")
	if len(o.archive.notes) > 0 || len(o.archive.filters) > 0 {
		t.Error("cases were read for what was refused")
	}
	form := o.get("/desk/export").page(200)
	if form.Find("input[name=contacts]").Length() > 0 {
		t.Error("a deputy is offered what would be refused")
	}
	o.post("/desk/export", "stage", "all", "format", "csv")
	if scope := o.archive.filters[0].Scope; !scope.Limited || !slices.Equal(scope.Villages, []string{"下河村"}) {
		t.Errorf("a deputy exports %+v", scope)
	}
}

func TestNamesAreNotTakenAlongUnlessTicked(t *testing.T) {
	form := open(t, wang).get("/desk/export").page(200)
	if box := form.Find("input[name=contacts]"); box.Length() != 1 || box.Is("[checked]") {
		t.Error("the box must be there, and empty")
	}
}

func TestTheFileHasANameForEveryBrowser(t *testing.T) {
	o := open(t, wang)
	for _, c := range []struct{ format, language, mediaType, plain, full string }{
		{"xlsx", "zh-CN", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "ledger_2026-11-26.xlsx", "联络站台账_2026-11-26.xlsx"},
		{"csv", "en", "text/csv; charset=utf-8", "ledger_2026-11-26.csv", "liaison-station-ledger_2026-11-26.csv"},
	} {
		request := posted(t.Context(), "/desk/export", "stage", "all", "format", c.format)
		answer := o.send(request, "Cookie", "desk=token; lang="+c.language)
		disposition := answer.Header().Get("Content-Disposition")
		if !strings.HasPrefix(disposition, `attachment; filename="`+c.plain+`"; filename*=UTF-8''`) {
			t.Errorf("the plain name: %s", disposition)
		}
		// The parser prefers the full name, as browsers do.
		if _, params, err := mime.ParseMediaType(strings.Replace(disposition, `filename="`+c.plain+`"; `, "", 1)); err != nil || params["filename"] != c.full {
			t.Errorf("the full name of %s is %q: %v", disposition, params["filename"], err)
		}
		if got := answer.Header().Get("Content-Type"); got != c.mediaType {
			t.Errorf("%s is sent as %s", c.format, got)
		}
		if got := answer.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s may be kept: %s", c.format, got)
		}
	}
}

func TestAnEnglishLedgerIsEnglish(t *testing.T) {
	o := open(t, wang)
	o.twoCases()
	rows := o.send(posted(t.Context(), "/desk/export", "stage", "all", "format", "csv"), "Cookie", "desk=token; lang=en").asCSV()
	for _, cell := range slices.Concat(rows[0], rows[2][3:4], rows[2][7:8]) {
		if strings.Contains(cell, ".") && cell != "No." && !strings.HasSuffix(cell, "no.") || strings.ContainsFunc(cell, func(r rune) bool { return r > 127 }) {
			t.Errorf("%q is no English", cell)
		}
	}
}

func TestTheFormKeepsTheFilterOfTheList(t *testing.T) {
	o := open(t, wang)
	page := o.get("/desk/export?route=county&topic=道路交通&due_to=2026-11-26&received_from=2026-02-01&urged=1&q=修路").page(200)
	says(t, page, "#passed", "协调县直部门办理", "道路交通", "2026-11-26", "修路")
	fields := []string{"format", "csv"}
	page.Find("main form input[type=hidden], main form input[type=date]").Each(func(_ int, field *goquery.Selection) {
		fields = append(fields, field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	o.post("/desk/export", append(fields, "stage", page.Find("select[name=stage] option[selected]").AttrOr("value", "none"))...)
	want := casework.Filter{
		Stage: casework.StagePending, Route: casework.County, Topic: "道路交通", DueTo: day(time.November, 26), Today: day(time.November, 26),
		ReceivedFrom: day(time.February, 1).In(shanghai).UTC(), Urged: true, Search: "修路",
	}
	if diff := cmp.Diff(want, o.archive.filters[0], cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }), cmp.AllowUnexported(want.Today)); diff != "" {
		t.Errorf("exported is another list (-want +got):\n%s", diff)
	}
}

func TestOfItselfTheFormOffersThisYear(t *testing.T) {
	page := open(t, wang).get("/desk/export?lang=zh&other=x").page(200)
	for field, want := range map[string]string{"#received_from": "2026-01-01", "#received_to": "2026-11-26", "select[name=stage] [selected]": "all", "[name=format][checked]": "xlsx"} {
		if got := page.Find(field).AttrOr("value", "none"); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestWhatCannotBeExportedIsSaidAtItsField(t *testing.T) {
	for problem, fields := range map[string][]string{
		"#format":        {"format", "pdf"},
		"#received_from": {"format", "csv", "received_from", "yesterday"},
		"#stage":         {"format", "csv", "stage", "lost"},
	} {
		o := open(t, wang)
		page := o.post("/desk/export", fields...).page(422)
		if page.Find(".problems a[href='"+problem+"']").Length() != 1 || page.Find("main form "+problem).Length() != 1 {
			t.Errorf("%v is not said at %s", fields, problem)
		}
		if len(o.archive.notes) > 0 {
			t.Errorf("%v is noted as an export", fields)
		}
	}
}

func TestNothingIsSentThatIsNotInTheLog(t *testing.T) {
	o := open(t, wang)
	o.archive.noteFails = true
	if answer := o.post("/desk/export", "format", "csv"); answer.Code != 503 || len(o.archive.filters) > 0 {
		t.Errorf("answered %d and read %d lists", answer.Code, len(o.archive.filters))
	}
}

func TestAFailureBeforeTheFirstByteIsTold(t *testing.T) {
	for _, format := range []string{"csv", "xlsx"} {
		o := open(t, wang)
		o.archive.failAt = 1
		answer := o.post("/desk/export", "format", format)
		page := answer.page(500)
		if answer.cutOff || answer.Header().Get("Content-Disposition") != "" || page.Find("h1").Length() != 1 {
			t.Errorf("%s: the browser keeps the page as a file: %v", format, answer.Header())
		}
	}
}

func TestAFailureInTheMiddleCutsTheConnection(t *testing.T) {
	o := open(t, wang)
	long := received(day(time.March, 9), "白额村")
	long.Text = strings.Repeat("路", 2000)
	o.archive.cases = slices.Repeat([]casework.Case{long}, 100)
	o.archive.failAt = 99
	answer := o.post("/desk/export", "format", "csv")
	if !answer.cutOff || answer.Body.Len() == 0 {
		t.Errorf("cut off %v after %d bytes", answer.cutOff, answer.Body.Len())
	}
	if log := o.log.String(); !strings.Contains(log, errGone.Error()) {
		t.Errorf("the log does not say why: %s", log)
	}
	o.archive.failAt = -1
	if rows := o.post("/desk/export", "format", "csv").asCSV(); len(rows) != 101 {
		t.Errorf("the next export has %d rows", len(rows))
	}
}

func TestOneExportAtATime(t *testing.T) {
	o := open(t, wang)
	var second answer
	o.archive.pause = func() {
		o.archive.pause = nil
		second = o.post("/desk/export", "format", "csv")
	}
	first := o.post("/desk/export", "format", "csv")
	says(t, second.page(503), ".problems", "正在导出另一份")
	if rows := first.asCSV(); len(rows) < 2 {
		t.Errorf("the first has %d rows", len(rows))
	}
	if len(o.archive.notes) != 1 {
		t.Errorf("%d exports are noted", len(o.archive.notes))
	}
}

// A server that gives a page half a minute must not cut off a ledger that takes longer.
func TestALongExportArrivesWhole(t *testing.T) {
	for _, format := range []string{"csv", "xlsx"} {
		synctest.Test(t, func(t *testing.T) {
			o := openAt(t, wang, time.Now)
			o.archive.pause = func() { <-time.After(20 * time.Second) }
			body, err := o.overTheWire(format)
			if err != nil {
				t.Fatalf("%s breaks off after %d bytes: %v", format, len(body), err)
			}
			if format == "csv" && strings.Count(string(body), "\r\n") < len(someCases()) {
				t.Errorf("the ledger has %d bytes", len(body))
			}
		})
	}
}

// overTheWire exports through a server with the time limits of the service.
func (o *office) overTheWire(format string) ([]byte, error) {
	ours, theirs := net.Pipe()
	listener := &oneConnection{accepted: make(chan net.Conn, 1), closed: make(chan struct{})}
	listener.accepted <- theirs
	server := &http.Server{Handler: o.router, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second}
	go func() { _ = server.Serve(listener) }()
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil }}}
	defer client.CloseIdleConnections()
	defer func() { _ = server.Close() }()
	form := url.Values{"stage": {"all"}, "format": {format}}
	request, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, "http://station.example/desk/export", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(&http.Cookie{Name: "desk", Value: "token"})
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// oneConnection is a listener that accepts the connection it was given.
type oneConnection struct {
	accepted chan net.Conn
	closed   chan struct{}
}

func (l *oneConnection) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *oneConnection) Close() error {
	close(l.closed)
	return nil
}

func (l *oneConnection) Addr() net.Addr { return &net.TCPAddr{} }

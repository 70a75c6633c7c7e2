package ledger_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"township.dev/liaison/internal/intake/ledger"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// sheet has its columns' names for headings.
func sheet(t testing.TB, contacts bool) ledger.Sheet {
	t.Helper()
	var headings []string
	for _, c := range ledger.Columns(contacts) {
		headings = append(headings, string(c))
	}
	return ledger.Sheet{
		Title: "接待群众登记台账", Headings: headings, Contacts: contacts, Yes: "是", No: "否", Cut: "（已截断）",
		Zone: shanghai, Scratch: t.TempDir(),
	}
}

func caseRow() ledger.Row {
	return ledger.Row{
		Code: "7K3M-9XQ2-13ZZ", Source: "来站", Village: "白额村", Topic: "道路交通", Text: "田间路被冲毁，\n请\"修好\"。",
		Reporter: "王小明", Phone: "+86 138 0013 0031",
		Route: "交乡镇政府办理", Unit: "乡政府", CoUnits: "县交通局、县水利局", FormalNumber: "007",
		Result: "A类", Answer: "已修好", Channel: "电话", Satisfaction: "满意", State: "已办结",
		// 00:30 on 9 March at the station is still the 8th in UTC.
		Received: time.Date(2026, time.March, 8, 16, 30, 0, 0, time.UTC),
		Due:      time.Date(2026, time.March, 30, 0, 0, 0, 0, shanghai),
		Answered: time.Date(2026, time.March, 20, 9, 0, 0, 0, shanghai),
		FedBack:  time.Date(2026, time.March, 21, 9, 0, 0, 0, shanghai),
		Ended:    time.Date(2026, time.March, 21, 23, 59, 0, 0, shanghai),
		Extended: true,
	}
}

func rowsOf(rows ...ledger.Row) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

var errStore = errors.New("the store is gone")

// broken yields a row, then an error.
func broken(yield func(ledger.Row, error) bool) {
	_ = yield(caseRow(), nil) && yield(ledger.Row{}, errStore)
}

func writeCSV(t testing.TB, sheet ledger.Sheet, rows ...ledger.Row) string {
	t.Helper()
	var out bytes.Buffer
	if err := ledger.WriteCSV(&out, sheet, rowsOf(rows...)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func readCSV(t testing.TB, text string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func writeXLSX(t testing.TB, sheet ledger.Sheet, rows ...ledger.Row) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	if err := ledger.WriteXLSX(&out, sheet, rowsOf(rows...)); err != nil {
		t.Fatal(err)
	}
	return open(t, &out)
}

func open(t testing.TB, from io.Reader) *excelize.File {
	t.Helper()
	file, err := excelize.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func readXLSX(t testing.TB, file *excelize.File) [][]string {
	t.Helper()
	rows, err := file.GetRows(file.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// columnOf is the place of a column in a sheet with contacts.
func columnOf(name ledger.Column) int { return slices.Index(ledger.Columns(true), name) }

func TestTheColumnsAreThoseOfAStationsLedger(t *testing.T) {
	want := []ledger.Column{
		"number", "code", "received", "source", "village", "topic", "text", "reporter", "phone", "route", "unit", "co_units", "formal_number", "due",
		"extended", "result", "answer", "answered", "channel", "fed_back", "satisfaction", "reopened", "state", "ended", "overdue",
	}
	if diff := cmp.Diff(want, ledger.Columns(true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Concat(want[:7], want[9:]), ledger.Columns(false)); diff != "" {
		t.Errorf("without contacts (-want +got):\n%s", diff)
	}
}

func TestCSVIsWhatSpreadsheetsExpect(t *testing.T) {
	got := writeCSV(t, sheet(t, true), caseRow(), ledger.Row{Code: "second"})
	want := "\uFEFFnumber,code,received,source,village,topic,text,reporter,phone,route,unit,co_units,formal_number,due,extended,result,answer,answered,channel,fed_back,satisfaction,reopened,state,ended,overdue\r\n" +
		"1,7K3M-9XQ2-13ZZ,2026-03-09,来站,白额村,道路交通,\"田间路被冲毁，\r\n请\"\"修好\"\"。\",王小明,'+86 138 0013 0031,交乡镇政府办理,乡政府,县交通局、县水利局,007,2026-03-30,是,A类,已修好,2026-03-20,电话,2026-03-21,满意,否,已办结,2026-03-21,否\r\n" +
		"2,second,,,,,,,,,,,,,否,,,,,,,否,,,否\r\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAWorkbookSaysWhatTheCSVSays(t *testing.T) {
	sheet := sheet(t, true)
	want := readCSV(t, writeCSV(t, sheet, caseRow()))
	want[1][columnOf(ledger.Phone)] = "+86 138 0013 0031" // nothing has to be neutralised here
	if diff := cmp.Diff(want, readXLSX(t, writeXLSX(t, sheet, caseRow()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestContactsAreLeftOut(t *testing.T) {
	row := caseRow()
	row.Reporter, row.Phone = "密名", "密号"
	text := writeCSV(t, sheet(t, false), row)
	for _, cells := range readXLSX(t, writeXLSX(t, sheet(t, false), row)) {
		text += strings.Join(cells, ",")
	}
	if strings.Contains(text, "密") {
		t.Errorf("the reporter is in %s", text)
	}
}

func TestAWorkbookIsComfortable(t *testing.T) {
	file := writeXLSX(t, sheet(t, true), caseRow(), caseRow())
	title := file.GetSheetName(0)
	if title != "接待群众登记台账" {
		t.Errorf("the sheet is called %q", title)
	}
	if panes, err := file.GetPanes(title); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header is not frozen: %+v, %v", panes, err)
	}
	if width, err := file.GetColWidth(title, "G"); err != nil || width != 50 {
		t.Errorf("the text's column is %v wide, %v", width, err)
	}
	part, ok := file.Pkg.Load("xl/worksheets/sheet1.xml")
	if xml, isBytes := part.([]byte); !ok || !isBytes || !strings.Contains(string(xml), `<autoFilter ref="$A$1:$Y$3"`) && !strings.Contains(string(xml), `<autoFilter ref="A1:Y3"`) {
		t.Error("there is no filter over the rows")
	}
}

func TestDatesAreDatesInAWorkbook(t *testing.T) {
	file := writeXLSX(t, sheet(t, true), caseRow())
	title := file.GetSheetName(0)
	raw, err := file.GetCellValue(title, "C2", excelize.Options{RawCellValue: true})
	if err != nil || raw != "46090" { // days since 1899-12-30
		t.Errorf("9 March 2026 is stored as %q, %v", raw, err)
	}
	if kind, err := file.GetCellType(title, "M2"); err != nil || kind == excelize.CellTypeNumber {
		t.Errorf("the number 007 is of type %v, %v", kind, err)
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, text := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", "﹦1", " =1", "\u3000=1", "\"=1", "'=1", "“＝1", "\u200b=1", "\uFEFF=1",
		`=HYPERLINK("http://example.com","点我")`, "=cmd|' /C calc'!A0", "\x00=1",
	} {
		row := ledger.Row{Text: text, Phone: text, Village: text}
		records := readCSV(t, writeCSV(t, sheet(t, true), row))
		for _, name := range []ledger.Column{ledger.Text, ledger.Phone, ledger.Village} {
			if cell := records[1][columnOf(name)]; !strings.HasPrefix(cell, "'") {
				t.Errorf("%q is %q as CSV", text, cell)
			}
		}
		file := writeXLSX(t, sheet(t, true), row)
		title := file.GetSheetName(0)
		if formula, err := file.GetCellFormula(title, "G2"); err != nil || formula != "" {
			t.Errorf("%q became the formula %q, %v", text, formula, err)
		}
		if kind, err := file.GetCellType(title, "G2"); err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("%q is of type %v, %v", text, kind, err)
		}
	}
}

func TestHarmlessTextsStayAsTheyAre(t *testing.T) {
	for _, text := range []string{"修路", "1-2", "a=b", "——修路", "（+86）138", "'修路", " 修路 ", "_x0041_", "<b>&amp;", "多\t格", "\U0001F6A7"} {
		row := ledger.Row{Text: text}
		if got := readCSV(t, writeCSV(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != text {
			t.Errorf("%q is %q as CSV", text, got)
		}
		if got := readXLSX(t, writeXLSX(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != text {
			t.Errorf("%q is %q in a workbook", text, got)
		}
	}
}

func TestWhatNoCellHoldsIsRemoved(t *testing.T) {
	row := ledger.Row{Text: "修\x00\x1b\u0085\uFFFE路\xff\r\n好"}
	const want = "修路\uFFFD\n好"
	if got := readCSV(t, writeCSV(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != want {
		t.Errorf("%q as CSV", got)
	}
	if got := readXLSX(t, writeXLSX(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != want {
		t.Errorf("%q in a workbook", got)
	}
}

// 🚧 counts twice, as spreadsheets count.
func TestLongTextsAreCutWithAMark(t *testing.T) {
	const most = 32_767
	for _, test := range []struct{ text, want string }{
		{strings.Repeat("路", most), strings.Repeat("路", most)},
		{strings.Repeat("路", most+1), strings.Repeat("路", most-5) + "（已截断）"},
		{strings.Repeat("🚧", most/2) + "路", strings.Repeat("🚧", most/2) + "路"},
		{strings.Repeat("🚧", most), strings.Repeat("🚧", (most-5)/2) + "（已截断）"},
	} {
		row := ledger.Row{Text: test.text}
		if got := readCSV(t, writeCSV(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != test.want {
			t.Errorf("%d bytes as CSV, want %d", len(got), len(test.want))
		}
		if got := readXLSX(t, writeXLSX(t, sheet(t, true), row))[1][columnOf(ledger.Text)]; got != test.want {
			t.Errorf("%d bytes in a workbook, want %d", len(got), len(test.want))
		}
	}
}

func TestAnyTitleNamesASheet(t *testing.T) {
	for title, want := range map[string]string{
		"": "Sheet1", "'": "Sheet1", "a/b:c\\d?e*f[g]'h": "a b c d e f g  h", strings.Repeat("台", 40): strings.Repeat("台", 31), "台\x00账\n": "台账",
	} {
		sheet := sheet(t, false)
		sheet.Title = title
		if got := writeXLSX(t, sheet).GetSheetName(0); got != want {
			t.Errorf("%q names %q, want %q", title, got, want)
		}
	}
}

func TestAnEmptyLedgerHasItsHeader(t *testing.T) {
	if got := readCSV(t, writeCSV(t, sheet(t, false))); len(got) != 1 {
		t.Errorf("%d records", len(got))
	}
	if got := readXLSX(t, writeXLSX(t, sheet(t, false))); len(got) != 1 {
		t.Errorf("%d rows", len(got))
	}
}

var writers = map[string]func(io.Writer, ledger.Sheet, iter.Seq2[ledger.Row, error]) error{"CSV": ledger.WriteCSV, "XLSX": ledger.WriteXLSX}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestErrorsAreTold(t *testing.T) {
	for name, write := range writers {
		wrong := sheet(t, true)
		wrong.Contacts = false
		if err := write(io.Discard, wrong, rowsOf()); err == nil {
			t.Errorf("%s: headings that do not fit the columns are taken", name)
		}
		if err := write(io.Discard, sheet(t, true), broken); !errors.Is(err, errStore) {
			t.Errorf("%s: %v when a row cannot be read", name, err)
		}
		if err := write(full{}, sheet(t, true), rowsOf(caseRow())); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v when nothing can be written", name, err)
		}
	}
	homeless := sheet(t, true)
	homeless.Scratch = filepath.Join(homeless.Scratch, "gone")
	if err := ledger.WriteXLSX(io.Discard, homeless, rowsOf()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v without room for a workbook", err)
	}
}

// Nothing is answered with before it is known to be whole, and nothing personal stays behind.
func TestABrokenWorkbookLeavesNothing(t *testing.T) {
	sheet := sheet(t, true)
	var out bytes.Buffer
	if err := ledger.WriteXLSX(&out, sheet, broken); err == nil || out.Len() > 0 {
		t.Errorf("%d bytes and %v", out.Len(), err)
	}
	left, err := os.ReadDir(sheet.Scratch)
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// The rows would fill several times the memory that is allowed here.
func TestLongLedgersNeedLittleMemory(t *testing.T) {
	const (
		rows   = 9_000
		most   = 64 << 20
		every  = 3_000
		length = 2_000
	)
	for name, write := range writers {
		row := caseRow()
		row.Text, row.Answer = strings.Repeat("路", length), strings.Repeat("好", length)
		before := heap()
		measured := func(yield func(ledger.Row, error) bool) {
			for i := range rows {
				if i%every == every-1 {
					if used := heap(); used > before+most {
						t.Errorf("%s: %d MiB after %d rows", name, (used-before)>>20, i+1)
					}
				}
				if !yield(row, nil) {
					return
				}
			}
		}
		if err := write(io.Discard, sheet(t, true), measured); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

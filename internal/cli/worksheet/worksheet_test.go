package worksheet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"township.dev/liaison/internal/cli/worksheet"
)

// isTable takes what has a cell that says 姓名 and nothing else.
func isTable(sheet *worksheet.Sheet) bool {
	for _, row := range sheet.Rows {
		for _, cell := range row {
			if cell.Text == "姓名" {
				return true
			}
		}
	}
	return false
}

func shown(sheet *worksheet.Sheet) [][]string {
	rows := [][]string{}
	for _, row := range sheet.Rows {
		var texts []string
		for _, cell := range row {
			texts = append(texts, cell.Text)
		}
		rows = append(rows, texts)
	}
	return rows
}

func TestCSVIsReadHoweverItWasSaved(t *testing.T) {
	encode := func(text string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const plain = "姓名,村\r\n张三,白额村\r\n"
	for form, data := range map[string]string{
		"UTF-8":                plain,
		"with Excel's mark":    "\uFEFF" + plain,
		"with two marks":       "\uFEFF\uFEFF\"姓名\",村\r\n张三,白额村\r\n",
		"UTF-16 with two":      encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("\uFEFF" + plain)),
		"GBK":                  encode(simplifiedchinese.GBK.NewEncoder().String(plain)),
		"GB18030":              encode(simplifiedchinese.GB18030.NewEncoder().String(plain)),
		"UTF-16":               encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"UTF-16, the other":    encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"with tabs":            strings.ReplaceAll(plain, ",", "\t"),
		"with semicolons":      strings.ReplaceAll(plain, ",", ";"),
		"without carriage":     strings.ReplaceAll(plain, "\r", ""),
		"all in quotes":        "\"姓名\",\"村\"\r\n\"张三\",\"白额村\"\r\n",
		"without an end":       strings.TrimSpace(plain),
		"a neutralised header": "'=姓名,村\r\n姓名,村\r\n",
	} {
		sheets, err := worksheet.Read("a.csv", []byte(data), isTable)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		want := [][]string{{"姓名", "村"}, {"张三", "白额村"}}
		if form == "a neutralised header" {
			want = [][]string{{"=姓名", "村"}, {"姓名", "村"}}
		}
		if diff := cmp.Diff(want, shown(sheets[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
	}
}

// A cell of CSV has the name that a spreadsheet gives it.
func TestRowsOfCSVAreThoseOfASpreadsheet(t *testing.T) {
	sheets, err := worksheet.Read("a.csv", []byte("\n\r\n姓名,村\n\"张\n三\",a\n\n李四,#N/A\n"), isTable)
	if err != nil {
		t.Fatal(err)
	}
	sheet := sheets[0]
	if diff := cmp.Diff([][]string{nil, nil, {"姓名", "村"}, {"张\n三", "a"}, nil, {"李四", "#N/A"}}, shown(sheet)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if where := sheet.Where(5, 1); where != "a.csv!B6" || !sheet.Cell(5, 1).Broken || sheet.Cell(5, 0).Broken {
		t.Errorf("the cell %s is %+v", where, sheet.Cell(5, 1))
	}
	if far := sheet.Cell(99, 99); far != (worksheet.Cell{}) {
		t.Errorf("a cell that is not there is %+v", far)
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	wide := strings.Repeat(",", 600)
	for form, test := range map[string]struct{ data, says string }{
		"a quotation mark":      {"姓名,村\n张\"三,a\n", "line 2"},
		"no text":               {"\xff\xff\xff\x00", "neither UTF-8 nor GBK"},
		"an old workbook":       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"},
		"a torn workbook":       {"PK\x03\x04torn", "is no workbook that can be read"},
		"columns without end":   {wide, "delete the empty ones"},
		"rows without end":      {strings.Repeat("a\n", 10_001), "delete the empty ones"},
		"empty rows and an end": {strings.Repeat("\n", 20_000) + "a\n", "delete the empty ones"},
	} {
		sheets, err := worksheet.Read("a", []byte(test.data), isTable)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: read %d sheets, %v; want %q", form, len(sheets), err, test.says)
		}
	}
}

func saved(t testing.TB, fill func(file *excelize.File) error) []byte {
	t.Helper()
	file := excelize.NewFile()
	if err := fill(file); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fill(cells map[string]any, merged ...string) func(*excelize.File) error {
	return func(file *excelize.File) error {
		for name, value := range cells {
			if err := file.SetCellValue("Sheet1", name, value); err != nil {
				return err
			}
		}
		for _, each := range merged {
			first, last, _ := strings.Cut(each, ":")
			if err := file.MergeCell("Sheet1", first, last); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestNumbersKeepWhatIsStored(t *testing.T) {
	data := saved(t, fill(map[string]any{"A1": 13900000031, "B1": "13900000031", "C1": 1.5, "D1": true, "E1": ""}))
	sheets, err := worksheet.Read("a.xlsx", data, isTable)
	if err != nil {
		t.Fatal(err)
	}
	row := sheets[0].Rows[0]
	if row[0].Number != "13900000031" || row[1].Number != "" || row[1].Text != "13900000031" || row[2].Number != "1.5" || row[3].Number != "" {
		t.Errorf("read %+v", row)
	}
}

func TestMergedCellsHoldWhatTheFirstShows(t *testing.T) {
	data := saved(t, fill(map[string]any{"A1": "白额村", "B1": "张三", "B2": "李四", "B3": "王五", "C3": "横"}, "A1:A9", "C3:E3"))
	sheets, err := worksheet.Read("a.xlsx", data, isTable)
	if err != nil {
		t.Fatal(err)
	}
	sheet := sheets[0]
	if len(sheet.Rows) != 3 {
		t.Errorf("%d rows, want those with something in them", len(sheet.Rows))
	}
	if own, filled := sheet.Cell(2, 0), sheet.Filled(2, 0); own.Text != "" || filled.Text != "白额村" || own.Merged.String() != "A1:A9" || own.Merged.Rows() != 9 {
		t.Errorf("A3 is %+v, filled %+v", own, filled)
	}
	if across := sheet.Cell(2, 4).Merged; across.Columns() != 3 {
		t.Errorf("E3 is merged as %s", across)
	}
}

func TestHiddenRowsAndSheetsAreTold(t *testing.T) {
	data := saved(t, func(file *excelize.File) error {
		_, err := file.NewSheet("Sheet2")
		hidden := func(row int) error { return file.SetRowVisible("Sheet1", row, false) }
		return errors.Join(err, fill(map[string]any{"A1": "姓名", "A2": "张三", "A4": "李四", "A5": "王五", "A7": "赵六"})(file),
			hidden(3), hidden(4), hidden(5), hidden(6), file.SetSheetVisible("Sheet2", false))
	})
	sheets, err := worksheet.Read("a.xlsx", data, isTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{3, 4}, sheets[0].HiddenRows); diff != "" {
		t.Errorf("rows with something in them that are hidden (-want +got):\n%s", diff)
	}
	if sheets[0].Hidden || !sheets[1].Hidden {
		t.Errorf("hidden are %s: %t, %s: %t", sheets[0].Name, sheets[0].Hidden, sheets[1].Name, sheets[1].Hidden)
	}
}

// What a program writes that does not calculate is a formula and nothing else. Excel stores a result, and an empty text is one too.
func TestFormulasWithoutAResultAreNotEmpty(t *testing.T) {
	const written = `<row r="1">` +
		`<c r="A1"><f>1+1</f></c>` +
		`<c r="B1"><f>1+1</f><v></v></c>` +
		`<c r="C1" t="n"><f t="shared" ref="C1:D1" si="0">1+1</f></c>` +
		`<c r="D1"><f t="shared" si="0"/></c>` +
		`<c r="E1" t="str"><f>""</f><v></v></c>` +
		`<c r="F1"><f>1+1</f><v>2</v></c>` +
		`<c r="G1" s="0"/>` +
		`<c r="H1" s="1"><f>1+1</f></c>` +
		`<c r="I1" s="1" t="str"><f>""</f><v></v></c>` +
		`</row>`
	file := excelize.NewFile()
	village := `@"村"`
	if _, err := file.NewStyle(&excelize.Style{CustomNumFmt: &village}); err != nil {
		t.Fatal(err)
	}
	file.Pkg.Store("xl/worksheets/sheet1.xml", []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+written+`</sheetData></worksheet>`))
	file.Sheet.Delete("xl/worksheets/sheet1.xml")
	var b bytes.Buffer
	if err := errors.Join(file.Write(&b), file.Close()); err != nil {
		t.Fatal(err)
	}
	sheets, err := worksheet.Read("a.xlsx", b.Bytes(), isTable)
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range []worksheet.Cell{{Pending: true}, {Pending: true}, {Pending: true}, {Pending: true}, {}, {Text: "2", Number: "2"}, {}, {Pending: true}, {}} {
		if got := sheets[0].Cell(0, column); got != want || got.IsEmpty() != (want == worksheet.Cell{}) {
			t.Errorf("%s is %+v, want %+v", worksheet.At(0, column), got, want)
		}
	}
}

// Some formats show a text in an empty cell, or none where there is a value.
func TestAFormatNeitherMakesNorTakesAValue(t *testing.T) {
	village, nothing := `@"村"`, ";;;"
	data := saved(t, func(file *excelize.File) error {
		named, err := file.NewStyle(&excelize.Style{CustomNumFmt: &village})
		blank, failed := file.NewStyle(&excelize.Style{CustomNumFmt: &nothing})
		return errors.Join(err, failed, fill(map[string]any{"B1": "白额", "D1": 5})(file),
			file.SetCellStyle("Sheet1", "A1", "C1", named), file.SetCellStyle("Sheet1", "D1", "D1", blank), file.SetCellStyle("Sheet1", "E1", "F3", named))
	})
	sheets, err := worksheet.Read("a.xlsx", data, isTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"", "白额村", "", ""}}, shown(sheets[0])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A cell in the last row of a workbook, where somebody pressed a key, must not cost a million rows.
func TestRowsFarBelowAreRefused(t *testing.T) {
	data := saved(t, fill(map[string]any{"A1": "姓名", "A1048576": "x"}))
	if sheets, err := worksheet.Read("a.xlsx", data, isTable); err == nil || !strings.Contains(err.Error(), "delete the empty ones") {
		t.Errorf("read %d sheets, %v", len(sheets), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("姓名,村\r\n张三,白额村\r\n"))
	f.Add([]byte("\n\n\"a\"\"\n\",b\n"))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add(saved(f, fill(map[string]any{"A1": "姓名", "B2": 1.5}, "A1:B1")))
	f.Add(saved(f, func(file *excelize.File) error {
		accounting, err := file.NewStyle(&excelize.Style{NumFmt: 44})
		return errors.Join(err, fill(map[string]any{"A1": "姓名", "C1": "村"})(file), file.SetCellStyle("Sheet1", "B1", "D2", accounting))
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheets, err := worksheet.Read("a", data, isTable)
		if err != nil {
			return
		}
		for _, sheet := range sheets {
			for row := range sheet.Rows {
				for column := range sheet.Rows[row] {
					if cell := sheet.Filled(row, column); !utf8.ValidString(cell.Text) {
						t.Errorf("%s is %q", sheet.Where(row, column), cell.Text)
					}
				}
			}
		}
	})
}

package ledger

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// What a spreadsheet would take for a formula, written the slow way.
func looksLikeFormula(cell string) bool {
	for _, r := range cell {
		if unicode.IsSpace(r) || strings.ContainsRune("\"'`“”‘’＂＇\u200b\uFEFF", r) {
			continue
		}
		return strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫", r)
	}
	return false
}

func FuzzNeutral(f *testing.F) {
	for _, seed := range []string{"=1+1", " \"=1", "＝1", "\t", "\r\n-", "'+86 138", "修路", "\x00=\xff", "\u200b@", "\u0301=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := shorten(neutral(clean(text)), "…")
		if looksLikeFormula(cell) && cell[0] != '\'' {
			t.Errorf("%q became %q", text, cell)
		}
		if !utf8.ValidString(cell) || strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }) {
			t.Errorf("%q became %q, which no cell can hold", text, cell)
		}
		if units(cell) > mostUnits {
			t.Errorf("a cell of %d units", units(cell))
		}
		if whole := strings.TrimPrefix(cell, "'"); len(text) < mostUnits && whole != clean(text) && cell != clean(text) {
			t.Errorf("%q became %q: more than an apostrophe is changed", text, cell)
		}
	})
}

// Writing a million rows takes too long here: the header is written where only one more row would fit no more.
func TestAWorkbookEndsWhereItsSheetEnds(t *testing.T) {
	for _, test := range []struct {
		written int
		want    error
	}{{MostRows, ErrTooManyRows}, {MostRows - 1, nil}} {
		sheet := Sheet{Headings: make([]string, len(layout)), Contacts: true}
		book := &workbook{file: excelize.NewFile(), sheet: sheet, columns: layout, rows: test.written}
		err := book.fill(func(yield func(Row, error) bool) { yield(Row{}, nil) })
		if !errors.Is(err, test.want) {
			t.Errorf("%v behind %d rows", err, test.written)
		}
		if err := book.file.Close(); err != nil {
			t.Error(err)
		}
	}
}

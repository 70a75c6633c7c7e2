package spreadsheet_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"township.dev/liaison/internal/spreadsheet"
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
		cell := spreadsheet.Shorten(spreadsheet.Neutral(spreadsheet.Clean(text)), "…")
		if looksLikeFormula(cell) && cell[0] != '\'' {
			t.Errorf("%q became %q", text, cell)
		}
		if !utf8.ValidString(cell) || strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }) {
			t.Errorf("%q became %q, which no cell can hold", text, cell)
		}
		if len(utf16.Encode([]rune(cell))) > spreadsheet.MostUnits {
			t.Errorf("a cell of %d units", len(utf16.Encode([]rune(cell))))
		}
		if whole := strings.TrimPrefix(cell, "'"); len(text) < spreadsheet.MostUnits && whole != spreadsheet.Clean(text) && cell != spreadsheet.Clean(text) {
			t.Errorf("%q became %q: more than an apostrophe is changed", text, cell)
		}
		if clean := spreadsheet.Clean(text); !strings.HasPrefix(clean, "\t") && spreadsheet.Plain(spreadsheet.Neutral(clean)) != clean {
			t.Errorf("%q does not come back from %q", clean, spreadsheet.Neutral(clean))
		}
	})
}

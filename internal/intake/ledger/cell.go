package ledger

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// mostUnits is how long a cell may be, in UTF-16 code units as spreadsheets count.
const mostUnits = 32_767

// clean keeps what a cell can hold: no control characters but tabs and line ends, which are \n, and no broken UTF-8.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		// XML knows neither control characters nor the two last code points of the basic plane.
		if unicode.IsControl(r) && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, text)
}

// shorten cuts a text that is longer than a cell may be, and puts the mark at its end.
func shorten(text, mark string) string {
	if len(text) <= mostUnits { // no character has more units than bytes
		return text
	}
	left := mostUnits - units(mark)
	// The place where the mark would have to stand, if the text goes on for longer than that.
	cut, used := 0, 0
	for at, r := range text {
		if used <= left {
			cut = at
		}
		used += utf16.RuneLen(r)
	}
	if used <= mostUnits {
		return text
	}
	return text[:cut] + mark
}

func units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// neutral keeps a spreadsheet from taking a text for a formula when it opens CSV: an apostrophe goes before a text that
// begins with = + - or @, in any of their forms, or with a tab, and also when spaces, quotes or invisible characters stand
// before that. A phone number in its international form becomes '+86 138…, and stays readable as it is.
func neutral(text string) string {
	if strings.HasPrefix(text, "\t") || beginsFormula(text) {
		return "'" + text
	}
	return text
}

func beginsFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, isSkipped))
	plain, _ := utf8.DecodeRuneInString(norm.NFKC.String(string(first)))
	return strings.ContainsRune("=+-@", plain)
}

// isSkipped finds what a spreadsheet, or what a person does to the cell next, may take away at the beginning.
func isSkipped(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Quotation_Mark, unicode.Cf, unicode.Mn) || r == '`'
}

// Package spreadsheet knows what a cell can hold, and keeps what somebody wrote from being run when a spreadsheet opens it. It is pure.
package spreadsheet

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MostUnits is how long a cell may be, in UTF-16 code units as spreadsheets count.
const MostUnits = 32_767

// Clean keeps what a cell can hold: no control characters but tabs and line ends, which are \n, and no broken UTF-8.
func Clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		// XML knows neither control characters nor the two last code points of the basic plane.
		if unicode.IsControl(r) && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, text)
}

// Shorten cuts a text that is longer than a cell may be, and puts the mark at its end.
func Shorten(text, mark string) string {
	if len(text) <= MostUnits { // no character has more units than bytes
		return text
	}
	left := MostUnits - units(mark)
	// The place where the mark would have to stand, if the text goes on for longer than that.
	cut, used := 0, 0
	for at, r := range text {
		if used <= left {
			cut = at
		}
		used += utf16.RuneLen(r)
	}
	if used <= MostUnits {
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

// Neutral keeps a spreadsheet from taking a text for a formula when it opens CSV: an apostrophe goes before a text that
// begins with = + - or @, in any of their forms, or with a tab, and also when spaces, quotes or invisible characters stand
// before that. A phone number in its international form becomes '+86 138…, and stays readable as it is.
func Neutral(text string) string {
	if strings.HasPrefix(text, "\t") || beginsFormula(text) {
		return "'" + text
	}
	return text
}

// Plain takes the apostrophe away that Neutral put before a text; any other text stays as it is. Only a text that begins with a tab keeps it.
func Plain(cell string) string {
	if text, marked := strings.CutPrefix(cell, "'"); marked && beginsFormula(text) {
		return text
	}
	return cell
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

package casework

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// textField is what a free text has to keep to. Lengths are in characters (code points after NFC).
type textField struct {
	name        string
	least, most int
	lines       bool
}

// Browsers send forms with CRLF; some keyboards type the separators. What is copied from pages and messengers brings
// characters that nobody sees: left in, they would make an empty text look written.
var unseen = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n",
	"\u200B", "", "\u2060", "", "\uFEFF", "")

// clean normalises the text (NFC, line ends as \n, no white space around, nothing of no width) and says what is wrong with it.
func (f textField) clean(s string) (string, *FieldError) {
	// Decoders put U+FFFD where they met something that is no UTF-8.
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "", &FieldError{Field: f.name, Code: CodeUnreadableText}
	}
	s = strings.TrimSpace(norm.NFC.String(unseen.Replace(s)))
	if strings.ContainsFunc(s, f.forbids) {
		return "", &FieldError{Field: f.name, Code: CodeControlCharacter}
	}
	return s, f.measure(s)
}

func (f textField) forbids(r rune) bool {
	if r == '\n' || r == '\t' {
		return !f.lines
	}
	return unicode.IsControl(r) || reversesReading(r)
}

// reversesReading finds the marks that can make a text read as something else to staff than to the resident.
func reversesReading(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

func (f textField) measure(s string) *FieldError {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && f.least > 0:
		return &FieldError{Field: f.name, Code: CodeRequired}
	case n < f.least:
		return &FieldError{Field: f.name, Code: CodeTooShort, Least: f.least, Most: f.most, Length: n}
	case n > f.most:
		return &FieldError{Field: f.name, Code: CodeTooLong, Least: f.least, Most: f.most, Length: n}
	}
	return nil
}

package casework

import (
	"strings"
	"unicode"
)

// Code is a receipt code (回执码): 12 characters of Crockford's base 32, upper case and without dashes. It names a case and can be
// told to anybody: what it is about is seen only with the Secret beside it.
type Code string

const (
	// CodeLength is the number of characters of a Code.
	CodeLength = 12
	// FieldCode is the name of its field.
	FieldCode = "code"

	crockford  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	groupWidth = 4
)

// NewCode draws a code.
func NewCode() Code { return Code(draw(CodeLength)) }

// ParseCode reads a code as people type it: in any case, with dashes or spaces or without, in full-width characters, O
// for 0, I or L for 1. The error is FieldErrors.
func ParseCode(s string) (Code, error) {
	code, ok := readCrockford(s, CodeLength)
	if !ok {
		return "", FieldErrors{{Field: FieldCode, Code: CodeBadReceiptCode}}
	}
	return Code(code), nil
}

// readCrockford returns the characters that somebody meant, if they are as many as wanted.
func readCrockford(s string, length int) (string, bool) {
	read := make([]byte, 0, length)
	for _, r := range s {
		if isSeparator(r) {
			continue
		}
		digit, ok := readDigit(r)
		if !ok || len(read) == length {
			return "", false
		}
		read = append(read, digit)
	}
	return string(read), len(read) == length
}

// isSeparator finds spaces and the dashes that keyboards offer for the one between groups.
func isSeparator(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }

// readDigit returns the character of the code that somebody meant by r.
func readDigit(r rune) (byte, bool) {
	if r >= '\uFF01' && r <= '\uFF5E' { // full-width forms of ! to ~
		r = r - '\uFF01' + '!'
	}
	if r >= 'a' && r <= 'z' {
		r = r - 'a' + 'A'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	return byte(r), r < unicode.MaxASCII && strings.ContainsRune(crockford, r)
}

// String writes the code in groups, as XXXX-XXXX-XXXX.
func (c Code) String() string { return grouped(string(c), CodeLength) }

func grouped(s string, length int) string {
	if len(s) != length {
		return s
	}
	groups := make([]string, 0, length/groupWidth)
	for ; s != ""; s = s[groupWidth:] {
		groups = append(groups, s[:groupWidth])
	}
	return strings.Join(groups, "-")
}

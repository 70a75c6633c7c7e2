package casework

import (
	"crypto/rand"
	"strings"
	"unicode"
)

// Code is a receipt code (回执码): 12 characters of Crockford's base 32, upper case and without dashes. Its 60 random
// bits are all that a resident needs to see a case, and all that keeps others from it.
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
func NewCode() Code {
	var random [CodeLength]byte
	// Never fails: the program would end first.
	_, _ = rand.Read(random[:])
	for i, b := range random {
		random[i] = crockford[b%byte(len(crockford))] // 256 is a multiple of 32, so every character is as likely
	}
	return Code(random[:])
}

// ParseCode reads a code as people type it: in any case, with dashes or spaces or without, in full-width characters, O
// for 0, I or L for 1. The error is FieldErrors.
func ParseCode(s string) (Code, error) {
	code := make([]byte, 0, CodeLength)
	for _, r := range s {
		if isSeparator(r) {
			continue
		}
		digit, ok := readDigit(r)
		if !ok || len(code) == CodeLength {
			return "", FieldErrors{{Field: FieldCode, Code: CodeBadReceiptCode}}
		}
		code = append(code, digit)
	}
	if len(code) != CodeLength {
		return "", FieldErrors{{Field: FieldCode, Code: CodeBadReceiptCode}}
	}
	return Code(code), nil
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
func (c Code) String() string {
	s := string(c)
	if len(s) != CodeLength {
		return s
	}
	return s[:groupWidth] + "-" + s[groupWidth:2*groupWidth] + "-" + s[2*groupWidth:]
}

package privacy

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reading is a text as a person reads it: full-width, circled and other dressed-up characters are plain ones, and what
// nobody sees is gone.
type reading struct {
	text string
	// from and to say for each byte of text where the character that it was read from begins and ends.
	from, to []int
}

func read(original string) reading {
	r := reading{from: make([]int, 0, len(original)), to: make([]int, 0, len(original))}
	text := make([]byte, 0, len(original))
	for start, char := range original {
		if isUnseen(char) {
			continue
		}
		_, size := utf8.DecodeRuneInString(original[start:])
		text = fold(text, original[start:start+size])
		for len(r.from) < len(text) {
			r.from, r.to = append(r.from, start), append(r.to, start+size)
		}
	}
	r.text = string(text)
	return r
}

// fold appends the plain form of one character.
func fold(text []byte, char string) []byte {
	if char[0] < utf8.RuneSelf {
		return append(text, char...)
	}
	return norm.NFKC.AppendString(text, char)
}

// isUnseen finds characters of no width: joiners, direction marks, and what only dresses up the character before it,
// as in the digits of keycap emoji.
func isUnseen(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me)
}

// finding tells a piece of the reading in offsets of the original.
func (r reading) finding(kind Kind, start, end int, certain bool) Finding {
	return Finding{Kind: kind, Start: r.from[start], End: r.to[end-1], Certain: certain}
}

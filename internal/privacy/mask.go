package privacy

import (
	"strings"
	"unicode/utf8"
)

// Mask covers what Find finds, the likely findings too, as is usual on public notices: 138****0031, 0357-*******,
// 晋L*****, 王**. Nothing is left of identity and card numbers, accounts and house numbers. Find finds nothing in what it
// returns, so masking again changes nothing.
func Mask(text string) string {
	// What one finding leaves can form another with what stands beside it. Each round turns characters into stars that no
	// finding holds, so it ends.
	for found := Find(text); len(found) > 0; found = Find(text) {
		text = cover(text, found)
	}
	return text
}

// MaskKnown covers what is known of somebody too, wherever a text names it: the name of who raised a case, for example. Of a name its first
// character stays, of anything that begins with a digit nothing.
func MaskKnown(text string, known ...string) string {
	text = Mask(text) // first, as it leaves more of a number
	for _, piece := range known {
		if piece = strings.TrimSpace(piece); utf8.RuneCountInString(piece) > 1 {
			text = strings.ReplaceAll(text, piece, star(piece, func(i int) bool { return i == 0 && (piece[0] < '0' || piece[0] > '9') }))
		}
	}
	return Mask(text)
}

func cover(text string, found []Finding) string {
	var masked strings.Builder
	end := 0
	for _, f := range found {
		masked.WriteString(text[end:f.Start])
		masked.WriteString(coverPiece(f.Kind, text[f.Start:f.End]))
		end = f.End
	}
	masked.WriteString(text[end:])
	return masked.String()
}

func coverPiece(kind Kind, piece string) string {
	switch kind {
	case Mobile:
		signs := countSigns(piece)
		return star(piece, func(i int) bool { return i < signs-8 || i >= signs-4 })
	case Landline:
		area := areaCode(read(piece).text)
		return star(piece, func(i int) bool { return i < area })
	case Plate:
		return star(piece, func(i int) bool { return i < 2 })
	case Name:
		return star(piece, func(i int) bool { return i == 0 })
	case Email:
		r := read(piece)
		return "***" + piece[r.from[strings.IndexByte(r.text, '@')]:]
	case Messenger:
		return strings.Repeat("*", utf8.RuneCountInString(piece))
	case Identity, BankCard, Address:
	}
	return star(piece, func(int) bool { return false })
}

// star puts a star for each sign but those that may be kept, and leaves what stands between.
func star(piece string, keep func(i int) bool) string {
	next := 0
	return strings.Map(func(r rune) rune {
		first := next
		next += signs(r)
		if next == first || keep(first) && keep(next-1) {
			return r
		}
		return '*'
	}, piece)
}

func countSigns(piece string) (n int) {
	for _, r := range piece {
		n += signs(r)
	}
	return n
}

// signs is how many digits or letters a character reads as: none in a gap, two in the circled 13.
func signs(r rune) (n int) {
	if isUnseen(r) {
		return 0
	}
	for _, plain := range string(fold(nil, string(r))) {
		if !isGap(plain) {
			n++
		}
	}
	return n
}

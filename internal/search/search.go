// Package search cuts texts into the tokens of a full-text index, and what a person types into a query for it.
//
// Chinese has no spaces, and SQLite's trigram tokenizer finds nothing for words of two characters, which most are. So each
// run of characters becomes its overlapping pairs, then its last character alone: 修田间路 is 修田 田间 间路 路. A pair is
// found as a token, a single character as the beginning of one, and a longer word as a phrase of pairs.
//
// The index is a table of SQLite's FTS5 that is fed with what Tokens returns:
//
//	CREATE VIRTUAL TABLE case_text USING fts5(tokens, content='', contentless_delete=1, tokenize='ascii');
//
// The tokenizer has nothing left to do but to split at spaces. ascii does just that; unicode61 does as well, with another
// look at each character that changes nothing but accents on Latin letters.
package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// mostTerms bounds what one query may cost; the rest of it is not looked for.
const mostTerms = 16

// Tokens returns the tokens of a text, with spaces between: letters are lower case and in their plain forms, and only
// letters, numbers and the marks on them are left.
func Tokens(text string) string {
	var tokens []string
	for _, run := range runs(text) {
		if run.script == word {
			tokens = append(tokens, string(run.chars))
			continue
		}
		tokens = append(tokens, pairs(run.chars)...)
		tokens = append(tokens, string(run.chars[len(run.chars)-1:]))
	}
	return strings.Join(tokens, " ")
}

// Query returns the FTS5 expression (for MATCH) that finds what a person typed: all of its words, in any order. Words of
// letters and digits, and single Chinese characters, may be the beginning of what is found. It is false when there is
// nothing to look for. Nothing that was typed is read as syntax: only tokens of the index reach the expression, quoted.
func Query(typed string) (expression string, ok bool) {
	var terms []string
	for _, run := range runs(typed) {
		if len(terms) == mostTerms {
			break
		}
		terms = append(terms, term(run))
	}
	return strings.Join(terms, " AND "), len(terms) > 0
}

func term(r run) string {
	if r.script == word || len(r.chars) == 1 {
		return `"` + string(r.chars) + `"*`
	}
	return `"` + strings.Join(pairs(r.chars), " ") + `"`
}

// script is what decides how a run is cut.
type script int

const (
	// between is what stands between runs.
	between script = iota
	// word is a script whose words have spaces between.
	word
	// dense is a script without spaces, or one whose words come in many endings: Han, kana, hangul.
	dense
)

// run is characters of one script that stand together.
type run struct {
	script script
	chars  []rune
}

func runs(text string) []run {
	var all []run
	last := between
	for _, char := range norm.NFKC.String(strings.ToLower(norm.NFKC.String(text))) {
		if isUnseen(char) {
			continue
		}
		script := scriptOf(char, last)
		switch script {
		case between:
		case last:
			all[len(all)-1].chars = append(all[len(all)-1].chars, char)
		default:
			all = append(all, run{script, []rune{char}})
		}
		last = script
	}
	return all
}

// scriptOf tells where a character belongs that stands behind one of the script last.
func scriptOf(char rune, last script) script {
	switch {
	case unicode.IsMark(char) && last == word:
		return word
	case !unicode.IsLetter(char) && !unicode.IsNumber(char):
		return between
	case unicode.In(char, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || char == 'ー':
		return dense
	}
	return word
}

// isUnseen finds characters that change how a text looks but not what it says.
func isUnseen(char rune) bool {
	return unicode.In(char, unicode.Cf, unicode.Variation_Selector)
}

// pairs returns the overlapping pairs of characters; of a single one there is none.
func pairs(chars []rune) []string {
	var all []string
	for i := 1; i < len(chars); i++ {
		all = append(all, string(chars[i-1:i+1]))
	}
	return all
}

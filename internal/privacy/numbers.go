package privacy

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// mostDigits is the length of the longest number we know: a bank card's. 0086 and a mobile phone's number are shorter.
	mostDigits = 19
	// mostGap is how many characters may stand between two groups of one number.
	mostGap = 3
	// mostGroups is how many groups a number has that a person wrote; more are rather a list of small numbers.
	mostGroups = 5
	// checkX stands for ten as the last digit of an identity number.
	checkX = 'X'
)

// group is digits in one script that stand together.
type group struct {
	digits     string
	start, end int
	script     script
	// plus tells that + stands before the group.
	plus bool
}

type script int

const (
	noDigit script = iota
	arabic
	chinese
	// checkMark is that of checkX.
	checkMark
)

// numbers finds what is written in digits alone.
func numbers(r reading) []Finding {
	var found []Finding
	for _, run := range runs(r.text) {
		for len(run) > 0 {
			m, ok := longest(run)
			if !ok {
				run = run[1:]
				continue
			}
			found = append(found, r.finding(m.kind, run[0].start, run[m.groups-1].end, m.certain))
			run = run[m.groups:]
		}
	}
	return found
}

// match is what the first groups of a run are.
type match struct {
	kind    Kind
	certain bool
	groups  int
}

// longest tries the first group, the first two, and so on: rather a digit too many is covered than one too few. A number
// neither begins nor ends inside a group, or every long number would hold a phone's.
func longest(run []group) (best match, found bool) {
	n := number{abroad: run[0].plus}
	for i, g := range run {
		if len(n.digits)+len(g.digits) > mostDigits {
			break
		}
		n.digits += g.digits
		if i > 0 && run[i-1].end == g.start {
			n.sizes[len(n.sizes)-1] += len(g.digits) // another script, written without a gap
		} else {
			n.sizes = append(n.sizes, len(g.digits))
		}
		if kind, certain, ok := n.kind(); ok {
			best, found = match{kind, certain, i + 1}, true
		}
	}
	return best, found
}

// number is groups of digits taken together.
type number struct {
	digits string
	sizes  []int
	// abroad tells that it is written with + before the country's code.
	abroad bool
}

// kind tells what the number is.
func (n number) kind() (kind Kind, certain, found bool) {
	identity, slip := n.isIdentity()
	switch {
	case identity:
		return Identity, true, true
	case strings.ContainsRune(n.digits, checkX):
		return Identity, false, slip
	case n.isBankCard():
		return BankCard, n.isWritten("6-10", "6-11", "6-12", "6-13", "4-4-4-4", "4-4-4-4-1", "4-4-4-4-2", "4-4-4-4-3"), true
	case n.isLandline():
		return Landline, true, true
	case n.isOldIdentity():
		return Identity, true, true
	case slip:
		return Identity, false, true
	}
	certain, found = n.isMobile()
	return Mobile, certain, found
}

// isIdentity tells whether it is a number by GB 11643, or would be one but for its check digit: a slip of the pen.
func (n number) isIdentity() (valid, slip bool) {
	if len(n.digits) != 18 || !isDigits(n.digits[:17]) || !isRegion(n.digits) || !isBirthday(n.digits[6:14]) {
		return false, false
	}
	return checkDigit(n.digits[:17]) == n.digits[17], n.isShort()
}

// isOldIdentity tells whether it is one of 15 digits, in which the century and the check digit are missing.
func (n number) isOldIdentity() bool {
	return len(n.digits) == 15 && isRegion(n.digits) && isBirthday("19"+n.digits[6:12]) && n.isWritten("6-6-3")
}

func (n number) isBankCard() bool {
	// Cards begin with the digit of their trade; the others are those of airlines and fuel, and dates begin so.
	return len(n.digits) >= 16 && strings.ContainsRune("345689", rune(n.digits[0])) && isLuhn(n.digits) && n.isShort()
}

func (n number) isLandline() bool {
	n = n.domestic()
	area := areaCode(n.digits)
	if rest := len(n.digits) - area; area == 0 || rest != 8 && (rest != 7 || area == 3) {
		return false
	}
	a := strconv.Itoa(area) + "-"
	return n.isWritten(a+"7", a+"8", a+"3-4", a+"4-3", a+"4-4")
}

// domestic writes a landline's number as it is dialled within the country; +86 0357 is as common as +86 357.
func (n number) domestic() number {
	national, cut := n.without("0086")
	if !cut && n.abroad {
		national, cut = n.without("86")
	}
	if cut && national.digits[0] != '0' {
		national.digits = "0" + national.digits
		national.sizes[0]++
	}
	return national
}

func (n number) isMobile() (certain, found bool) {
	for _, prefix := range []string{"0086", "86", "0"} {
		if national, cut := n.without(prefix); cut && len(national.digits) >= 11 {
			n = national
			break
		}
	}
	if len(n.digits) != 11 || n.digits[0] != '1' || n.digits[1] < '3' {
		return false, false
	}
	return n.isWritten("3-4-4", "3-8", "7-4", "4-4-3", "3-3-5"), n.isShort()
}

// without cuts the digits of a prefix off.
func (n number) without(prefix string) (rest number, cut bool) {
	digits, cut := strings.CutPrefix(n.digits, prefix)
	if !cut || digits == "" {
		return n, false
	}
	sizes := slices.Clone(n.sizes)
	left := len(prefix)
	for left >= sizes[0] {
		left -= sizes[0]
		sizes = sizes[1:]
	}
	sizes[0] -= left
	return number{digits: digits, sizes: sizes}, true
}

// isWritten tells whether the digits stand together, one by one, or in one of these shapes.
func (n number) isWritten(shapes ...string) bool {
	if len(n.sizes) == 1 || len(n.sizes) == len(n.digits) {
		return true
	}
	sizes := make([]string, len(n.sizes))
	for i, size := range n.sizes {
		sizes[i] = strconv.Itoa(size)
	}
	return slices.Contains(shapes, strings.Join(sizes, "-"))
}

// isShort tells whether the number is in few groups, or all in single digits.
func (n number) isShort() bool { return len(n.sizes) <= mostGroups || len(n.sizes) == len(n.digits) }

// runs collects groups between which nothing stands but what people put between the groups of one number.
func runs(text string) [][]group {
	var all [][]group
	var run []group
	gap := 0
	end := func() {
		if len(run) > 0 {
			all = append(all, run)
		}
		run, gap = nil, 0
	}
	for i, r := range text {
		digit, of := digitAt(text, i, r)
		switch {
		case of != noDigit:
			run = extend(run, group{string(digit), i, i + utf8.RuneLen(r), of, i > 0 && text[i-1] == '+'})
			gap = 0
		case len(run) > 0 && gap < mostGap && isGap(r):
			gap++
		default:
			end()
		}
	}
	end()
	return all
}

// extend adds a digit to the last group when it goes on there, and as a group of its own otherwise.
func extend(run []group, digit group) []group {
	if len(run) > 0 {
		last := &run[len(run)-1]
		if last.end == digit.start && last.script == digit.script {
			// Longer groups are no number; what they hold does not matter, only that they are too long.
			if len(last.digits) <= mostDigits {
				last.digits += digit.digits
			}
			last.end = digit.end
			return run
		}
	}
	return append(run, digit)
}

// digitAt reads the digit r at i.
func digitAt(text string, i int, r rune) (digit byte, of script) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), arabic
	case r == 'x' || r == 'X':
		if next, _ := utf8.DecodeRuneInString(text[i+1:]); isLatin(next) {
			return 0, noDigit
		}
		return checkX, checkMark
	}
	if value, found := chineseDigits[r]; found {
		return value, chinese
	}
	return 0, noDigit
}

// chineseDigits are those in which numbers are spelled digit by digit, the formal ones too; 幺 is one on the phone.
var chineseDigits = map[rune]byte{
	'〇': '0', '零': '0', '○': '0', '一': '1', '幺': '1', '壹': '1', '二': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '玖': '9',
}

// isGap finds what people write between the groups of one number. A line's end is none, or columns of figures would be phones.
func isGap(r rune) bool {
	return r != '\n' && r != '\r' && unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune(".·•・_()", r)
}

// isLatin finds what would make an x part of a word or a product.
func isLatin(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

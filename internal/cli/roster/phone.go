package roster

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"township.dev/liaison/internal/cli/worksheet"
	"township.dev/liaison/internal/spreadsheet"
)

// None of these errors repeats a number: it may not be published.
var (
	errPhone      = errors.New("is no phone number; write digits, with an optional leading + and spaces or dashes between, for example 139 0000 0031")
	errPhones     = errors.New("holds several phone numbers; keep the one on which residents reach the deputy")
	errMobile     = errors.New("is no mobile number: those have 11 digits; look for a missing or an extra one")
	errShortened  = errors.New("was shortened by Excel to a form such as 1.39E+10 and its last digits are lost; format the column as text and enter the number again")
	errLeadingNil = errors.New("is stored as a number that has lost its leading 0, or is none; format the column as text and enter the number again")
)

var (
	phoneForm  = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,22}$`) // as the API has it
	areaCode   = regexp.MustCompile(`^\((\d{3,4})\) ?-?(\d{7,8})$`)
	scientific = regexp.MustCompile(`^(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})$`)
	several    = regexp.MustCompile(`[/、,，;；\n]|\d{11}\s+\d{7,}`)
	mobileLike = regexp.MustCompile(`^1[3-9]\d*$`)
	dashes     = strings.NewReplacer("—", "-", "–", "-", "－", "-", "‐", "-", "\u2011", "-", "−", "-")
)

// parsePhone reads a phone number: exactly what was entered, or not at all.
func parsePhone(cell worksheet.Cell) (string, error) {
	if cell.Number != "" {
		return phoneOfNumber(cell.Number)
	}
	text := ordinary(cell.Text)
	if several.MatchString(text) {
		return "", errPhones
	}
	if text == "" {
		return "", nil
	}
	if short := scientific.FindStringSubmatch(text); short != nil {
		return phoneOfScientific(short)
	}
	text = areaCode.ReplaceAllString(text, "$1-$2")
	if !phoneForm.MatchString(text) {
		return "", errPhone
	}
	return text, mobile(text)
}

// ordinary is a number with ordinary digits, dashes and spaces, and nothing that nobody sees. Its lines stay: there may be a number on each.
func ordinary(text string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r) && r != '\n':
			return ' '
		default:
			return r
		}
	}, spreadsheet.Clean(text))
	return strings.TrimSpace(dashes.Replace(width.Fold.String(visible)))
}

// mobile finds a mobile number with a digit too many or too few.
func mobile(text string) error {
	if digits := digitsOf(text); mobileLike.MatchString(digits) && len(digits) != 11 && !strings.HasPrefix(text, "+") {
		return errMobile
	}
	return nil
}

// phoneOfScientific reads a number whose form has every digit of it: 1.3900000031E+10.
func phoneOfScientific(parts []string) (string, error) {
	digits := parts[1] + parts[2]
	exponent, _ := new(big.Int).SetString(parts[3], 10)
	if !exponent.IsInt64() || int64(len(digits)-1) != exponent.Int64() {
		return "", errShortened
	}
	if !phoneForm.MatchString(digits) {
		return "", errPhone
	}
	return digits, mobile(digits)
}

// phoneOfNumber reads a number that Excel keeps as one. It is exact up to 15 digits; a leading 0 is lost, which only a mobile number or a short local one
// cannot have had.
func phoneOfNumber(stored string) (string, error) {
	const local = 8 // digits, without an area code
	number, ok := new(big.Rat).SetString(stored)
	if !ok || len(stored) > 40 || !number.IsInt() || number.Sign() <= 0 {
		return "", errPhone
	}
	digits := number.Num().String()
	if mobileLike.MatchString(digits) {
		return digits, mobile(digits)
	}
	if len(digits) > local || len(digits) < 5 {
		return "", errLeadingNil
	}
	return digits, nil
}

// digitsOf is a number without what people put between its digits, to compare it by; that of a mobile also without the country.
func digitsOf(phone string) string {
	digits := strings.NewReplacer(" ", "", "-", "", "+", "").Replace(phone)
	if rest, chinese := strings.CutPrefix(digits, "86"); chinese && len(rest) == 11 && mobileLike.MatchString(rest) {
		return rest
	}
	return digits
}

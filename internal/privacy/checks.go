package privacy

import (
	"strings"
	"time"
)

func isDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// isLuhn checks the last digit of a card's number by ISO/IEC 7812.
func isLuhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			value *= 2
			value = value/10 + value%10
		}
		sum += value
	}
	return sum%10 == 0
}

// checkDigit is the last digit of an identity number, from the 17 before it, by GB 11643 (ISO 7064, MOD 11-2).
func checkDigit(digits string) byte {
	sum := 0
	for i := range len(digits) {
		sum = (sum + int(digits[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

// regions are the first two digits of identity numbers: provinces, and those given to residents from Hong Kong, Macao and Taiwan.
const regions = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func isRegion(digits string) bool { return strings.Contains(regions, " "+digits[:2]+" ") }

func isBirthday(digits string) bool {
	century := digits[:2]
	if century != "19" && century != "20" {
		return false
	}
	_, err := time.Parse("20060102", digits)
	return err == nil
}

// areaCode is the length of the area code that a landline's number begins with, and 0 when there is none.
func areaCode(digits string) int {
	switch {
	case len(digits) < 3 || digits[0] != '0' || digits[1] == '0':
		return 0
	case digits[1] == '2' || strings.HasPrefix(digits, "010"):
		return 3
	case digits[1] >= '3':
		return 4
	}
	return 0
}

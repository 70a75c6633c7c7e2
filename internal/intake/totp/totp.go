// Package totp is the second factor of a staff account: the six digits that an authenticator app shows (RFC 6238), and the
// recovery codes for the day the phone is lost. It keeps nothing; what must be remembered is handed back to the caller.
package totp

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp/hotp"
)

const (
	// secretSize is that of SHA-1, as RFC 4226 recommends, in bytes.
	secretSize = 20
	// period is how long a code is shown, in seconds.
	period = 30
	// skew is how many periods the phone's clock may be off, to either side.
	skew = 1
	// digits of a code. Like SHA-1 and the period it is what every app takes for granted; several ignore a URI that asks for other.
	digits = 6
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewSecret draws the secret that the account and the app share, as base 32, the way people type it where no camera works.
func NewSecret() string {
	var random [secretSize]byte
	// Never fails: the program would end first.
	_, _ = rand.Read(random[:])
	return base32Text.EncodeToString(random[:])
}

// URI is what the QR code holds. The app shows issuer, the station's name, and account above the digits.
func URI(issuer, account, secret string) string {
	return "otpauth://totp/" + label(issuer) + ":" + label(account) +
		"?secret=" + escape(secret) + "&issuer=" + label(issuer) +
		"&algorithm=SHA1&digits=" + strconv.Itoa(digits) + "&period=" + strconv.Itoa(period)
}

// label escapes a name for a URI. A colon would end the issuer also when it is escaped, so its full-width form stands for it.
func label(name string) string { return escape(strings.ReplaceAll(name, ":", "：")) }

// escape writes a space as %20: apps show a plus sign as one. url.PathEscape would let "&" through, which ends a parameter.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// Verify says whether somebody who has the secret typed the code at now, and in which step of time it was shown. The caller keeps
// the step and gives it as lastUsed the next time: a code, and whatever is older, is accepted once. 0 is for an account that has
// used none. A secret that is none, or is empty, accepts nothing.
func Verify(secret, code string, now time.Time, lastUsed int64) (step int64, ok bool) {
	typed, readable := readCode(code)
	if !readable || secret == "" {
		return 0, false
	}
	current := now.Unix() / period
	// No step ends the loop, so that the time it takes tells nothing. Where two have the same code the later one counts, or the
	// code could be used again for it.
	for s := current - skew; s <= current+skew; s++ {
		shown, err := hotp.GenerateCode(secret, uint64(s))
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(shown), []byte(typed)) == 1 && s > lastUsed {
			step, ok = s, true
		}
	}
	return step, ok
}

// readCode returns the six digits that somebody typed: with the gap that apps show between them or without, in full-width digits.
func readCode(typed string) (code string, ok bool) {
	read := make([]byte, 0, digits)
	for _, r := range typed {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			continue
		}
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		if r < '0' || r > '9' || len(read) == digits {
			return "", false
		}
		read = append(read, byte(r))
	}
	return string(read), len(read) == digits
}

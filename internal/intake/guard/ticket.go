package guard

import (
	"crypto/sha256"
	"encoding/base64"
	"math/bits"
	"strconv"
)

// Ticket stands in a hidden field of a form and says, under the gate's seal, when the form was opened.
//
// To solve it: for n = 0, 1, 2, … take SHA-256 over the ASCII text of the ticket, a colon, and n in decimal digits without
// leading zeros, until the first Difficulty bits of the digest are zero, counting from the highest bit of its first byte.
// The decimal digits of that n are the solution. Ticket, colon and up to eleven digits are one block of SHA-256.
type Ticket string

// A ticket is base64url without padding over a body and its seal. The body is the milliseconds since 1970 in 8 bytes, big
// endian, the difficulty in one, and 7 random ones.
const (
	difficultyAt = 8
	bodySize     = 16
	sealSize     = 16
	ticketSize   = bodySize + sealSize
)

var ticketText = base64.RawURLEncoding.Strict()

func (t Ticket) parts() (body, seal []byte, ok bool) {
	if len(t) != ticketText.EncodedLen(ticketSize) {
		return nil, nil, false
	}
	raw, err := ticketText.DecodeString(string(t))
	if err != nil || len(raw) != ticketSize {
		return nil, nil, false
	}
	return raw[:bodySize], raw[bodySize:], true
}

// Difficulty is the number of leading zero bits a solution must show, 0 for what is no ticket.
func (t Ticket) Difficulty() int {
	body, _, ok := t.parts()
	if !ok {
		return 0
	}
	return int(body[difficultyAt])
}

// Solve finds the solution, as browsers do.
func (t Ticket) Solve() string {
	difficulty := t.Difficulty()
	for n := 0; ; n++ {
		if solution := strconv.Itoa(n); t.zeros(solution) >= difficulty {
			return solution
		}
	}
}

// longestSolution has more digits than anybody counts to.
const longestSolution = 20

func (t Ticket) solvedBy(solution string) bool {
	return len(solution) <= longestSolution && t.zeros(solution) >= t.Difficulty()
}

// zeros counts the leading zero bits that the solution reaches.
func (t Ticket) zeros(solution string) int {
	zeros := 0
	for _, b := range sha256.Sum256([]byte(string(t) + ":" + solution)) {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros
}

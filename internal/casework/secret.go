package casework

import "crypto/rand"

// Secret is a query secret (查询密码): 8 characters of Crockford's base 32. Together with the receipt code it lets a resident see the
// case. Its 40 bits are enough because guesses are throttled; the code alone can be told to anybody.
type Secret string

const (
	// SecretLength is the number of characters of a Secret.
	SecretLength = 8
	// FieldSecret is the name of its field.
	FieldSecret = "secret"
)

// NewSecret draws a secret.
func NewSecret() Secret { return Secret(draw(SecretLength)) }

// ParseSecret reads a secret as people type it, see ParseCode. The error is FieldErrors.
func ParseSecret(s string) (Secret, error) {
	secret, ok := readCrockford(s, SecretLength)
	if !ok {
		return "", FieldErrors{{Field: FieldSecret, Code: CodeBadSecret}}
	}
	return Secret(secret), nil
}

// String writes the secret in groups, as XXXX-XXXX.
func (s Secret) String() string { return grouped(string(s), SecretLength) }

// draw returns random characters, each as likely as any other.
func draw(n int) string {
	random := make([]byte, n)
	// Never fails: the program would end first.
	_, _ = rand.Read(random)
	for i, b := range random {
		random[i] = crockford[b%byte(len(crockford))] // 256 is a multiple of 32
	}
	return string(random)
}

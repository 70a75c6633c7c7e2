package totp_test

import (
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/totp"
)

func TestRecoveryCodesAreTenAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range append(totp.NewRecoveryCodes(), totp.NewRecoveryCodes()...) {
		seen[code] = true
		if parsed, ok := totp.ParseRecoveryCode(code); !ok || len(parsed) != 12 {
			t.Errorf("%s reads as %q, %t", code, parsed, ok)
		}
	}
	if len(seen) != 20 {
		t.Errorf("two draws gave %d different codes, want 20", len(seen))
	}
}

// What is hashed must be the same however it was typed.
func TestARecoveryCodeHasOneForm(t *testing.T) {
	for _, code := range totp.NewRecoveryCodes() {
		want, _ := totp.ParseRecoveryCode(code)
		for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "0", "o"), " " + code + "\n"} {
			if got, ok := totp.ParseRecoveryCode(typed); !ok || got != want {
				t.Errorf("%q reads as %q, %t, want %q", typed, got, ok, want)
			}
		}
	}
	for _, typed := range []string{"", "ABCD-EFGH", "ABCD-EFGH-JKMU", "081804"} {
		if code, ok := totp.ParseRecoveryCode(typed); ok || code != "" {
			t.Errorf("%q reads as %q, %t", typed, code, ok)
		}
	}
}

package guard_test

import (
	"testing"

	"township.dev/liaison/internal/intake/guard"
)

func TestOnlyProgramsFillInTheDecoy(t *testing.T) {
	for value, want := range map[string]bool{"": false, "https://spam.example": true, " ": true} {
		if got := guard.Decoyed(value); got != want {
			t.Errorf("%q: %t, want %t", value, got, want)
		}
	}
}

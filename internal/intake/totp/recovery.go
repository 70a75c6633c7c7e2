package totp

import "township.dev/liaison/internal/casework"

// recoveryCodes is how many a person gets to print.
const recoveryCodes = 10

// NewRecoveryCodes draws the codes that sign in once each without the app, as they are printed: XXXX-XXXX-XXXX. They are drawn and
// read like receipt codes, whose characters are made for being read from paper. Their 60 random bits cannot be searched even where
// somebody has copied the hashes, so any cryptographic hash of what ParseRecoveryCode returns will do to keep them.
func NewRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = casework.NewCode().String()
	}
	return codes
}

// ParseRecoveryCode returns the one form of a code however somebody typed it: in any case, with dashes or without, in full-width
// characters, O for 0, I or L for 1. ok is false for what is no such code.
func ParseRecoveryCode(typed string) (code string, ok bool) {
	parsed, err := casework.ParseCode(typed)
	return string(parsed), err == nil
}

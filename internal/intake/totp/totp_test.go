package totp_test

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"township.dev/liaison/internal/intake/totp"
)

// rfcSecret is the one of the test vectors in RFC 6238, appendix B, for SHA-1.
var rfcSecret = base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))

// at returns a time in the middle of the step.
func at(step int64) time.Time { return time.Unix(30*step+15, 0) }

// shown is what an app with the secret shows in the step.
func shown(t *testing.T, secret string, step int64) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(step))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// The RFC prints eight digits; six are their end.
func TestTheCodesOfRFC6238(t *testing.T) {
	for seconds, eight := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		step, ok := totp.Verify(rfcSecret, eight[2:], time.Unix(seconds, 0), 0)
		if !ok || step != seconds/30 {
			t.Errorf("at %d the code %s gives step %d, %t", seconds, eight[2:], step, ok)
		}
	}
}

func TestAClockMayBeOffByOnePeriod(t *testing.T) {
	secret, now := totp.NewSecret(), int64(59_000_000)
	for offset, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		step, ok := totp.Verify(secret, shown(t, secret, now+offset), at(now), 0)
		if ok != want || ok && step != now+offset {
			t.Errorf("a code %d periods off: step %d, %t, want %t", offset, step, ok, want)
		}
	}
}

func TestACodeIsAcceptedOnce(t *testing.T) {
	secret, now := totp.NewSecret(), int64(59_000_000)
	first := shown(t, secret, now)
	used, ok := totp.Verify(secret, first, at(now), 0)
	if !ok {
		t.Fatal("the code is refused the first time")
	}
	if _, ok := totp.Verify(secret, first, at(now+1), used); ok {
		t.Error("the code is accepted a second time")
	}
	if _, ok := totp.Verify(secret, shown(t, secret, now-1), at(now), used); ok {
		t.Error("an older code is accepted after a newer one")
	}
	if step, ok := totp.Verify(secret, shown(t, secret, now+1), at(now+1), used); !ok || step != now+1 {
		t.Errorf("the next code gives step %d, %t", step, ok)
	}
}

// Once in a million periods two neighbours have the same code. It still is one code, used once.
func TestACodeThatTwoPeriodsShareIsAcceptedOnce(t *testing.T) {
	const step = 910737 // found by trying
	if shown(t, rfcSecret, step) != shown(t, rfcSecret, step+1) {
		t.Fatal("the two periods have different codes")
	}
	code := shown(t, rfcSecret, step)
	used, ok := totp.Verify(rfcSecret, code, at(step), 0)
	if !ok || used != step+1 {
		t.Fatalf("the code gives step %d, %t", used, ok)
	}
	if _, ok := totp.Verify(rfcSecret, code, at(step+1), used); ok {
		t.Error("the code is accepted a second time")
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	now := time.Unix(1111111109, 0)
	for typed, want := range map[string]bool{
		"081804": true, " 081 804\n": true, "０８１８０４": true, "081　804": true, "081-804": true, "0 8 1 8 0 4": true,
		"": false, "81804": false, "0818040": false, "08180४": false, "08180O": false, "+81804": false, "081804\x00": false, "081.804": false, "\xff81804": false,
	} {
		if _, ok := totp.Verify(rfcSecret, typed, now, 0); ok != want {
			t.Errorf("%q is accepted: %t, want %t", typed, ok, want)
		}
	}
}

// An account without a secret must not be open to whoever knows the code of the empty one, nor may a damaged one open.
func TestASecretThatIsNoneAcceptsNothing(t *testing.T) {
	if _, ok := totp.Verify("not base 32!", "000000", at(1), 0); ok {
		t.Error("a damaged secret accepts a code")
	}
	if _, ok := totp.Verify("", shown(t, "", 1), at(1), 0); ok {
		t.Error("the empty secret accepts its code")
	}
}

func TestSecretsAreDrawn(t *testing.T) {
	a, b := totp.NewSecret(), totp.NewSecret()
	if raw, err := base32.StdEncoding.DecodeString(a); a == b || err != nil || len(raw) != 20 {
		t.Errorf("the secrets are %s and %s: %d bytes, %v", a, b, len(raw), err)
	}
}

func TestAppsReadTheURI(t *testing.T) {
	for _, issuer := range []string{"中垛乡人大代表联络站", "A & B = 100% + C?#/", "甲：乙"} {
		secret := totp.NewSecret()
		uri := totp.URI(issuer, "zhang-san", secret)
		if strings.ContainsAny(uri, "+ ") || strings.Count(uri, ":") != 2 {
			t.Errorf("not every app reads %s", uri)
		}
		key, err := otp.NewKeyFromURL(uri)
		if err != nil {
			t.Fatal(err)
		}
		got := []any{key.Type(), key.Issuer(), key.AccountName(), key.Secret(), key.Algorithm(), key.Digits(), key.Period()}
		want := []any{"totp", issuer, "zhang-san", secret, otp.AlgorithmSHA1, otp.DigitsSix, uint64(30)}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s holds %v, want %v", uri, got[i], want[i])
			}
		}
	}
}

func TestAColonInANameDoesNotEndIt(t *testing.T) {
	key, err := otp.NewKeyFromURL(totp.URI("甲:乙", "a:b", totp.NewSecret()))
	if err != nil {
		t.Fatal(err)
	}
	if key.Issuer() != "甲：乙" || key.AccountName() != "a：b" {
		t.Errorf("an app shows %q and %q", key.Issuer(), key.AccountName())
	}
}

// Whatever is typed beside the digits, a code is accepted exactly when its digits are the ones shown.
func FuzzVerify(f *testing.F) {
	for _, seed := range []string{"081804", " 081 804", "０８１８０４", "", "\xff", "081804081804"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		step, ok := totp.Verify(rfcSecret, typed, time.Unix(1111111109, 0), 0)
		if !ok {
			if step != 0 {
				t.Errorf("a refused code came back with step %d", step)
			}
			return
		}
		var plain strings.Builder
		for _, r := range typed {
			switch {
			case r >= '0' && r <= '9':
				plain.WriteRune(r)
			case r >= '０' && r <= '９':
				plain.WriteRune(r - '０' + '0')
			}
		}
		if plain.String() != shown(t, rfcSecret, step) {
			t.Errorf("%q was accepted for step %d", typed, step)
		}
	})
}

package casework_test

import (
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

func TestCodesReadAsTheyAreWritten(t *testing.T) {
	seen := map[casework.Code]bool{}
	used := map[rune]bool{}
	for range 2000 {
		code := casework.NewCode()
		if seen[code] {
			t.Fatalf("%s was drawn twice", code)
		}
		seen[code] = true
		for _, r := range string(code) {
			used[r] = true
		}
		if got, err := casework.ParseCode(code.String()); err != nil || got != code {
			t.Fatalf("%s reads as %s, error %v", code, got, err)
		}
	}
	if len(used) != 32 {
		t.Errorf("%d characters are used, want 32", len(used))
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"ABCD-EFGH-JKMN":     "ABCD-EFGH-JKMN",
		"abcdefghjkmn":       "ABCD-EFGH-JKMN",
		" abcd efgh  jkmn\n": "ABCD-EFGH-JKMN",
		"ABCD—EFGH—JKMN":     "ABCD-EFGH-JKMN",
		"ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ": "ABCD-EFGH-JKMN",
		"o0o0-i1l1-OIL0":       "0000-1111-0110",
		"------0123-4567-89AB": "0123-4567-89AB",
	} {
		code, err := casework.ParseCode(typed)
		if err != nil || code.String() != want {
			t.Errorf("%q reads as %s, error %v, want %s", typed, code, err, want)
		}
	}
}

func TestWhatIsNoCode(t *testing.T) {
	for _, typed := range []string{"", "-", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKM*", "ſBCD-EFGH-JKMN", "\xffBCDEFGHJKMN", strings.Repeat("A", 1<<16)} {
		if code, err := casework.ParseCode(typed); len(casework.AsFieldErrors(err)) != 1 {
			t.Errorf("%.20q reads as %s, error %v", typed, code, err)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"ABCD-EFGH-JKMN", "o0o0 i1l1 oil0", "ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := casework.ParseCode(typed)
		if err != nil {
			if code != "" {
				t.Errorf("a refused code came back as %q", code)
			}
			return
		}
		if len(code) != casework.CodeLength || strings.Trim(string(code), "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
			t.Errorf("%q was accepted", code)
		}
		if again, err := casework.ParseCode(code.String()); err != nil || again != code {
			t.Errorf("%q reads as %q the second time, error %v", code, again, err)
		}
	})
}

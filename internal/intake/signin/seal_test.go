package signin

import (
	"strings"
	"testing"
	"time"
)

func TestWhatIsSealedOpensForItsPurposeUnchangedAndInTime(t *testing.T) {
	noon := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	ours, err := newSealer([]byte("a secret of 32 characters, or so"))
	if err != nil {
		t.Fatal(err)
	}
	another, err := newSealer([]byte("some other one of 32 characters."))
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(ours, "purpose", mark{"wang", "browser"}, noon)
	if strings.Contains(sealed, "wang") || sealed == seal(ours, "purpose", mark{"wang", "browser"}, noon) {
		t.Error("what is sealed can be read or recognised")
	}
	for name, c := range map[string]struct {
		sealer          sealer
		purpose, sealed string
		now             time.Time
		opens           bool
	}{
		"as it was":       {ours, "purpose", sealed, noon.Add(-time.Second), true},
		"too late":        {ours, "purpose", sealed, noon, false},
		"another purpose": {ours, "another", sealed, noon.Add(-time.Second), false},
		"another key":     {another, "purpose", sealed, noon.Add(-time.Second), false},
		"cut off":         {ours, "purpose", sealed[:len(sealed)-4], noon.Add(-time.Second), false},
		"nothing":         {ours, "purpose", "", noon.Add(-time.Second), false},
		"no base 64":      {ours, "purpose", "%", noon.Add(-time.Second), false},
	} {
		if m, ok := unseal[mark](c.sealer, c.purpose, c.sealed, c.now); ok != c.opens || ok && m != (mark{"wang", "browser"}) {
			t.Errorf("%s: %v %t", name, m, ok)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	noon := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	s, err := newSealer([]byte("a secret of 32 characters, or so"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seal(s, "another", mark{"wang", "browser"}, noon.Add(time.Hour)))
	f.Add(seal(s, "purpose", mark{"wang", "browser"}, noon))
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		if m, ok := unseal[mark](s, "purpose", sealed, noon); ok || m != (mark{}) {
			t.Errorf("%q opens as %v", sealed, m)
		}
	})
}

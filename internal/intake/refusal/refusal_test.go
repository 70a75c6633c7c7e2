package refusal_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// Every code that the rules can give has words in both languages.
func TestEveryFieldErrorHasWords(t *testing.T) {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../casework/fields.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code\w+\s+= "([a-z_]+)"`).FindAllSubmatch(source, -1)
	if len(codes) < 10 {
		t.Fatalf("found %d codes; has the file moved?", len(codes))
	}
	for _, c := range codes {
		code := string(c[1])
		for language, words := range catalogues {
			if !words.Has("problem."+code) || !words.Has("remedy."+code) {
				t.Errorf("%s has no words for %s", language, code)
			}
		}
	}
}

func TestEveryReasonOfACaseHasWords(t *testing.T) {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../casework/offers.go")
	if err != nil {
		t.Fatal(err)
	}
	reasons := regexp.MustCompile(`Why\w+\s+Why = "([a-z_]+)"`).FindAllSubmatch(source, -1)
	if len(reasons) < 10 {
		t.Fatalf("found %d reasons; has the file moved?", len(reasons))
	}
	for _, r := range reasons {
		p, known := refusal.Of(&casework.NotAllowedError{Why: casework.Why(r[1])})
		for language, words := range catalogues {
			if !known || !words.Has("problem."+p.Code) || !words.Has("remedy."+p.Code) {
				t.Errorf("%s has no words for %s", language, r[1])
			}
		}
	}
}

func TestWhatErrorsMeanOverHTTP(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{casework.ErrNoCase, 404, "unknown_code"},
		{&casework.NotAllowedError{State: casework.Closed, Action: casework.ActionAnswer}, 409, "move_not_allowed"},
		{casework.ErrIdempotencyConflict, 409, "key_reused"},
		{casework.ErrDiskFull, 503, "unavailable"},
		{casework.ErrReadOnly, 503, "unavailable"},
		{casework.ErrClosing, 503, "unavailable"},
		{casework.FieldErrors{{Field: "text", Code: casework.CodeTooLong, Most: 2000}}, 422, "too_long"},
	} {
		p, known := refusal.Of(fmt.Errorf("storing: %w", c.err))
		if !known || p.Status != c.status || p.Code != c.code {
			t.Errorf("%v becomes %d %s", c.err, p.Status, p.Code)
		}
	}
	if p, known := refusal.Of(errors.New("a fault")); known {
		t.Errorf("a fault of ours becomes %v, which blames the resident", p)
	}
}

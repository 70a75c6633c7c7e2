package web_test

import (
	"net/http/httptest"
	"testing"

	"township.dev/liaison/internal/intake/web"
)

// Whatever host a sender names, nothing comes out but a plain address or nothing.
func TestOnlyAPlainHostMakesAnAddress(t *testing.T) {
	for host, want := range map[string]string{
		"zhongduo.example.org":        "http://zhongduo.example.org",
		"zhongduo.example.org:8080":   "http://zhongduo.example.org:8080",
		"10.0.0.7:8080":               "http://10.0.0.7:8080",
		"[fd00::7]:8080":              "http://[fd00::7]:8080",
		"":                            "",
		"a.example/path":              "",
		"a.example?q":                 "",
		"a.example#f":                 "",
		"me@a.example":                "",
		"a.example:port":              "",
		"a.example:123456":            "",
		"a b.example":                 "",
		`"><script>alert(1)</script>`: "",
		"a.example\r\nX-Evil: 1":      "",
		"fd00::7":                     "",
		"[a.example]":                 "",
		"站.example":                   "",
		".example.org":                "",
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Host = host
		if got := web.Origin(r); got != want {
			t.Errorf("host %q: %q, want %q", host, got, want)
		}
	}
}

func TestTheSchemeIsThatOfTheBrowser(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.Host = "zhongduo.example.org"
	r.Header.Set("X-Forwarded-Proto", "https")
	if got := web.Origin(r); got != "https://zhongduo.example.org" {
		t.Errorf("behind a proxy that ends TLS: %q", got)
	}
}

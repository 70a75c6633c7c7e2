package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheTokenInTheFileLetsInAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		file, header string
		want         int
	}{
		"the token":                       {"s3cret\n", "Bearer s3cret", http.StatusOK},
		"the scheme in small letters":     {"s3cret", "bearer s3cret", http.StatusOK},
		"another token":                   {"s3cret", "Bearer s3cret2", http.StatusUnauthorized},
		"a beginning of the token":        {"s3cret", "Bearer s3c", http.StatusUnauthorized},
		"no token":                        {"s3cret", "", http.StatusUnauthorized},
		"a bearer of nothing":             {"s3cret", "Bearer ", http.StatusUnauthorized},
		"the token by another scheme":     {"s3cret", "Basic s3cret", http.StatusUnauthorized},
		"an empty file":                   {"\n", "Bearer ", http.StatusInternalServerError},
		"an empty file and no header":     {"", "", http.StatusInternalServerError},
		"an empty file and some token":    {" ", "Bearer s3cret", http.StatusInternalServerError},
		"no file, whatever token is sent": {"absent", "Bearer s3cret", http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "token")
			if c.file != "absent" {
				write(t, file, c.file)
			}
			var log bytes.Buffer
			if got := answer(t, filtered(t, file, &log), c.header); got != c.want {
				t.Errorf("the answer is %d, want %d", got, c.want)
			}
			if broken := c.want == http.StatusInternalServerError; broken != strings.Contains(log.String(), "--metrics-token-file") {
				t.Errorf("the log says %q", log.String())
			}
			if strings.Contains(log.String(), "s3cret") {
				t.Error("the log has a token in it")
			}
		})
	}
}

func TestANewTokenHoldsFromTheNextScrapeOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, "old")
	handler := filtered(t, file, &bytes.Buffer{})
	if got := answer(t, handler, "Bearer old"); got != http.StatusOK {
		t.Fatalf("the answer is %d", got)
	}
	write(t, file, "new")
	for token, want := range map[string]int{"old": http.StatusUnauthorized, "new": http.StatusOK} {
		if got := answer(t, handler, "Bearer "+token); got != want {
			t.Errorf("the %s token is answered %d, want %d", token, got, want)
		}
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// filtered is a handler behind the filter.
func filtered(t *testing.T, file string, log io.Writer) http.Handler {
	t.Helper()
	logger, err := newLogger(options{logLevel: "info", logFormat: "json"}, log)
	if err != nil {
		t.Fatal(err)
	}
	filter, err := bearersOf(file)(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := filter(logger, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func answer(t *testing.T, handler http.Handler, authorization string) int {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code
}

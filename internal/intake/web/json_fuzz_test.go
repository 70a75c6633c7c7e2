package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"township.dev/liaison/internal/intake/web"
)

// Whatever comes is read as encoding/json reads it into strings, or answered with a Problem.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		`{"topic":"道路交通","text":"路坏了"}`, `{"topic":null}`, `{"topic":1}`, `{"topic":"a","topic":"b"}`, `{"other":""}`, `{} {}`, `[`, ``, "\xff", `{"text":"\ud800"}`, `{"text":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		var topic, text string
		err := web.ReadJSON(r, map[string]*string{"topic": &topic, "text": &text})
		if err != nil {
			var problem web.Problem
			if !errors.As(err, &problem) || problem.Status < 400 || problem.Status > 499 {
				t.Fatalf("%v is no problem of the sender", err)
			}
			return
		}
		var want struct{ Topic, Text string }
		if err := json.Unmarshal(body, &want); err != nil || want.Topic != topic || want.Text != text {
			t.Errorf("%q and %q, want %+v, error %v", topic, text, want, err)
		}
	})
}

// Package visitor uses a station's intake service from outside, as people do: residents by its JSON interface, staff by the forms
// of the desk. The demo and the end-to-end test share it.
package visitor

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"
)

// Visitor is one person's browser at one station: it keeps the station's cookies.
type Visitor struct {
	base string
	http *http.Client
	// from is the address of another visitor for whom a proxy speaks; empty without one.
	from string
}

// New returns a visitor of the service at base, for example http://127.8.0.3:8080.
func New(base string) (*Visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("making a cookie jar: %w", err)
	}
	return &Visitor{base: base, http: &http.Client{
		Jar:     jar,
		Timeout: 30 * time.Second,
		// A redirect is how the desk says that it took a form, so it is looked at and not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// From returns a visitor with another address behind the same proxy, which the station must trust, and with the same cookies.
func (v *Visitor) From(address string) *Visitor {
	return &Visitor{base: v.base, http: v.http, from: address}
}

// exchange sends a request and decodes the JSON of a good answer.
func (v *Visitor) exchange(request *http.Request, into any) (status int, err error) {
	answer, err := v.send(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return answer.StatusCode, refusal(answer)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return answer.StatusCode, fmt.Errorf("reading the answer: %w", err)
	}
	return answer.StatusCode, nil
}

// send repeats a request for a minute while the service answers that there are too many.
func (v *Visitor) send(request *http.Request) (*http.Response, error) {
	const tries = 60
	if v.from != "" {
		request.Header.Set("X-Forwarded-For", v.from)
	}
	for try := 1; ; try++ {
		answer, err := v.http.Do(request)
		if err != nil {
			return nil, fmt.Errorf("asking the station: %w", err)
		}
		if answer.StatusCode != http.StatusTooManyRequests || try == tries {
			return answer, nil
		}
		if err := answer.Body.Close(); err != nil {
			return nil, fmt.Errorf("closing an answer: %w", err)
		}
		if request.GetBody != nil {
			if request.Body, err = request.GetBody(); err != nil {
				return nil, fmt.Errorf("repeating the request: %w", err)
			}
		}
		select {
		case <-request.Context().Done():
			return nil, request.Context().Err()
		case <-time.After(time.Second):
		}
	}
}

// refusal turns an unexpected answer into an error that shows what the service said.
func refusal(answer *http.Response) error {
	const enough = 600
	said, err := io.ReadAll(io.LimitReader(answer.Body, enough))
	if err != nil {
		return fmt.Errorf("the station answered %s, and reading why failed: %w", answer.Status, err)
	}
	return fmt.Errorf("the station answered %s to %s %s: %s", answer.Status, answer.Request.Method, answer.Request.URL.Path, said)
}

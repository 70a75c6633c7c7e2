package bench

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
)

// wire listens to what a client says to the API server.
type wire struct {
	mu    sync.Mutex
	said  []message
	heard chan struct{}
}

// message is one request that is no watch.
type message struct {
	method, path, query, contentType string
	body                             []byte
}

func newWire() *wire { return &wire{heard: make(chan struct{}, 1)} }

func (w *wire) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("watch") == "true" || r.URL.Query().Get("watch") == "1" {
			return next.RoundTrip(r)
		}
		m := message{method: r.Method, path: r.URL.Path, query: r.URL.RawQuery, contentType: r.Header.Get("Content-Type")}
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			m.body = body
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		response, err := next.RoundTrip(r)
		if err == nil && response.StatusCode < 300 {
			w.add(m)
		}
		return response, err
	})
}

func (w *wire) add(m message) {
	w.mu.Lock()
	w.said = append(w.said, m)
	w.mu.Unlock()
	select {
	case w.heard <- struct{}{}:
	default:
	}
}

// messages returns what was said and accepted so far.
func (w *wire) messages() []message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]message(nil), w.said...)
}

// childWrites are the writes to the objects a station is made of: no status, no event.
func (w *wire) childWrites() []message {
	var writes []message
	for _, m := range w.messages() {
		isChild := !strings.Contains(m.path, "/apis/liaison.township.dev/") && !strings.Contains(m.path, "/events")
		if m.method != http.MethodGet && isChild {
			writes = append(writes, m)
		}
	}
	return writes
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

package web

import (
	"context"
	"crypto/rand"
	"net/http"
)

// exchange is what the service remembers of one request while it answers; one is made per request, and only its own goroutine uses it.
type exchange struct {
	http.ResponseWriter
	// reference is what a person reads to us when something went wrong; it stands in the log.
	reference string
	// route is the pattern that matched, never the path: a path can hold a receipt code.
	route   *route
	status  int
	bytes   int64
	problem string
	fault   error
	// kept is what a handler found out about the request and the pages of its problems need too.
	kept map[any]any
}

// Keep lets everything that answers the request see the value under the key, the page of a problem included.
func Keep(r *http.Request, key, value any) {
	x := exchangeOf(r)
	if x.kept == nil {
		x.kept = map[any]any{}
	}
	x.kept[key] = value
}

// Kept is the value kept under the key, nil when there is none.
func Kept(r *http.Request, key any) any {
	if x := exchangeOf(r); x != nil {
		return x.kept[key]
	}
	return nil
}

type exchangeKey struct{}

func exchangeOf(r *http.Request) *exchange {
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	return x
}

func begin(w http.ResponseWriter, r *http.Request) (*exchange, *http.Request) {
	x := &exchange{ResponseWriter: w, reference: newReference()}
	return x, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
}

// newReference is eight letters and digits, enough to find a line in a log and short enough to read aloud.
func newReference() string { return rand.Text()[:8] }

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Note tells the metrics which problem a page shows that was rendered by its own handler, such as a form with its errors.
func Note(r *http.Request, p Problem) {
	if x := exchangeOf(r); x != nil && x.problem == "" {
		x.problem = p.Code
	}
}

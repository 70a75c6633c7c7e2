// Package web is what all pages and interfaces of the intake service share: routing with one place for errors, rendering,
// the two languages, reading of forms and JSON, and the headers that keep a browser safe. It knows nothing of cases.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// MaxBody is the size of a request's body that is still read, in bytes: a suggestion of 2,000 characters fits many times.
// A route that takes files says how much it takes beyond that; see Accepting.
const MaxBody = 64 << 10

// statusGone stands in log and metrics for a request whose sender did not wait; nothing is sent.
const statusGone = 499

// Outcome of one request, for the metrics.
type Outcome struct {
	Status int
	// Problem is the code of the problem the answer told, empty when it told none.
	Problem string
	Took    time.Duration
}

// Handler answers a request or says why it cannot.
type Handler func(w http.ResponseWriter, r *http.Request) error

// RouterOptions of NewRouter.
type RouterOptions struct {
	Log *slog.Logger
	// Observe is asked once per route, and the function it returns is called after every request of the route.
	Observe func(pattern string) func(Outcome)
	// Open reports whether the service can answer at all; while it cannot, everything is answered with Unavailable.
	Open func() bool
	// Now measures how long an answer took.
	Now func() time.Time
}

// Router sends requests to their handlers and holds to the same rules for all: a size limit, no posts from other sites,
// security headers, one log line, and an answer in words whatever happens.
type Router struct {
	log       *slog.Logger
	observe   func(pattern string) func(Outcome)
	open      func() bool
	now       func() time.Time
	mux       *http.ServeMux
	crossSite *http.CrossOriginProtection
	unmatched *route
}

type route struct {
	pattern string
	observe func(Outcome)
	// limit of a request's body in bytes.
	limit int64
}

// Routing is what holds for one route alone.
type Routing func(*route)

// Accepting lets the bodies of a route's requests have up to limit bytes. Its handler must not keep them whole in memory: see ReadUpload.
func Accepting(limit int64) Routing { return func(r *route) { r.limit = limit } }

// failer writes a problem in the form its readers understand.
type failer func(w http.ResponseWriter, r *http.Request, p Problem)

// NewRouter returns a router without routes.
func NewRouter(options RouterOptions) *Router {
	rt := &Router{
		log: options.Log, observe: options.Observe, open: options.Open, now: options.Now,
		mux: http.NewServeMux(), crossSite: http.NewCrossOriginProtection(),
	}
	rt.unmatched = rt.newRoute("unmatched")
	return rt
}

func (rt *Router) newRoute(pattern string) *route {
	return &route{pattern: pattern, observe: rt.observe(pattern), limit: MaxBody}
}

// handle registers the handler; fail writes the problems it returns, and translate knows the errors of its package.
func (rt *Router) handle(pattern string, h Handler, translate func(error) (Problem, bool), fail failer, special ...Routing) {
	matched := rt.newRoute(pattern)
	for _, apply := range special {
		apply(matched)
	}
	rt.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		exchangeOf(r).route = matched
		if err := rt.admit(w, r, h); err != nil {
			rt.refuse(w, r, err, translate, fail)
		}
	})
}

// admit checks what holds for every route and then runs the handler.
func (rt *Router) admit(w http.ResponseWriter, r *http.Request, h Handler) error {
	if !rt.open() {
		return Unavailable
	}
	if rt.crossSite.Check(r) != nil {
		return CrossSite
	}
	if err := limitBody(w, r, exchangeOf(r).route.limit); err != nil {
		return err
	}
	return h(w, r)
}

// limitBody refuses a body that says it is larger, and breaks off one that turns out to be.
func limitBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return tooLarge(limit)
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	return nil
}

func (rt *Router) refuse(w http.ResponseWriter, r *http.Request, err error, translate func(error) (Problem, bool), fail failer) {
	x := exchangeOf(r)
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		x.status, x.problem = statusGone, "client_gone"
		return
	}
	p, known := problemIn(err)
	if !known && translate != nil {
		p, known = translate(err)
	}
	if !known {
		x.fault = err
		p = internalProblem.With("reference", x.reference)
	}
	if p.cause != nil {
		x.fault = p.cause
	}
	if x.status != 0 {
		return // the answer is already on its way
	}
	x.problem = p.Code
	fail(w, r, p)
}

// ServeHTTP implements http.Handler.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := rt.now()
	x, r := begin(w, r)
	x.route = rt.unmatched
	secure(x.Header(), x.reference)
	rememberWishes(x, r)
	defer func() {
		recovered := recover()
		aborted := recovered == http.ErrAbortHandler //nolint:errorlint // a panic's value is compared, as net/http does
		if recovered != nil && !aborted {
			rt.survive(x, r, recovered)
		}
		rt.finish(x, r, rt.now().Sub(start))
		if aborted {
			panic(recovered) // net/http cuts the connection, so that half an answer does not look whole
		}
	}()
	rt.mux.ServeHTTP(x, r)
}

// survive answers a request whose handler panicked.
func (rt *Router) survive(x *exchange, r *http.Request, recovered any) {
	x.fault = fmt.Errorf("panic: %v\n%s", recovered, debug.Stack())
	if x.status == 0 {
		x.problem = internalProblem.Code
		failPlainly(x, r, internalProblem.With("reference", x.reference))
	}
}

// finish writes the one log line of the request. It holds no path, no query, no address: those can name a person or a case.
func (rt *Router) finish(x *exchange, r *http.Request, took time.Duration) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	x.route.observe(Outcome{Status: x.status, Problem: x.problem, Took: took})
	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("method", r.Method), slog.String("route", x.route.pattern), slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes), slog.Float64("milliseconds", float64(took.Microseconds())/1000), slog.String("reference", x.reference),
	}
	if x.problem != "" {
		attrs = append(attrs, slog.String("problem", x.problem))
	}
	if x.fault != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", x.fault.Error()))
	}
	rt.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// Fallback answers what no route matches: pages in the area's look, everything under apiPrefix as JSON.
func (rt *Router) Fallback(a *Area, apiPrefix string) {
	rt.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail := a.failPage
		if strings.HasPrefix(r.URL.Path, apiPrefix) {
			fail = a.failJSON
		}
		p := NotFound
		if allowed := rt.allowed(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			p = MethodNotAllowed
		}
		exchangeOf(r).problem = p.Code
		fail(w, r, p)
	})
}

// allowed lists the methods under which the path does exist. The catch-all route hides the answer net/http would give.
func (rt *Router) allowed(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if rt.exists(r, method) {
			methods = append(methods, method)
		}
	}
	return methods
}

// hasPage reports whether a link can lead to the request's address.
func (rt *Router) hasPage(r *http.Request) bool {
	return r.Method == http.MethodGet || rt.exists(r, http.MethodGet)
}

func (rt *Router) exists(r *http.Request, method string) bool {
	probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
	_, pattern := rt.mux.Handler(probe)
	return pattern != "/" && pattern != ""
}

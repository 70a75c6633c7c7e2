package internalapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"township.dev/liaison/internal/stationconf"
)

// Options of NewHandler; all are needed.
type Options struct {
	Log     *slog.Logger
	Metrics *Metrics
	// Live says why the process should be restarted, nil while its loops move.
	Live func() error
	// Ready says why no request should be sent here, nil when all is well.
	Ready func(ctx context.Context) error
	// Authorized compares a bearer token in constant time.
	Authorized func(token string) bool
	// Backlog counts what waits, and tells what the audit log was at the length asked, 0 for none.
	Backlog func(ctx context.Context, asked int64) (stationconf.BacklogReport, error)
}

// NewHandler returns the handler of the internal port.
func NewHandler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { probe(w, o.Live()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { probe(w, o.Ready(r.Context())) })
	mux.Handle("GET /metrics", o.Metrics.handler())
	mux.Handle("GET /internal/backlog", authorized(o.Authorized, backlog(o)))
	return mux
}

// probe answers ok or the reason. The internal port is not for residents, so the reason may name files and folders.
func probe(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func authorized(matches func(string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || !matches(token) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="liaison-intake"`)
			http.Error(w, "the bearer token of this station's Secret is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func backlog(o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := askedLength(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		report, err := o.Backlog(r.Context(), asked)
		if err != nil {
			o.Log.Error("counting the backlog", "error", err.Error())
			http.Error(w, "the backlog could not be counted; the intake's log says why", http.StatusInternalServerError)
			return
		}
		data, err := stationconf.EncodeBacklogReport(report)
		if err != nil {
			o.Log.Error("encoding the backlog", "error", err.Error())
			http.Error(w, "the backlog could not be encoded; the intake's log says why", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(data)
	})
}

// askedLength of the audit log; 0 when the operator has seen none yet.
func askedLength(r *http.Request) (int64, error) {
	given := r.URL.Query().Get(stationconf.AuditQuery)
	if given == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(given, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New(stationconf.AuditQuery + " must be the length of the audit log as a number")
	}
	return n, nil
}

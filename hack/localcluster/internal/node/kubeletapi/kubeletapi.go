// Package kubeletapi is the node's server for the API server, as far as `kubectl logs`, `exec`, `attach` and `port-forward` need it.
package kubeletapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"township.dev/liaison/hack/localcluster/internal/node/podlog"
)

// TLS is who the server is and whom it admits.
type TLS struct {
	CertFile, KeyFile string
	// ClientCAFile is who must have signed the client's certificate.
	ClientCAFile string
	// ClientName is the common name the certificate must have; empty admits any that is signed.
	ClientName string
}

// Log is one run of a container.
type Log struct {
	Path string
	// Running tells whether that run still goes on.
	Running func() bool
}

// Logs finds logs. Its errors are made by [NotFound] and [BadRequest].
type Logs interface {
	FindLog(namespace, pod, container string, previous bool) (Log, error)
}

type statusError struct {
	status  int
	message string
}

func (e statusError) Error() string { return e.message }

// NotFound says that there is no such log.
func NotFound(message string) error { return statusError{http.StatusNotFound, message} }

// BadRequest says that there is no such log yet.
func BadRequest(message string) error { return statusError{http.StatusBadRequest, message} }

// Serve answers until ctx ends.
func Serve(ctx context.Context, listener net.Listener, identity TLS, pods Pods) error {
	config, err := identity.config()
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: handler(pods), TLSConfig: config, ReadHeaderTimeout: 10 * time.Second,
		// Those who follow a log stop when the node does.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		_ = server.Close()
	}()
	err = server.ServeTLS(listener, "", "")
	if ctx.Err() != nil && errors.Is(err, http.ErrServerClosed) {
		<-stopped
		return nil
	}
	return fmt.Errorf("serving pods: %w", err)
}

func (t TLS) config() (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("reading the node's certificate: %w", err)
	}
	authority, err := os.ReadFile(t.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("reading whom to admit: %w", err)
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("reading whom to admit: %s holds no certificate", t.ClientCAFile)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, VerifyConnection: t.verifyName,
	}, nil
}

func (t TLS) verifyName(state tls.ConnectionState) error {
	if t.ClientName == "" || state.PeerCertificates[0].Subject.CommonName == t.ClientName {
		return nil
	}
	return fmt.Errorf("the client is %q, only %q is admitted", state.PeerCertificates[0].Subject.CommonName, t.ClientName)
}

func handler(pods Pods) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		if err := writeLog(w, r, pods); err != nil {
			refuse(w, err)
		}
	})
	addStreams(mux, pods)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, fmt.Sprintf("the development node has no %s: it serves logs, exec, attach and port-forward only", r.URL.Path), http.StatusNotImplemented)
	})
	return mux
}

// writeLog returns an error only while nothing has been sent.
func writeLog(w http.ResponseWriter, r *http.Request, logs Logs) error {
	options, err := parseOptions(r.URL.Query())
	if err != nil {
		return BadRequest(err.Error())
	}
	log, err := logs.FindLog(r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container"), options.Previous)
	if err != nil {
		return err
	}
	out := &flushing{ResponseWriter: w, controller: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := out.controller.Flush(); err != nil { // who follows a silent log sees that it is there
		return nil
	}
	// What fails from here on can only end the stream.
	_ = podlog.Read(r.Context(), log.Path, options, log.Running, out)
	return nil
}

// flushing sends each line as it comes.
type flushing struct {
	http.ResponseWriter
	controller *http.ResponseController
}

func (f *flushing) Write(content []byte) (int, error) {
	n, err := f.ResponseWriter.Write(content)
	if err != nil {
		return n, err
	}
	return n, f.controller.Flush()
}

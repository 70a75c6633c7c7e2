package kubeletapi

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
	"township.dev/liaison/hack/localcluster/internal/node/podlog"
)

func TestLogsOverTLS(t *testing.T) {
	s := newServer(t, "")
	tests := []struct {
		path   string
		status int
		want   string
	}{
		{"/containerLogs/jixian/intake-0/intake", 200, "one\ntwo\n"},
		{"/containerLogs/jixian/intake-0/intake?tailLines=1", 200, "two\n"},
		{"/containerLogs/jixian/intake-0/intake?previous=true", 200, "before\n"},
		{"/containerLogs/jixian/intake-0/intake?limitBytes=2", 200, "on"},
		{"/containerLogs/jixian/intake-0/intake?sinceTime=2099-01-01T00:00:00Z", 200, ""},
		{"/containerLogs/jixian/intake-0/intake?tailLines=x", 400, "tailLines: "},
		{"/containerLogs/jixian/intake-0/waiting", 400, "is waiting to start"},
		{"/containerLogs/jixian/nobody/intake", 404, "not on this node"},
		{"/checkpoint/jixian/intake-0/intake", 501, "logs, exec, attach and port-forward only"},
		{"/portForward/jixian/nobody", 404, "not on this node"},
		{"/exec/jixian/intake-0/intake?output=1&tty=1&command=x", 400, "no terminals"},
	}
	for _, test := range tests {
		status, body := s.get(test.path)
		if status != test.status || (status == 200 && body != test.want) || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %q, want %d %q", test.path, status, body, test.status, test.want)
		}
	}
}

func TestFollowingEndsWithTheContainer(t *testing.T) {
	s := newServer(t, "")
	s.running.Store(true)
	response, err := s.client.Get(s.url + "/containerLogs/jixian/intake-0/intake?follow=true&tailLines=1")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	expectLine(t, lines, "two\n")
	s.print("three\n")
	expectLine(t, lines, "three\n")
	s.running.Store(false)
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("after the end: %q, %v", rest, err)
	}
}

func TestOnlyTheAPIServerIsAdmitted(t *testing.T) {
	authority, other := nodetest.NewAuthority(t), nodetest.NewAuthority(t)
	tests := []struct {
		name     string
		client   *tls.Certificate
		admitted bool
	}{
		{"the API server", ptrTo(authority.Issue(t, "kube-apiserver")), true},
		{"somebody else of the cluster", ptrTo(authority.Issue(t, "kube-scheduler")), false},
		{"a stranger who says he is", ptrTo(other.Issue(t, "kube-apiserver")), false},
		{"nobody", nil, false},
	}
	s := newServerWith(t, authority, "kube-apiserver")
	for _, test := range tests {
		_, err := clientOf(authority, test.client).Get(s.url + "/containerLogs/jixian/intake-0/intake")
		if (err == nil) != test.admitted {
			t.Errorf("%s: %v, want admitted %t", test.name, err, test.admitted)
		}
	}
}

func expectLine(t *testing.T, lines *bufio.Reader, want string) {
	t.Helper()
	if line, err := lines.ReadString('\n'); err != nil || line != want {
		t.Fatalf("followed %q (%v), want %q", line, err, want)
	}
}

type server struct {
	t       *testing.T
	url     string
	client  *http.Client
	running atomic.Bool
	dir     string
	print   func(string)
}

func newServer(t *testing.T, clientName string) *server {
	return newServerWith(t, nodetest.NewAuthority(t), clientName)
}

func newServerWith(t *testing.T, authority *nodetest.Authority, clientName string) *server {
	t.Helper()
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, url: "https://" + listener.Addr().String(), client: clientOf(authority, ptrTo(authority.Issue(t, "kube-apiserver"))), dir: dir}
	write := func(run int32, text string) {
		writer, err := podlog.NewWriter(podlog.Path(dir, "intake", run))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = writer.Close() })
		s.print = func(text string) {
			if err := writer.Copy("stdout", strings.NewReader(text)); err != nil {
				t.Error(err)
			}
		}
		s.print(text)
	}
	write(0, "before\n")
	write(1, "one\ntwo\n")

	certFile, keyFile := authority.WriteServing(t, dir)
	caFile := authority.WriteCA(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Serve(ctx, listener, TLS{CertFile: certFile, KeyFile: keyFile, ClientCAFile: caFile, ClientName: clientName}, s)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s
}

func (s *server) FindLog(_, pod, container string, previous bool) (Log, error) {
	switch {
	case pod != "intake-0":
		return Log{}, NotFound("the pod is not on this node")
	case container != "intake":
		return Log{}, BadRequest("the container is waiting to start")
	case previous:
		return Log{Path: filepath.Join(s.dir, "logs", "intake", "0.log"), Running: func() bool { return false }}, nil
	}
	return Log{Path: filepath.Join(s.dir, "logs", "intake", "1.log"), Running: s.running.Load}, nil
}

func (s *server) get(path string) (int, string) {
	s.t.Helper()
	response, err := s.client.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func clientOf(authority *nodetest.Authority, certificate *tls.Certificate) *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(authority.Certificate)
	config := &tls.Config{RootCAs: roots}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}
}

func ptrTo[T any](value T) *T { return &value }

package authorities_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/stationconf"
)

// stand is a server under a county's own certificate, and a client that may believe it.
type stand struct {
	*testing.T
	folder string
	server *httptest.Server
	client *http.Client
	log    bytes.Buffer
	*authorities.Authorities
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{T: t, folder: filepath.Join(t.TempDir(), "ca"), server: httptest.NewTLSServer(http.NotFoundHandler())}
	t.Cleanup(s.server.Close)
	s.Authorities = authorities.New(s.folder, slog.New(slog.NewTextHandler(&s.log, nil)))
	s.client = &http.Client{Transport: s.Transport(&http.Transport{DisableKeepAlives: true})}
	return s
}

// mount replaces the file, as a kubelet does.
func (s *stand) mount(content string) {
	s.Helper()
	fresh := filepath.Join(s.folder, "fresh")
	for _, err := range []error{
		os.MkdirAll(s.folder, 0o755), os.WriteFile(fresh, []byte(content), 0o600), os.Rename(fresh, filepath.Join(s.folder, stationconf.AuthoritiesFile)),
	} {
		if err != nil {
			s.Fatal(err)
		}
	}
}

func (s *stand) certificate() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw}))
}

func (s *stand) believes(want bool) {
	s.Helper()
	response, err := s.client.Get(s.server.URL)
	if err == nil {
		_ = response.Body.Close()
	}
	if distrusted := errors.As(err, new(*tls.CertificateVerificationError)); (err == nil) != want || distrusted == want {
		s.Errorf("the call ended with %v; want it believed: %t", err, want)
	}
}

func (s *stand) tells(problem string) {
	s.Helper()
	if told := s.Report(); told == nil || told.Problem != problem {
		s.Errorf("the operator is told %+v, want %q", told, problem)
	}
}

func TestMountedAuthoritiesCountFromTheNextCallOn(t *testing.T) {
	s := newStand(t)
	s.believes(false)
	if told := s.Report(); told != nil {
		t.Errorf("without a mount the operator is told %+v", told)
	}
	if err := os.Mkdir(s.folder, 0o755); err != nil { // the ConfigMap is not there yet
		t.Fatal(err)
	}
	s.tells(stationconf.AuthoritiesMissing)
	s.mount("# the county's\n" + s.certificate())
	s.believes(true)
	s.tells("")
	other := newStand(t)
	s.mount(other.certificate() + s.certificate())
	s.believes(true)
	if err := os.Remove(filepath.Join(s.folder, stationconf.AuthoritiesFile)); err != nil {
		t.Fatal(err)
	}
	s.believes(false)
	s.tells(stationconf.AuthoritiesMissing)
}

func TestWhatHoldsNoCertificateAddsNothing(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "text": "county", "a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a broken certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			s.mount(s.certificate())
			s.believes(true)
			s.mount(content)
			s.believes(false)
			s.believes(false)
			s.tells(stationconf.AuthoritiesUnusable)
			if n := strings.Count(s.log.String(), s.folder); n != 1 {
				t.Errorf("the log tells of it %d times: %s", n, s.log.String())
			}
			s.mount(s.certificate() + content)
			s.believes(name != "a broken certificate")
		})
	}
}

func TestWithoutAuthoritiesThePublicOnesCount(t *testing.T) {
	s := newStand(t)
	var none *authorities.Authorities
	s.client.Transport = none.Transport(&http.Transport{})
	s.believes(false)
}

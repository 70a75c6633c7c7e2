package oidc_test

import (
	"encoding/json"
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
	"township.dev/liaison/internal/intake/oidc"
	"township.dev/liaison/internal/stationconf"
)

// A county signs its provider's certificate itself: nobody is sent there until its authority is mounted, and the log says why.
func TestTheCountysOwnAuthorityVouchesForTheProvider(t *testing.T) {
	s := newStation(t)
	provider := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		issuer := "https://" + r.Host
		_ = json.NewEncoder(w).Encode(map[string]string{ // whoever hangs up asks again
			"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys",
		})
	}))
	t.Cleanup(provider.Close)
	s.config.Issuer = provider.URL
	folder := t.TempDir()
	s.client = s.newClient(func(o *oidc.Options) { o.Authorities = authorities.New(folder, slog.New(slog.DiscardHandler)) })
	begin := func() (string, error) {
		address, _, err := s.tryBegin(httptest.NewRequest(http.MethodGet, site, nil))
		return address, err
	}
	if _, err := begin(); !errors.Is(err, oidc.ErrProvider) || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("without the authority: %v", err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: provider.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(folder, stationconf.AuthoritiesFile), certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	if address, err := begin(); err != nil || !strings.HasPrefix(address, provider.URL+"/authorize") {
		t.Errorf("with the authority: %s, error %v", address, err)
	}
}

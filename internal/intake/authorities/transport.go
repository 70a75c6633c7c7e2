package authorities

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
)

// Transport sends as base would, but believes these authorities. base must keep no connections alive, or one opened under certificates that were taken
// away would go on being used.
func (a *Authorities) Transport(base *http.Transport) http.RoundTripper {
	return &transport{authorities: a, base: base, current: base}
}

type transport struct {
	authorities *Authorities
	base        *http.Transport

	mu sync.Mutex
	// current is base under believed.
	current  *http.Transport
	believed *x509.CertPool
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.under(t.authorities.Believed()).RoundTrip(r)
}

func (t *transport) under(believed *x509.CertPool) *http.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.believed != believed {
		t.believed, t.current = believed, t.base.Clone()
		t.current.TLSClientConfig = &tls.Config{RootCAs: believed, MinVersion: tls.VersionTLS12}
	}
	return t.current
}

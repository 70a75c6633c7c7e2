package oidc

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"township.dev/liaison/internal/intake/authorities"
)

const (
	// patience is how long one question to the provider may take, until its answer is read.
	patience = 10 * time.Second
	// mostAnswer is how much of an answer is read, in bytes. A provider with many keys needs some 30 KB.
	mostAnswer = 1 << 20
	// mostHeader is how much of an answer's header is read, in bytes.
	mostHeader = 64 << 10
)

func newHTTPClient(limit time.Duration, believed *authorities.Authorities) *http.Client {
	return &http.Client{
		Timeout: cmp.Or(limit, patience),
		Transport: guarded{believed.Transport(&http.Transport{
			Proxy: http.ProxyFromEnvironment,
			// Sign-ins are rare: by the next one the provider has closed what would be kept.
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: mostHeader,
		})},
	}
}

// guarded lets through what the libraries can make sense of. They read an answer to its end, however long it is, follow a redirect
// with the client's secret in hand, and put the text of a failure into their errors, which end in a log.
type guarded struct{ http.RoundTripper }

// statusError stands for an answer that was not let through.
type statusError int

// Error names the status.
func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

// RoundTrip sends the request. An answer to a POST may be a failure: the token endpoint says there what is wrong.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := g.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	status := response.StatusCode
	if status >= 300 && status < 400 || r.Method == http.MethodGet && status != http.StatusOK {
		_ = response.Body.Close()
		return nil, statusError(status)
	}
	response.Body = http.MaxBytesReader(nil, response.Body, mostAnswer)
	return response, nil
}

// because adds the reason to one of this package's errors.
func because(kind error, reason string) error { return fmt.Errorf("%w: %s", kind, reason) }

// fault says what failed at the provider. Of the libraries' errors only those of the network are kept: the others can quote what the
// provider answered, with tokens and names in it.
func fault(kind error, doing string, err error) error {
	var network *url.Error
	if errors.As(err, &network) {
		return fmt.Errorf("%w: %s: %w", kind, doing, network.Err)
	}
	return because(kind, doing+": the answer cannot be read")
}

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"township.dev/liaison/test/controlplane"
)

// operator is a running operator and where it serves.
type operator struct {
	metrics, probes string
	stop            func()
}

func startOperator(t *testing.T, config *rest.Config, namespace string, args ...string) operator {
	t.Helper()
	o := operator{metrics: controlplane.FreeAddress(t), probes: controlplane.FreeAddress(t)}
	parsed, err := parseOptions(append([]string{
		"--metrics-bind-address=" + o.metrics, "--health-probe-bind-address=" + o.probes,
		"--leader-elect", "--backlog-interval=1s", "--intake-image=intake:test",
	}, args...), environment("POD_NAMESPACE", namespace), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	parsed.oneOfMany = true
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, config, parsed) }()
	stopped := false
	o.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the operator ended with %v", err)
		}
	}
	t.Cleanup(o.stop)
	return o
}

func (o operator) eventuallyReady(t *testing.T) {
	t.Helper()
	controlplane.Eventually(t, "the operator is ready", func(ctx context.Context) error { return getOK(ctx, "http://"+o.probes+"/readyz") })
}

// scrape asks for the metrics as the bearer of a token, or as nobody.
func (o operator) scrape(ctx context.Context, token string) (int, string, error) {
	// The operator made the certificate for itself; what is tested is who is let in.
	insecure := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+o.metrics+"/metrics", nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := (&http.Client{Transport: insecure}).Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func getOK(ctx context.Context, url string) error {
	_, err := getBody(ctx, url)
	return err
}

func getBody(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d", url, response.StatusCode)
	}
	return string(body), err
}

// wantRefused scrapes once the metrics are served, which may be after the probes.
func wantRefused(t *testing.T, running operator, token string, want int) {
	t.Helper()
	var code int
	var body string
	controlplane.Eventually(t, "a scrape is answered", func(ctx context.Context) (err error) {
		code, body, err = running.scrape(ctx, token)
		return err
	})
	if code != want {
		t.Errorf("a scrape without the right to it ended with %d, want %d", code, want)
	}
	if strings.Contains(body, "liaison_") {
		t.Error("it was shown metrics")
	}
}

func eventuallyScraped(t *testing.T, running operator, token, what string, holds func(string) error) string {
	t.Helper()
	var exposition string
	controlplane.Eventually(t, what, func(ctx context.Context) error {
		code, body, err := running.scrape(ctx, token)
		if err != nil || code != http.StatusOK {
			return fmt.Errorf("the scrape ended with %d, %w", code, err)
		}
		exposition = body
		return holds(body)
	})
	return exposition
}

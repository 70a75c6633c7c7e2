package main

import (
	"fmt"
	"net/http"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// later is a handler that is known when requests come: what the metrics show comes from the manager, which has to know beforehand where it shows them.
type later struct{ http.Handler }

// guard decides who sees the metrics.
type guard func(*rest.Config, *http.Client) (metricsserver.Filter, error)

func metricsOptions(o options, page http.Handler) metricsserver.Options {
	return metricsserver.Options{
		BindAddress: o.metricsAddress, SecureServing: o.metricsSecure, CertDir: o.metricsCertDir, FilterProvider: instead(guardOf(o), page),
	}
}

func guardOf(o options) guard {
	switch {
	case o.metricsToken != "":
		return bearersOf(o.metricsToken)
	case o.metricsSecure:
		return filters.WithAuthenticationAndAuthorization
	default:
		return nobody
	}
}

// nobody stands guard where the metrics are shown in the clear.
func nobody(*rest.Config, *http.Client) (metricsserver.Filter, error) {
	return func(_ logr.Logger, next http.Handler) (http.Handler, error) { return next, nil }, nil
}

// instead has the page shown in place of the manager's own, which gathers everything before it writes anything. The server has no other path.
func instead(stands guard, page http.Handler) guard {
	return func(config *rest.Config, client *http.Client) (metricsserver.Filter, error) {
		filter, err := stands(config, client)
		if err != nil {
			return nil, fmt.Errorf("guarding the metrics: %w", err)
		}
		return func(log logr.Logger, _ http.Handler) (http.Handler, error) { return filter(log, page) }, nil
	}
}

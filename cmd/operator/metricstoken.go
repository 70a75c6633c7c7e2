package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// bearersOf lets in who bears the token in the file. It asks the API server nothing, and so needs no right over the whole cluster.
func bearersOf(file string) func(*rest.Config, *http.Client) (metricsserver.Filter, error) {
	return func(*rest.Config, *http.Client) (metricsserver.Filter, error) {
		return func(log logr.Logger, next http.Handler) (http.Handler, error) {
			return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				// A Secret's volume follows the Secret, so the file is read each time: a new token needs no restart.
				token, err := readToken(file)
				switch {
				case err != nil:
					log.Error(err, "nobody is shown the metrics")
					http.Error(w, "The token to compare with cannot be read; the operator's log says why.", http.StatusInternalServerError)
				case !bears(request, token):
					w.Header().Set("WWW-Authenticate", "Bearer")
					http.Error(w, "Unauthorized", http.StatusUnauthorized)
				default:
					next.ServeHTTP(w, request)
				}
			}), nil
		}, nil
	}
}

// readToken fails rather than return an empty token, which would let in everybody.
func readToken(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--metrics-token-file: %w", err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return "", fmt.Errorf("--metrics-token-file: %s is empty: put a token into it", file)
	}
	return token, nil
}

// bears compares in a time that tells nothing about the token, its length included.
func bears(request *http.Request, token string) bool {
	scheme, shown, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	a, b := sha256.Sum256([]byte(strings.TrimSpace(shown))), sha256.Sum256([]byte(token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

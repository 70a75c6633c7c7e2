package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

func pushCommand(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ociimage push", flag.ContinueOnError)
	folder := flags.String("layout", "", "folder of the image layout")
	registry := flags.String("registry", "", "where the images go, for example registry.example:5000/liaison")
	insecure := flags.Bool("insecure", false, "speak plain HTTP with the registry")
	if err := parse(flags, args); err != nil {
		return err
	}
	images, err := readLayout(*folder)
	if err != nil {
		return err
	}
	for _, image := range images {
		repository, err := repositoryIn(*registry, image.name, *insecure)
		if err != nil {
			return err
		}
		if err := image.push(ctx, repository, *insecure); err != nil {
			return fmt.Errorf("pushing %s: %w%s", repository, err, remedy(err, repository))
		}
		fmt.Fprintf(out, "pushed %s:%s@%s\n", repository, image.version, image.digest)
	}
	return nil
}

// repositoryIn is the image's place below the registry, which may itself be a project of one.
func repositoryIn(registry, image string, insecure bool) (name.Repository, error) {
	host, _, _ := strings.Cut(registry, "/")
	if strings.Contains(registry, "://") {
		return name.Repository{}, fmt.Errorf("the registry %q must be written without a scheme: HOST:PORT/PROJECT", registry)
	}
	var options []name.Option
	if insecure {
		options = append(options, name.Insecure)
	}
	repository, err := name.NewRepository(strings.TrimSuffix(registry, "/")+"/"+image, options...)
	if err != nil {
		return name.Repository{}, fmt.Errorf("the registry %q cannot be used: %w", registry, err)
	}
	// A first part without dot or port is taken for a project of Docker Hub, where nobody means to publish a county's images.
	if repository.RegistryStr() != host {
		return name.Repository{}, fmt.Errorf("the registry %q must begin with a host that has a dot or a port: HOST:PORT/PROJECT", registry)
	}
	return repository, nil
}

// push writes the image for every architecture and what is attached, which the registry then lists as its referrers.
func (s stored) push(ctx context.Context, repository name.Repository, insecure bool) error {
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	if !insecure {
		options = append(options, remote.WithTransport(encryptedOnly{remote.DefaultTransport}))
	}
	if err := remote.WriteIndex(repository.Tag(s.version), s.index, options...); err != nil {
		return err
	}
	// One after the other: registries that do not list referrers themselves keep the list under a tag.
	for _, document := range s.attached {
		digest, err := document.Digest()
		if err != nil {
			return err
		}
		if err := remote.Write(repository.Digest(digest.String()), document, options...); err != nil {
			return fmt.Errorf("what is attached: %w", err)
		}
	}
	return nil
}

var errPlainHTTP = errors.New("refusing to send anything without encryption")

// encryptedOnly refuses plain HTTP, which the library tries by itself with registries on private networks.
type encryptedOnly struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t encryptedOnly) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" {
		return nil, errPlainHTTP
	}
	return t.RoundTripper.RoundTrip(request)
}

// remedy says what helps against the usual mistakes.
func remedy(err error, repository name.Repository) string {
	var refused *transport.Error
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "\nSSL_CERT_FILE may name a file with the certificate of the registry's authority"
	case errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, errPlainHTTP):
		return "\na registry without TLS needs --insecure"
	case errors.As(err, &refused) && (refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden):
		return fmt.Sprintf("\ncredentials for %s are read from ~/.docker/config.json, or from the folder DOCKER_CONFIG; its account must be allowed to push", repository.RegistryStr())
	}
	return ""
}

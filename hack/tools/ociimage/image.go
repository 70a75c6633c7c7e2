package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user is the unprivileged user and group that the pods run as; the number, not a name, lets runAsNonRoot be checked.
const user = "65532:65532"

// release is what is said of a program, the same for every architecture.
type release struct {
	name     string
	version  string
	source   string
	revision string
	licences string
	created  time.Time
	roots    bool // the image also holds the certificates of the authorities that browsers trust
}

// labels are those of an image's configuration, and the annotations of its index.
func (r release) labels() map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":    r.name,
		"org.opencontainers.image.version":  r.version,
		"org.opencontainers.image.source":   r.source,
		"org.opencontainers.image.revision": r.revision,
		"org.opencontainers.image.licenses": r.licences,
		"org.opencontainers.image.created":  r.created.Format(time.RFC3339),
	}
}

// image packs the binary at the root of an empty image and makes it the entrypoint.
func (r release) image(program binary) (v1.Image, error) {
	layers, err := r.layers(program)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, layers...)
	if err != nil {
		return nil, fmt.Errorf("adding the layers: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	config = config.DeepCopy()
	config.Created = v1.Time{Time: r.created}
	config.OS, config.Architecture, config.Variant = program.platform.OS, program.platform.Architecture, program.platform.Variant
	config.Config = v1.Config{Entrypoint: []string{"/" + r.name}, User: user, WorkingDir: "/", Labels: r.labels()}
	image, err = mutate.ConfigFile(image, config)
	if err != nil {
		return nil, fmt.Errorf("setting the image's configuration: %w", err)
	}
	return image, nil
}

// layers puts the certificates first: they change seldom and are the same for every architecture.
func (r release) layers(program binary) ([]mutate.Addendum, error) {
	entries := [][]entry{{{path: r.name, mode: 0o555, content: program.content}}}
	if r.roots {
		entries = append([][]entry{certificates()}, entries...)
	}
	var layers []mutate.Addendum
	for _, files := range entries {
		layer, err := layerOf(files)
		if err != nil {
			return nil, err
		}
		history := v1.History{Created: v1.Time{Time: r.created}, CreatedBy: "ociimage pack /" + files[len(files)-1].path}
		layers = append(layers, mutate.Addendum{Layer: layer, History: history})
	}
	return layers, nil
}

// certificates are Mozilla's, at the place where Go looks first. Those that hold under a condition which a PEM file cannot express are left out.
func certificates() []entry {
	var file bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a buffer takes everything
		}
	}
	return []entry{
		{path: "etc/", mode: 0o755},
		{path: "etc/ssl/", mode: 0o755},
		{path: "etc/ssl/certs/", mode: 0o755},
		{path: "etc/ssl/certs/ca-certificates.crt", mode: 0o444, content: file.Bytes()},
	}
}

// entry is a file of a layer; a folder's path ends in a slash.
type entry struct {
	path    string
	mode    int64
	content []byte
}

func (e entry) header() *tar.Header {
	kind := byte(tar.TypeReg)
	if e.path[len(e.path)-1] == '/' {
		kind = tar.TypeDir
	}
	return &tar.Header{Typeflag: kind, Name: e.path, Mode: e.mode, Size: int64(len(e.content)), Format: tar.FormatUSTAR}
}

// layerOf is a layer of these entries. Its times are zero, so equal content gives an equal digest.
func layerOf(entries []entry) (v1.Layer, error) {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	var errs []error
	for _, e := range entries {
		errs = append(errs, writer.WriteHeader(e.header()))
		_, err := writer.Write(e.content)
		errs = append(errs, err)
	}
	if err := errors.Join(append(errs, writer.Close())...); err != nil {
		return nil, fmt.Errorf("packing the layer: %w", err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("compressing the layer: %w", err)
	}
	return layer, nil
}

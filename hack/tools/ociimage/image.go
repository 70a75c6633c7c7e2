package main

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is the unprivileged user and group that the pods run as; the number, not a name, lets runAsNonRoot be checked.
const user = "65532:65532"

// recipe says what goes into an image.
type recipe struct {
	binary string
	arch   string
	labels labels
}

// build packs the binary at the root of an empty image and makes it the entrypoint.
func (r recipe) build() (v1.Image, error) {
	content, err := os.ReadFile(r.binary)
	if err != nil {
		return nil, fmt.Errorf("reading the binary: %w", err)
	}
	if err := requireStatic(content); err != nil {
		return nil, fmt.Errorf("%s: %w", r.binary, err)
	}
	path := "/" + filepath.Base(r.binary)
	layer, err := layerOf(path, content)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "ociimage " + path}})
	if err != nil {
		return nil, fmt.Errorf("adding the layer: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", r.arch
	config.Config = v1.Config{Entrypoint: []string{path}, User: user, WorkingDir: "/", Labels: r.labels}
	image, err = mutate.ConfigFile(image, config)
	if err != nil {
		return nil, fmt.Errorf("setting the image's configuration: %w", err)
	}
	return image, nil
}

// requireStatic refuses what an empty image could not run.
func requireStatic(content []byte) error {
	binary, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("not a Linux binary: %w", err)
	}
	for _, header := range binary.Progs {
		if header.Type == elf.PT_INTERP {
			return errors.New("needs a dynamic loader, which an empty image lacks; build it with CGO_ENABLED=0")
		}
	}
	return nil
}

// layerOf is a layer of one executable file. Its times are zero, so equal content gives an equal digest.
func layerOf(path string, content []byte) (v1.Layer, error) {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	header := &tar.Header{Typeflag: tar.TypeReg, Name: path[1:], Mode: 0o555, Size: int64(len(content)), Format: tar.FormatUSTAR}
	if err := writer.WriteHeader(header); err != nil {
		return nil, fmt.Errorf("packing the binary: %w", err)
	}
	if _, err := writer.Write(content); err != nil {
		return nil, fmt.Errorf("packing the binary: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("packing the binary: %w", err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, fmt.Errorf("compressing the layer: %w", err)
	}
	return layer, nil
}

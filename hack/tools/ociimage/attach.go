package main

import (
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// noConfig is the configuration of what is not run, as the image specification wants it.
var noConfig = static.NewLayer([]byte("{}"), "application/vnd.oci.empty.v1+json")

// attachment is a document attached to an image, stored as images are: a manifest that names its subject.
type attachment struct {
	manifest []byte
	document v1.Layer
}

// attach makes the manifest of a document about the subject.
func attach(document []byte, kind types.MediaType, subject v1.Descriptor, annotations map[string]string) (v1.Image, error) {
	layer := static.NewLayer(document, kind)
	config, err := partial.Descriptor(noConfig)
	if err != nil {
		return nil, fmt.Errorf("describing the empty configuration: %w", err)
	}
	content, err := partial.Descriptor(layer)
	if err != nil {
		return nil, fmt.Errorf("describing the document: %w", err)
	}
	// Of the subject only what identifies it: its place in an index is no business of the document's.
	manifest, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: string(kind), Annotations: annotations,
		Config: *config, Layers: []v1.Descriptor{*content},
		Subject: &v1.Descriptor{MediaType: subject.MediaType, Size: subject.Size, Digest: subject.Digest},
	})
	if err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	return partial.CompressedToImage(attachment{manifest: manifest, document: layer})
}

// MediaType implements partial.CompressedImageCore.
func (attachment) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

// RawConfigFile implements partial.CompressedImageCore.
func (attachment) RawConfigFile() ([]byte, error) { return []byte("{}"), nil }

// RawManifest implements partial.CompressedImageCore.
func (a attachment) RawManifest() ([]byte, error) { return a.manifest, nil }

// LayerByDigest implements partial.CompressedImageCore. There is one layer.
func (a attachment) LayerByDigest(v1.Hash) (partial.CompressedLayer, error) { return a.document, nil }

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// refName is the annotation by which an image in a layout is found: NAME:VERSION.
const refName = "org.opencontainers.image.ref.name"

// stored is an image in a layout with what is attached to it.
type stored struct {
	name     string
	version  string
	digest   v1.Hash
	index    v1.ImageIndex
	attached []v1.Image
}

func listCommand(_ context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ociimage list", flag.ContinueOnError)
	folder := flags.String("layout", "", "folder of the image layout")
	if err := parse(flags, args); err != nil {
		return err
	}
	images, err := readLayout(*folder)
	if err != nil {
		return err
	}
	for _, image := range images {
		fmt.Fprintf(out, "%s %s %s\n", image.name, image.version, image.digest)
	}
	return nil
}

func readLayout(folder string) ([]stored, error) {
	path, err := layout.FromPath(folder)
	if err != nil {
		return nil, fmt.Errorf("%s is not an image layout: %w", folder, err)
	}
	root, err := path.ImageIndex()
	if err != nil {
		return nil, fmt.Errorf("reading the layout %s: %w", folder, err)
	}
	manifest, err := root.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("reading the layout %s: %w", folder, err)
	}
	attached, err := attachedTo(root, manifest)
	if err != nil {
		return nil, err
	}
	var images []stored
	for _, described := range manifest.Manifests {
		if described.Annotations[refName] == "" {
			continue
		}
		image, err := readStored(root, described, attached)
		if err != nil {
			return nil, fmt.Errorf("reading %s in %s: %w", described.Annotations[refName], folder, err)
		}
		images = append(images, image)
	}
	if len(images) == 0 {
		return nil, fmt.Errorf("the layout %s holds no image with a name", folder)
	}
	return images, nil
}

// attachedTo finds the documents of a layout, by the digest of what they are about.
func attachedTo(root v1.ImageIndex, manifest *v1.IndexManifest) (map[v1.Hash][]v1.Image, error) {
	attached := map[v1.Hash][]v1.Image{}
	for _, described := range manifest.Manifests {
		if !described.MediaType.IsImage() {
			continue
		}
		document, err := root.Image(described.Digest)
		if err != nil {
			return nil, fmt.Errorf("reading the document %s: %w", described.Digest, err)
		}
		about, err := document.Manifest()
		if err != nil {
			return nil, fmt.Errorf("reading the document %s: %w", described.Digest, err)
		}
		if about.Subject != nil {
			attached[about.Subject.Digest] = append(attached[about.Subject.Digest], document)
		}
	}
	return attached, nil
}

func readStored(root v1.ImageIndex, described v1.Descriptor, attached map[v1.Hash][]v1.Image) (stored, error) {
	name, version, _ := strings.Cut(described.Annotations[refName], ":")
	index, err := root.ImageIndex(described.Digest)
	if err != nil {
		return stored{}, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return stored{}, err
	}
	image := stored{name: name, version: version, digest: described.Digest, index: index, attached: attached[described.Digest]}
	for _, platform := range manifest.Manifests {
		image.attached = append(image.attached, attached[platform.Digest]...)
	}
	return image, nil
}

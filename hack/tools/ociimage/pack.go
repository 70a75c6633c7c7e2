package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func packCommand(_ context.Context, args []string, out io.Writer) error {
	var r release
	var folder, epoch, binaries string
	flags := flag.NewFlagSet("ociimage pack", flag.ContinueOnError)
	flags.StringVar(&folder, "layout", "", "folder of the image layout; made when it is not there")
	flags.StringVar(&r.name, "name", "", "name of the image and of the program in it, for example liaison-intake")
	flags.StringVar(&r.version, "version", "", "version of the program, and tag of the image")
	flags.StringVar(&r.source, "source", "", "address of the source")
	flags.StringVar(&r.revision, "revision", "", "commit of the source; -dirty behind it says that files were changed")
	flags.StringVar(&r.licences, "licences", "", "licences as an SPDX expression")
	flags.StringVar(&epoch, "epoch", "", "when the source was made, in seconds since 1970 (SOURCE_DATE_EPOCH)")
	flags.StringVar(&binaries, "binaries", "", "static Linux binaries of the program, one for each architecture, separated by commas")
	flags.BoolVar(&r.roots, "roots", false, "put the certificates of public authorities in, for a program that speaks to the outside")
	if err := parse(flags, args); err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("-epoch must be seconds since 1970: %w", err)
	}
	r.created = time.Unix(seconds, 0).UTC()
	if _, err := name.NewTag("registry.example/"+r.name+":"+r.version, name.StrictValidation); err != nil {
		return fmt.Errorf("-name and -version must make the name of an image: %w", err)
	}
	digest, err := r.pack(folder, strings.Split(binaries, ","))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s %s\n", r.name, r.version, digest)
	return nil
}

// pack adds the image of the binaries to the layout, with its SBOMs and its provenance.
func (r release) pack(folder string, binaries []string) (v1.Hash, error) {
	programs, err := readBinaries(binaries)
	if err != nil {
		return v1.Hash{}, err
	}
	path, err := openOrMake(folder)
	if err != nil {
		return v1.Hash{}, err
	}
	index, images, err := r.index(programs)
	if err != nil {
		return v1.Hash{}, err
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{refName: r.name + ":" + r.version})); err != nil {
		return v1.Hash{}, fmt.Errorf("writing the image: %w", err)
	}
	subjects, err := r.attachSBOMs(path, programs, images)
	if err != nil {
		return v1.Hash{}, err
	}
	described, err := partial.Descriptor(index)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("describing the image: %w", err)
	}
	document, err := r.provenance(append([]resource{r.subject(*described)}, subjects...), programs)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("writing the provenance: %w", err)
	}
	return described.Digest, appendDocument(path, document, provenanceType, *described, map[string]string{"in-toto.io/predicate-type": provenancePredicate})
}

// readBinaries returns the programs in the order of their platforms, each of which may occur once.
func readBinaries(paths []string) ([]binary, error) {
	var programs []binary
	for _, path := range paths {
		program, err := readBinary(path)
		if err != nil {
			return nil, err
		}
		for _, other := range programs {
			if other.platform.Equals(program.platform) {
				return nil, fmt.Errorf("%s is for %s, and so is another of the binaries", path, program.platform)
			}
		}
		programs = append(programs, program)
	}
	slices.SortFunc(programs, func(a, b binary) int { return cmp.Compare(a.platform.String(), b.platform.String()) })
	return programs, nil
}

func openOrMake(folder string) (layout.Path, error) {
	if _, err := os.Stat(filepath.Join(folder, "index.json")); errors.Is(err, fs.ErrNotExist) {
		path, err := layout.Write(folder, empty.Index)
		if err != nil {
			return "", fmt.Errorf("making the layout: %w", err)
		}
		return path, nil
	}
	path, err := layout.FromPath(folder)
	if err != nil {
		return "", fmt.Errorf("opening the layout %s: %w", folder, err)
	}
	return path, nil
}

// index is the image for every architecture, beside the image of each.
func (r release) index(programs []binary) (v1.ImageIndex, []v1.Image, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	var images []v1.Image
	for _, program := range programs {
		image, err := r.image(program)
		if err != nil {
			return nil, nil, fmt.Errorf("packing for %s: %w", program.platform, err)
		}
		images = append(images, image)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &program.platform}})
	}
	return mutate.Annotations(index, r.labels()).(v1.ImageIndex), images, nil
}

// attachSBOMs gives each image the list of what is in it. It returns what the provenance is to name.
func (r release) attachSBOMs(path layout.Path, programs []binary, images []v1.Image) ([]resource, error) {
	var subjects []resource
	for i, program := range programs {
		described, err := partial.Descriptor(images[i])
		if err != nil {
			return nil, fmt.Errorf("describing the image for %s: %w", program.platform, err)
		}
		document, err := r.sbom(program)
		if err != nil {
			return nil, fmt.Errorf("listing what is in the image for %s: %w", program.platform, err)
		}
		if err := appendDocument(path, document, sbomType, *described, nil); err != nil {
			return nil, err
		}
		subject := r.subject(*described)
		subject.Annotations = map[string]any{"platform": program.platform.String()}
		subjects = append(subjects, subject)
	}
	return subjects, nil
}

func (r release) subject(described v1.Descriptor) resource {
	return resource{Name: r.name + ":" + r.version, Digest: map[string]string{described.Digest.Algorithm: described.Digest.Hex}}
}

func appendDocument(path layout.Path, document []byte, kind types.MediaType, subject v1.Descriptor, annotations map[string]string) error {
	attached, err := attach(document, kind, subject, annotations)
	if err != nil {
		return fmt.Errorf("attaching %s: %w", kind, err)
	}
	if err := path.AppendImage(attached); err != nil {
		return fmt.Errorf("writing %s: %w", kind, err)
	}
	return nil
}

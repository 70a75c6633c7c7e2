package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// containerdName is the annotation by which containerd names an image that it imports.
const containerdName = "io.containerd.image.name"

func renameCommand(_ context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ociimage rename", flag.ContinueOnError)
	folder := flags.String("layout", "", "folder of the image layout")
	registry := flags.String("registry", "", "what the images' names begin with, for example registry.example:5000/liaison")
	output := flags.String("output", "", "folder of the layout to write")
	if err := parse(flags, args); err != nil {
		return err
	}
	images, err := readLayout(*folder)
	if err != nil {
		return err
	}
	renamed := v1.ImageIndex(empty.Index)
	for _, image := range images {
		repository, err := repositoryIn(*registry, image.name, false)
		if err != nil {
			return err
		}
		for _, reference := range image.references(repository) {
			renamed = mutate.AppendManifests(renamed, mutate.IndexAddendum{
				Add: image.index, Descriptor: v1.Descriptor{Annotations: map[string]string{containerdName: reference}},
			})
			fmt.Fprintln(out, reference)
		}
	}
	if _, err := layout.Write(*output, renamed); err != nil {
		return fmt.Errorf("writing %s: %w", *output, err)
	}
	return nil
}

// references are the two names under which nodes look for an image that is pinned: kubelets ask for the digest, people see the version.
func (s stored) references(repository name.Repository) []string {
	return []string{repository.Tag(s.version).Name(), repository.Digest(s.digest.String()).Name()}
}

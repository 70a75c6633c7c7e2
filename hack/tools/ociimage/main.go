// Command ociimage packs one static binary into a container image on an empty base, without a container engine.
//
// The image is written as a tarball that `docker load`, `ctr images import` and `nerdctl load` read, and pushed when -push says so.
// The same binary gives the same bytes: no clock and no host enters the image.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ociimage:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	recipe := recipe{labels: labels{}}
	var reference, output string
	var push bool
	flags := flag.NewFlagSet("ociimage", flag.ContinueOnError)
	flags.StringVar(&recipe.binary, "binary", "", "static binary to pack")
	flags.StringVar(&recipe.arch, "arch", runtime.GOARCH, "architecture the binary was built for")
	flags.Var(&recipe.labels, "label", "key=value on the image; may be given more than once")
	flags.StringVar(&reference, "tag", "", "reference of the image, for example registry.example/liaison-intake:0.1.0")
	flags.StringVar(&output, "output", "", "tarball to write; none when empty")
	flags.BoolVar(&push, "push", false, "push to the registry of -tag, with the credentials of the docker configuration")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if recipe.binary == "" || reference == "" {
		return errors.New("-binary and -tag are needed")
	}
	tag, err := name.NewTag(reference)
	if err != nil {
		return fmt.Errorf("reading -tag: %w", err)
	}
	image, err := recipe.build()
	if err != nil {
		return err
	}
	if output != "" {
		if err := write(output, tag, image); err != nil {
			return err
		}
	}
	if !push {
		return nil
	}
	if err := remote.Write(tag, image, remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
		return fmt.Errorf("pushing %s: %w", tag, err)
	}
	digest, err := image.Digest()
	if err != nil {
		return fmt.Errorf("reading the digest: %w", err)
	}
	fmt.Printf("pushed %s@%s\n", tag, digest)
	return nil
}

func write(output string, tag name.Tag, image v1.Image) error {
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil {
		return fmt.Errorf("making the folder of the tarball: %w", err)
	}
	if err := tarball.WriteToFile(output, tag, image); err != nil {
		return fmt.Errorf("writing %s: %w", output, err)
	}
	size, err := os.Stat(output)
	if err != nil {
		return fmt.Errorf("looking at the tarball: %w", err)
	}
	fmt.Printf("wrote  %s (%s, %.1f MiB)\n", output, tag, float64(size.Size())/(1<<20))
	return nil
}

// labels is a flag that collects key=value.
type labels map[string]string

func (l *labels) String() string { return "" }

func (l *labels) Set(pair string) error {
	key, value, found := strings.Cut(pair, "=")
	if !found || key == "" {
		return fmt.Errorf("label %q must be written key=value", pair)
	}
	(*l)[key] = value
	return nil
}

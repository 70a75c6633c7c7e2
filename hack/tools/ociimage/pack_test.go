package main

import (
	"archive/tar"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

func TestAnImageHoldsTheProgramAndNothingElse(t *testing.T) {
	layout := filepath.Join(t.TempDir(), "images")
	printed := ociimage(t, "pack", "-layout", layout, "-name", "liaison-operator", "-version", "0.1.0", "-source", "https://township.dev/liaison",
		"-revision", commit, "-epoch", "1795680000", "-licences", "Apache-2.0", "-binaries", program(t, "arm64")+","+program(t, "amd64"))
	image := images(t, layout)[0]
	if want := "liaison-operator 0.1.0 " + image.digest.String() + "\n"; printed != want || ociimage(t, "list", "-layout", layout) != want {
		t.Errorf("it prints %q, want %q", printed, want)
	}
	for _, platform := range []string{"linux/amd64", "linux/arm64/v8"} {
		one := imageFor(t, image, platform)
		config, err := one.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if config.Platform().String() != platform || !config.Created.Equal(epoch) {
			t.Errorf("the image for %s is for %s, made at %v", platform, config.Platform(), config.Created)
		}
		if !slices.Equal(config.Config.Entrypoint, []string{"/liaison-operator"}) || config.Config.User != "65532:65532" {
			t.Errorf("the image for %s runs %v as %s", platform, config.Config.Entrypoint, config.Config.User)
		}
		if !maps.Equal(config.Config.Labels, labelsWanted) {
			t.Errorf("the image for %s bears %v", platform, config.Config.Labels)
		}
		if files := filesOf(t, one); len(files) != 1 || files["liaison-operator"].Mode != 0o555 || files["liaison-operator"].Uid != 0 {
			t.Errorf("the image for %s holds %v", platform, files)
		}
	}
	manifest, err := image.index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 2 || !maps.Equal(manifest.Annotations, labelsWanted) {
		t.Errorf("the image for all is %+v (%v)", manifest, err)
	}
}

var labelsWanted = map[string]string{
	"org.opencontainers.image.title":    "liaison-operator",
	"org.opencontainers.image.version":  "0.1.0",
	"org.opencontainers.image.source":   "https://township.dev/liaison",
	"org.opencontainers.image.revision": commit,
	"org.opencontainers.image.licenses": "Apache-2.0",
	"org.opencontainers.image.created":  "2026-11-26T08:00:00Z",
}

func TestAProgramThatSpeaksToTheOutsideGetsCertificates(t *testing.T) {
	layout := packed(t)
	one := imageFor(t, images(t, layout)[1], "linux/arm64/v8")
	content := contentOf(t, one, "etc/ssl/certs/ca-certificates.crt")
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) || roots.Equal(x509.NewCertPool()) {
		t.Fatal("the file holds no certificates")
	}
	if files := filesOf(t, one); len(files) != 5 || files["liaison-intake"] == nil {
		t.Errorf("the image holds %v", slices.Sorted(maps.Keys(files)))
	}
}

func TestTheSameProgramsGiveTheSameLayout(t *testing.T) {
	first, second := tree(t, packed(t)), tree(t, packed(t))
	if !maps.Equal(first, second) {
		t.Errorf("the layouts differ:\n%v\n%v", first, second)
	}
	if len(first) < 10 {
		t.Errorf("the layout has but %d files", len(first))
	}
}

func TestPackRefuses(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	write(t, script, "#!/bin/sh\n")
	hello := program(t, "amd64")
	for name, c := range map[string]struct{ flag, value, says string }{
		"no binary":                  {"-binaries", "", "needs -binaries"},
		"a script":                   {"-binaries", script, "not a Linux binary"},
		"what needs a loader":        {"-binaries", "/bin/sh", "CGO_ENABLED=0"},
		"one that is not there":      {"-binaries", script + ".gone", "no such file"},
		"two for one architecture":   {"-binaries", hello + "," + hello, "is for linux/amd64, and so is another"},
		"a version that is no tag":   {"-version", "1.0+2", "must make the name of an image"},
		"a name that is no image's":  {"-name", "Intake", "must make the name of an image"},
		"a date instead of seconds":  {"-epoch", "2026-11-26", "seconds since 1970"},
		"a layout that is a file":    {"-layout", script, "not a directory"},
		"no revision of the sources": {"-revision", "", "needs -revision"},
	} {
		t.Run(name, func(t *testing.T) {
			flags := map[string]string{
				"-layout": filepath.Join(t.TempDir(), "images"), "-name": "liaison-intake", "-version": "0.1.0", "-source": "https://township.dev/liaison",
				"-revision": commit, "-epoch": "0", "-licences": "Apache-2.0", "-binaries": hello,
			}
			flags[c.flag] = c.value
			args := []string{"pack"}
			for flag, value := range flags {
				args = append(args, flag, value)
			}
			refuses(t, c.says, args...)
		})
	}
	refuses(t, `no command "pull"`, "pull")
	refuses(t, "which command? ociimage COMMAND")
	refuses(t, `takes no "images"`, "list", "images")
}

func imageFor(t *testing.T, image stored, platform string) v1.Image {
	t.Helper()
	manifest, err := image.index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, described := range manifest.Manifests {
		if described.Platform.String() == platform {
			one, err := image.index.Image(described.Digest)
			if err != nil {
				t.Fatal(err)
			}
			return one
		}
	}
	t.Fatalf("%s is not there for %s", image.name, platform)
	return nil
}

func filesOf(t *testing.T, image v1.Image) map[string]*tar.Header {
	t.Helper()
	found := map[string]*tar.Header{}
	walk(t, image, func(header *tar.Header, _ io.Reader) { found[header.Name] = header })
	return found
}

func contentOf(t *testing.T, image v1.Image, path string) []byte {
	t.Helper()
	var content []byte
	walk(t, image, func(header *tar.Header, file io.Reader) {
		if header.Name == path {
			content, _ = io.ReadAll(file)
		}
	})
	return content
}

func walk(t *testing.T, image v1.Image, visit func(*tar.Header, io.Reader)) {
	t.Helper()
	archive := mutate.Extract(image)
	defer archive.Close()
	for files := tar.NewReader(archive); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		visit(header, files)
	}
}

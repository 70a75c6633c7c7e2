package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func TestAnImageHoldsTheBinaryAndNothingElse(t *testing.T) {
	output := filepath.Join(t.TempDir(), "image.tar")
	binary := staticBinary(t)
	if err := run([]string{"-binary", binary, "-tag", "registry.example/hello:1", "-label", "a=b", "-output", output}); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag("registry.example/hello:1")
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(output, &tag)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(config.Config.Entrypoint, []string{"/hello"}) || config.Config.User != "65532:65532" || config.Config.Labels["a"] != "b" {
		t.Errorf("the configuration is %+v", config.Config)
	}
	if config.OS != "linux" || config.Architecture != runtime.GOARCH || !config.Created.IsZero() {
		t.Errorf("built for %s/%s at %v", config.OS, config.Architecture, config.Created)
	}
	files := tar.NewReader(mutate.Extract(image))
	header, err := files.Next()
	if err != nil {
		t.Fatal(err)
	}
	if header.Name != "hello" || header.Mode != 0o555 || header.Uid != 0 {
		t.Errorf("the file is %+v", header)
	}
	if _, err := files.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("there is a second file (%v)", err)
	}
}

func TestTheSameBinaryGivesTheSameImage(t *testing.T) {
	binary := staticBinary(t)
	digest := func() string {
		image, err := recipe{binary: binary, arch: "amd64"}.build()
		if err != nil {
			t.Fatal(err)
		}
		digest, err := image.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return digest.String()
	}
	if first, second := digest(), digest(); first != second {
		t.Errorf("%s, then %s", first, second)
	}
}

func TestWhatAnEmptyImageCannotRunIsRefused(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for binary, says := range map[string]string{script: "not a Linux binary", "/bin/sh": "CGO_ENABLED=0"} {
		_, err := recipe{binary: binary, arch: "amd64"}.build()
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want it to say %q", binary, err, says)
		}
	}
}

func staticBinary(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	source := filepath.Join(folder, "hello.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { println(\"hello\") }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(folder, "hello")
	build := exec.Command("go", "build", "-o", binary, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building a binary to pack: %v\n%s", err, out)
	}
	return binary
}

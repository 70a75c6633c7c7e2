package machine

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// pauseImage is that of the container which holds a pod's namespaces.
const pauseImage = "localcluster.invalid/pause:1"

// Load gives the node the images in an archive, which may be that of an OCI layout or of `docker save`.
func Load(ctx context.Context, folder statedir.Folder, archive io.Reader) error {
	load := exec.CommandContext(ctx, "ctr", "--address", folder.Machine("containerd", "containerd.sock"), "--namespace", "k8s.io", "images", "import", "-")
	load.Stdin = archive
	if out, err := load.CombinedOutput(); err != nil {
		return fmt.Errorf("loading images into containerd: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func pauseArchive(folder statedir.Folder) string { return folder.Machine("pause.tar") }

// writePauseImage packs the program pause, which stands beside this one.
func writePauseImage(folder statedir.Folder) error {
	program, err := Beside("pause")
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return fmt.Errorf("reading the program of pods' first containers: %w", err)
	}
	reference, err := name.ParseReference(pauseImage)
	if err != nil {
		return err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return layerOf("pause", binary) })
	if err != nil {
		return fmt.Errorf("packing pause: %w", err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return fmt.Errorf("packing pause: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return err
	}
	config.OS, config.Architecture = runtime.GOOS, runtime.GOARCH
	config.Config.Entrypoint = []string{"/pause"}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return fmt.Errorf("packing pause: %w", err)
	}
	return tarball.WriteToFile(pauseArchive(folder), reference, image)
}

// layerOf is a layer that holds one program.
func layerOf(program string, binary []byte) (io.ReadCloser, error) {
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	err := archive.WriteHeader(&tar.Header{Name: program, Mode: 0o755, Size: int64(len(binary))})
	if err == nil {
		_, err = archive.Write(binary)
	}
	return io.NopCloser(&layer), errors.Join(err, archive.Close())
}

// Beside finds a program that is built with this one and stands in its folder.
func Beside(program string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	// A rebuild may have replaced the file that this process was started from.
	path := filepath.Join(filepath.Dir(strings.TrimSuffix(self, " (deleted)")), program)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w; hack/build-localcluster.sh builds it", err)
	}
	return path, nil
}

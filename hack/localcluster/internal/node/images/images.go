// Package images knows which local binary stands for which image.
package images

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"
)

// Image is a repository of images and what a container of any of its tags runs.
type Image struct {
	// Repository is the image's name without tag or digest.
	Repository string `json:"repository"`
	// Binary is the absolute path of the static binary that is the whole image. In the container it is the file
	// EntryPoint and the entrypoint.
	Binary string `json:"binary"`
	// Env is the image's environment. $(POD_IP), $(POD_NAME), $(POD_NAMESPACE) and $(NODE_NAME) are replaced.
	Env map[string]string `json:"env,omitempty"`
}

// EntryPoint is where the binary lies in the container.
func (i Image) EntryPoint() string { return "/" + filepath.Base(i.Binary) }

// Catalog is the list of images in a JSON file, read again whenever the file has changed.
type Catalog struct {
	file string

	mu     sync.Mutex
	read   time.Time
	size   int64
	images []Image
}

// Open returns the catalog in file. The file is read at the first look-up.
func Open(file string) *Catalog { return &Catalog{file: file} }

// Unavailable is why an image cannot be run.
type Unavailable struct{ Message string }

func (u *Unavailable) Error() string { return u.Message }

// Lookup finds the image of a container, ignoring tag and digest.
func (c *Catalog) Lookup(image string) (Image, error) {
	known, err := c.load()
	if err != nil {
		return Image{}, &Unavailable{Message: err.Error()}
	}
	wanted := repository(image)
	index := slices.IndexFunc(known, func(i Image) bool { return repository(i.Repository) == wanted })
	if index < 0 {
		return Image{}, &Unavailable{Message: fmt.Sprintf("the development node pulls nothing and has no binary for image %q; it knows %s. "+
			`Build a static binary and add {"repository": %q, "binary": "/path/to/it"} to %s, which is read again at once`,
			image, list(known), wanted, c.file)}
	}
	found := known[index]
	info, err := os.Stat(found.Binary)
	switch {
	case err != nil:
		return Image{}, &Unavailable{Message: fmt.Sprintf("the binary of image %q is missing: %v; build it again", image, err)}
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return Image{}, &Unavailable{Message: fmt.Sprintf("the binary of image %q, %s, is not an executable file", image, found.Binary)}
	}
	return found, nil
}

func (c *Catalog) load() ([]Image, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.file)
	if err != nil {
		return nil, fmt.Errorf("reading the list of images: %w", err)
	}
	if info.ModTime().Equal(c.read) && info.Size() == c.size {
		return c.images, nil
	}
	content, err := os.ReadFile(c.file)
	if err != nil {
		return nil, fmt.Errorf("reading the list of images: %w", err)
	}
	images, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("reading the list of images in %s: %w", c.file, err)
	}
	c.images, c.read, c.size = images, info.ModTime(), info.Size()
	return images, nil
}

func parse(content []byte) ([]Image, error) {
	var images []Image
	if err := json.Unmarshal(content, &images); err != nil {
		return nil, err
	}
	for _, image := range images {
		if image.Repository == "" {
			return nil, errors.New("an entry has no repository")
		}
		if !filepath.IsAbs(image.Binary) {
			return nil, fmt.Errorf("the binary of %s must be an absolute path, not %q", image.Repository, image.Binary)
		}
	}
	return images, nil
}

// repository is the full name of an image's repository, so that "nginx" and "docker.io/library/nginx:1" are the same.
func repository(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image
	}
	return reference.TrimNamed(named).Name()
}

func list(images []Image) string {
	if len(images) == 0 {
		return "none"
	}
	names := make([]string, len(images))
	for i, image := range images {
		names[i] = image.Repository
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

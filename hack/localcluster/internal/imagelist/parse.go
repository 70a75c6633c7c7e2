// Package imagelist reads which local binary stands for which image, as a user says it, and keeps the
// list that the node works from.
package imagelist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/distribution/reference"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node/images"
)

// Form is how one image is given on the command line.
const Form = "name=binary[,ENV=VALUE…]"

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Parse reads one image in the form of [Form]. Relative paths start at dir.
func Parse(text, dir string) (images.Image, error) {
	image, err := parse(text)
	if err == nil {
		image, err = check(image, dir)
	}
	if err != nil {
		return images.Image{}, fmt.Errorf("image %q: %w (want %s)", text, err, Form)
	}
	return image, nil
}

func parse(text string) (images.Image, error) {
	name, rest, found := strings.Cut(text, "=")
	if !found {
		return images.Image{}, errors.New("no binary is given")
	}
	binary, variables, _ := strings.Cut(rest, ",")
	env, err := parseEnvironment(variables)
	if err != nil {
		return images.Image{}, err
	}
	return images.Image{Repository: name, Binary: binary, Env: env}, nil
}

func parseEnvironment(variables string) (map[string]string, error) {
	if variables == "" {
		return nil, nil
	}
	env := map[string]string{}
	for field := range strings.SplitSeq(variables, ",") {
		variable, value, found := strings.Cut(field, "=")
		if !found {
			return nil, fmt.Errorf("%q is no ENV=VALUE; a value that holds a comma can only be given in a file, with --images", field)
		}
		if _, twice := env[variable]; twice {
			return nil, fmt.Errorf("%s is given twice", variable)
		}
		env[variable] = value
	}
	return env, nil
}

// Load reads the images in a YAML or JSON file. Relative paths start at the file's folder.
func Load(file string) ([]images.Image, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading images: %w", err)
	}
	var list []images.Image
	if err := yaml.UnmarshalStrict(content, &list); err != nil {
		return nil, fmt.Errorf("reading the images in %s: %w", file, err)
	}
	for i, image := range list {
		if list[i], err = check(image, filepath.Dir(file)); err != nil {
			return nil, fmt.Errorf("reading the images in %s: entry %d: %w", file, i+1, err)
		}
	}
	return list, nil
}

// check completes an image, or says what is wrong with it.
func check(image images.Image, dir string) (images.Image, error) {
	if image.Repository == "" {
		return images.Image{}, errors.New("the image's name is empty")
	}
	named, err := reference.ParseNormalizedNamed(image.Repository)
	if err != nil {
		return images.Image{}, fmt.Errorf("%q is no image name: %w", image.Repository, err)
	}
	// The node ignores the tag: there is one binary for all of them.
	image.Repository = reference.FamiliarName(named)
	for variable := range image.Env {
		if !environmentName.MatchString(variable) {
			return images.Image{}, fmt.Errorf("%q cannot be the name of an environment variable", variable)
		}
	}
	if image.Binary, err = findBinary(image.Binary, dir); err != nil {
		return images.Image{}, err
	}
	return image, nil
}

func findBinary(path, dir string) (string, error) {
	if path == "" {
		return "", errors.New("no binary is given")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("finding the binary %s: %w", path, err)
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("the binary %s does not exist: build it first", absolute)
	case err != nil:
		return "", fmt.Errorf("looking at the binary: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file", absolute)
	case info.Mode()&0o111 == 0:
		return "", fmt.Errorf("%s is not executable", absolute)
	}
	return absolute, nil
}

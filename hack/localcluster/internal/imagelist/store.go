package imagelist

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// Update puts the given images into the list in file, in place of those of the same name, and keeps
// the others. It tells whether that changed anything.
func Update(file string, given []images.Image) (changed bool, err error) {
	known, err := read(file)
	if err != nil {
		return false, err
	}
	updated := merge(known, given)
	if known != nil && reflect.DeepEqual(known, updated) {
		return false, nil
	}
	return true, statedir.WriteJSON(file, updated)
}

func read(file string) ([]images.Image, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the list of images: %w", err)
	}
	var list []images.Image
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, fmt.Errorf("reading the list of images in %s: %w", file, err)
	}
	return list, nil
}

// merge returns both lists as one, ordered by name; of two entries of one name the given one counts, and
// of two given ones the later.
func merge(known, given []images.Image) []images.Image {
	merged := []images.Image{}
	for _, image := range slices.Concat(known, given) {
		merged = slices.DeleteFunc(merged, func(other images.Image) bool { return other.Repository == image.Repository })
		merged = append(merged, image)
	}
	slices.SortFunc(merged, func(a, b images.Image) int { return cmp.Compare(a.Repository, b.Repository) })
	return merged
}

package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"

	"golang.org/x/image/riff"
)

// losslessTables is the memory in bytes set aside for the prefix codes of a lossless WebP, which do not depend on its size. Half a megabyte
// made for it fills three times as much: measured like Preparer, 164 MiB, to which the pixels of the largest picture allowed add 22.
// Setting all of it aside would refuse the screenshots of phones, and the pod has room for it once.
const losslessTables = 50 << 20

var errCutOff = errors.New("the file is shorter than it says")

// webpWork walks to the chunk that the decoder will decode. It refuses a file shorter than it says: the decoder would
// allocate what is claimed.
func webpWork(file []byte, c image.Config) (int, error) {
	const sizeAt, head = 4, 8
	if int64(binary.LittleEndian.Uint32(file[sizeAt:]))+head > int64(len(file)) {
		return 0, errCutOff
	}
	_, chunks, err := riff.NewReader(bytes.NewReader(file))
	if err != nil {
		return 0, fmt.Errorf("reading a WebP file: %w", err)
	}
	pixels, alpha := c.Width*c.Height, 0
	for {
		id, _, _, err := chunks.Next()
		if err != nil {
			return 0, fmt.Errorf("looking for a WebP picture: %w", err)
		}
		switch string(id[:]) {
		case "ANIM", "ANMF":
			return 0, Error{Code: CodeUnsupported}
		case "ALPH": // a lossless picture, of which one channel is copied
			alpha = losslessWork(pixels) + pixels
		case "VP8 ":
			return lossyWork(c) + alpha, nil
		case "VP8L":
			return losslessWork(pixels), nil
		}
	}
}

// lossyWork is half as many samples again as pixels, in whole blocks of 16.
func lossyWork(c image.Config) int {
	const block = 16
	return units(c.Width, block) * units(c.Height, block) * block * block * 3 / 2
}

// losslessWork counts four bytes for each pixel, two if a palette packed them, and one for the tiles of the transforms.
func losslessWork(pixels int) int { return losslessTables + 7*pixels }

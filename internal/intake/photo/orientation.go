package photo

import (
	"bytes"
	"image"

	"github.com/bep/imagemeta"
)

// The one tag that is read.
const (
	orientationTag       = "Orientation"
	orientationNamespace = "IFD0"
	// Tags to pass on the way to it, and the bytes of a value worth reading.
	mostTags     = 500
	mostTagBytes = 64
)

// stored says how a picture lies in its file: after exchanging the axes, if so, each that is reversed runs backwards.
type stored struct{ exchanged, reversedX, reversedY bool }

// orientations by their number in EXIF.
var orientations = map[uint16]stored{
	2: {reversedX: true},
	3: {reversedX: true, reversedY: true},
	4: {reversedY: true},
	5: {exchanged: true},
	6: {exchanged: true, reversedY: true},
	7: {exchanged: true, reversedX: true, reversedY: true},
	8: {exchanged: true, reversedX: true},
}

// orientation reads how the camera was held. Metadata that cannot be read is no reason to refuse the picture: it is shown as it lies.
func orientation(f format, file []byte) stored {
	var found stored
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: f.meta, Sources: imagemeta.EXIF,
		LimitNumTags: mostTags, LimitTagSize: mostTagBytes,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == orientationTag && tag.Namespace == orientationNamespace
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			number, _ := tag.Value.(uint16)
			found = orientations[number]
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil {
		return stored{}
	}
	return found
}

// turned is the picture as it was seen.
func turned(img *image.RGBA, s stored) *image.RGBA {
	if s == (stored{}) {
		return img
	}
	size := img.Rect.Size()
	seen := size
	if s.exchanged {
		seen = image.Pt(size.Y, size.X)
	}
	upright := image.NewRGBA(image.Rectangle{Max: seen})
	for y := range seen.Y {
		for x := range seen.X {
			at := s.find(image.Pt(x, y), size)
			upright.SetRGBA(x, y, img.RGBAAt(at.X, at.Y))
		}
	}
	return upright
}

// find is where a pixel that is seen at p lies in a stored picture of the size.
func (s stored) find(p, size image.Point) image.Point {
	if s.exchanged {
		p.X, p.Y = p.Y, p.X
	}
	if s.reversedX {
		p.X = size.X - 1 - p.X
	}
	if s.reversedY {
		p.Y = size.Y - 1 - p.Y
	}
	return p
}

package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
)

// Markers of a JPEG file that matter before decoding.
const (
	markFrameBaseline    = 0xc0
	markFrameProgressive = 0xc2
	markRestartFirst     = 0xd0
	markRestartLast      = 0xd7
	markEnd              = 0xd9
	markFill             = 0xff
)

var (
	errNoFrame        = errors.New("no frame header where the decoder found one")
	errShortFrame     = errors.New("the frame header is cut off")
	errFactor         = errors.New("a sampling factor is zero")
	errOtherPictures  = errors.New("the frame header is not the one the decoder found")
	markAdobe         = []byte{0xff, 0xee}
	adobe             = []byte("Adobe")
	adobeTransformsAt = 13
)

// frame is what the frame header of a JPEG file says of the memory that decoding takes.
type frame struct {
	progressive bool
	size        image.Point
	components  []component
}

type component struct {
	id byte
	// The component's samples in each unit, in blocks of 8 by 8.
	across, down int
}

// jpegWork counts a byte for each sample, four more for its coefficient if they are collected over several scans, and four
// for each pixel if the samples are not what is shown but have to be converted.
func jpegWork(file []byte, c image.Config) (int, error) {
	f, err := frameOf(file)
	if err != nil {
		return 0, err
	}
	if f.size != image.Pt(c.Width, c.Height) {
		return 0, errOtherPictures
	}
	work := f.samples()
	if f.progressive {
		work *= 5
	}
	if f.mayBeConverted(file) {
		work += 4 * c.Width * c.Height
	}
	return work, nil
}

// samples of all components, in whole units.
func (f frame) samples() int {
	const block = 8
	if len(f.components) == 1 { // its factors mean nothing
		return units(f.size.X, block) * units(f.size.Y, block) * block * block
	}
	blocks := 0
	for _, c := range f.components {
		blocks += c.across * c.down
	}
	first := f.components[0]
	return units(f.size.X, block*first.across) * units(f.size.Y, block*first.down) * blocks * block * block
}

func units(length, unit int) int { return (length + unit - 1) / unit }

// mayBeConverted errs on the safe side: Adobe's marker may follow anywhere, even behind the pixels.
func (f frame) mayBeConverted(file []byte) bool {
	switch len(f.components) {
	case 1:
		return false
	case 3:
		named := f.components[0].id == 'R' && f.components[1].id == 'G' && f.components[2].id == 'B'
		return named || marksNoTransform(file)
	}
	return true
}

// marksNoTransform looks for Adobe's marker that says that the samples are no YCbCr.
func marksNoTransform(file []byte) bool {
	for {
		_, segment, found := bytes.Cut(file, markAdobe)
		if !found {
			return false
		}
		if len(segment) > adobeTransformsAt && bytes.HasPrefix(segment[2:], adobe) && segment[adobeTransformsAt] == 0 {
			return true
		}
		file = segment
	}
}

// frameOf finds the first frame header, the only one a decoder accepts, and skips what image/jpeg skips on its way to it.
func frameOf(file []byte) (frame, error) {
	const head = 4 // marker and length
	for rest := file[2:]; len(rest) >= head; {
		marker := rest[1]
		switch {
		case rest[0] != markFill || marker == markFill:
			rest = rest[1:]
			continue
		case marker == 0 || marker >= markRestartFirst && marker <= markRestartLast:
			rest = rest[2:]
			continue
		case marker == markEnd:
			return frame{}, errNoFrame
		}
		end := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if end < head || end > len(rest) {
			return frame{}, errShortFrame
		}
		if marker >= markFrameBaseline && marker <= markFrameProgressive {
			return parseFrame(rest[head:end], marker == markFrameProgressive)
		}
		rest = rest[end:]
	}
	return frame{}, errNoFrame
}

// parseFrame reads precision, height, width, the number of components, and three bytes for each.
func parseFrame(b []byte, progressive bool) (frame, error) {
	const fixed, each = 6, 3
	if len(b) < fixed+each || len(b) != fixed+each*int(b[5]) {
		return frame{}, errShortFrame
	}
	f := frame{
		progressive: progressive,
		size:        image.Pt(int(binary.BigEndian.Uint16(b[3:])), int(binary.BigEndian.Uint16(b[1:]))),
	}
	for b = b[fixed:]; len(b) > 0; b = b[each:] {
		c := component{id: b[0], across: int(b[1] >> 4), down: int(b[1] & 0x0f)}
		if c.across == 0 || c.down == 0 {
			return frame{}, errFactor
		}
		f.components = append(f.components, c)
	}
	return f, nil
}

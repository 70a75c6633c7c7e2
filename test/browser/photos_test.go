package browser

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// place is where the photo says that it was taken; it must not leave the phone's owner.
const place = "36 deg 6' N, 110 deg 40' E"

var red, blue = color.RGBA{R: 200, A: 255}, color.RGBA{B: 200, A: 255}

// uprightPhoto was taken with the phone upright, as phones save it: lying, red on its left and blue on its right, with a note to turn it
// and the place where it was taken. Turned, red is at the top.
func uprightPhoto(t testing.TB) string {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for x := range 640 {
		for y := range 480 {
			picture.SetRGBA(x, y, map[bool]color.RGBA{true: red, false: blue}[x < 320])
		}
	}
	file := encoded(t, picture)
	note := append([]byte("Exif\x00\x00"), turnedAndPlaced()...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1}
	head = binary.BigEndian.AppendUint16(head, uint16(len(note)+2))
	return written(t, "upright.jpg", append(append(head, note...), file[2:]...))
}

// turnedAndPlaced is a TIFF directory of two entries: orientation 6, and a description that tells the place.
func turnedAndPlaced() []byte {
	const orientation, description, short, ascii, valuesAt = 0x0112, 0x010e, 3, 2, 8 + 2 + 2*12 + 4
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	entry := func(tag, kind uint16, count, value uint32) {
		b = binary.BigEndian.AppendUint16(b, tag)
		b = binary.BigEndian.AppendUint16(b, kind)
		b = binary.BigEndian.AppendUint32(b, count)
		b = binary.BigEndian.AppendUint32(b, value)
	}
	entry(description, ascii, uint32(len(place)+1), valuesAt)
	entry(orientation, short, 1, 6<<16)
	b = append(b, 0, 0, 0, 0)
	return append(append(b, place...), 0)
}

// largePhoto has 2 MB and more: the page makes it smaller before it is sent.
func largePhoto(t testing.TB) string {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 2000, 1500))
	noise := uint32(1)
	for i := range picture.Pix {
		noise = noise*1664525 + 1013904223
		picture.Pix[i] = byte(noise >> 24)
	}
	return written(t, "large.jpg", encoded(t, picture))
}

func encoded(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var file bytes.Buffer
	must(t, jpeg.Encode(&file, picture, &jpeg.Options{Quality: 90}))
	return file.Bytes()
}

func written(t testing.TB, name string, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, file, 0o600))
	return path
}

package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bep/imagemeta"
)

func prepared(t *testing.T, file []byte) Photo {
	t.Helper()
	p, err := NewPreparer().Prepare(t.Context(), bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shown decodes a picture that is kept, whose size must be what it says.
func shown(t *testing.T, p Picture) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got != image.Pt(p.Width, p.Height) {
		t.Errorf("the picture has %v, it says %dx%d", got, p.Width, p.Height)
	}
	return img
}

// quartersOf names the colours in the middle of the four quarters, '?' for one that is none of ours.
func quartersOf(img image.Image) string {
	size := img.Bounds().Size()
	var names strings.Builder
	for i := range 4 {
		names.WriteByte(nameOf(img.At(size.X*(1+2*(i%2))/4, size.Y*(1+2*(i/2))/4)))
	}
	return names.String()
}

func nameOf(c color.Color) byte {
	const tolerance = 48
	got := color.NRGBAModel.Convert(c).(color.NRGBA)
	apart := func(a, b uint8) bool { return max(a, b)-min(a, b) > tolerance }
	for name, want := range colours {
		if want.A == 255 && !apart(got.R, want.R) && !apart(got.G, want.G) && !apart(got.B, want.B) {
			return name
		}
	}
	return '?'
}

func TestEveryKindOfPictureIsShownAsItWas(t *testing.T) {
	coloured, holed, grey := quarters(fourColours), quarters("RGB "), quarters(fourGreys)
	size := coloured.Rect
	for _, tt := range []struct {
		kind string
		file []byte
		want string
	}{
		{"JPEG", jpegOf(t, coloured), fourColours},
		{"JPEG, grey", jpegOf(t, drawnOn(image.NewGray(size), grey)), fourGreys},
		{"JPEG, progressive", progressiveJPEG().file(), fourColours},
		{"JPEG, RGB", rgbJPEG().file(), fourColours},
		{"JPEG, with stray bytes", withSegments(jpegOf(t, coloured), []byte("\xff\x00\xff\xd0!\xff\xff")), fourColours},
		{"JPEG, CMYK", cmykJPEG().file(), fourColours},
		{"PNG", pngOf(t, drawnOn(image.NewRGBA(size), coloured)), fourColours},
		{"PNG, transparent", pngOf(t, holed), "RGBW"},
		{"PNG, transparent, 16 bits", pngOf(t, drawnOn(image.NewNRGBA64(size), holed)), "RGBW"},
		{"PNG, grey", pngOf(t, drawnOn(image.NewGray(size), grey)), fourGreys},
		{"PNG, grey, 16 bits", pngOf(t, drawnOn(image.NewGray16(size), grey)), fourGreys},
		{"PNG, palette", pngOf(t, drawnOn(image.NewPaletted(size, palette.WebSafe), coloured)), fourColours},
		{"PNG, interlaced", interlacedPNG(coloured), fourColours},
		{"PNG, moving", withChunks(pngOf(t, coloured), chunk("acTL", 0, 0, 0, 2, 0, 0, 0, 0)), fourColours},
		{"WebP, lossy", lossyWebP, fourColours},
		{"WebP, lossy, transparent", alphaWebP, "RGBW"},
		{"WebP, lossless", losslessWebP, fourColours},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			p := prepared(t, tt.file)
			if got := quartersOf(shown(t, p.Full)); got != tt.want {
				t.Errorf("the picture shows %q, want %q", got, tt.want)
			}
			if got := quartersOf(shown(t, p.Thumb)); got != tt.want {
				t.Errorf("the thumbnail shows %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPicturesAreScaledToTheirLongerEdge(t *testing.T) {
	for _, tt := range []struct{ sent, full, thumb image.Point }{
		{image.Pt(3200, 2400), image.Pt(1600, 1200), image.Pt(320, 240)},
		{image.Pt(2000, 5000), image.Pt(640, 1600), image.Pt(128, 320)},
		{image.Pt(1601, 1601), image.Pt(1600, 1600), image.Pt(320, 320)},
		{image.Pt(1600, 900), image.Pt(1600, 900), image.Pt(320, 180)},
		{image.Pt(320, 200), image.Pt(320, 200), image.Pt(320, 200)},
		{image.Pt(1, 1), image.Pt(1, 1), image.Pt(1, 1)},
		{image.Pt(MostSide, 3), image.Pt(1600, 1), image.Pt(320, 1)},
	} {
		t.Run(fmt.Sprint(tt.sent), func(t *testing.T) {
			p := prepared(t, pngOf(t, image.NewGray(image.Rectangle{Max: tt.sent})))
			if got := shown(t, p.Full).Bounds().Size(); got != tt.full {
				t.Errorf("the picture has %v, want %v", got, tt.full)
			}
			if got := shown(t, p.Thumb).Bounds().Size(); got != tt.thumb {
				t.Errorf("the thumbnail has %v, want %v", got, tt.thumb)
			}
		})
	}
}

// A scaler that leaves pixels out would show patterns, or black or white alone.
func TestFineDetailBecomesItsMean(t *testing.T) {
	for _, side := range []int{3200, 3210} {
		board := image.NewGray(image.Rect(0, 0, side, side))
		for i := range board.Pix {
			board.Pix[i] = uint8(255 * ((i%side + i/side) % 2))
		}
		img := shown(t, prepared(t, pngOf(t, board)).Full)
		for y := 0; y < FullEdge; y += 7 {
			for x := 0; x < FullEdge; x += 7 {
				if r, _, _, _ := img.At(x, y).RGBA(); r>>8 < 100 || r>>8 > 156 {
					t.Fatalf("%d pixels: black and white in turn became %d at %d,%d", side, r>>8, x, y)
				}
			}
		}
	}
}

// EXIF names an orientation after the sides that the first row and the first column of the file are seen at.
func TestPicturesAreTurnedUpright(t *testing.T) {
	coloured := quarters(fourColours)
	formats := map[string]func(orientation uint16) []byte{
		"JPEG": func(o uint16) []byte { return withSegments(jpegOf(t, coloured), exifSegment(o)) },
		"PNG":  func(o uint16) []byte { return withChunks(pngOf(t, coloured), chunk("eXIf", tiff(o)...)) },
		"WebP": func(o uint16) []byte { return withWebPChunks(lossyWebP, 1<<3, riffChunk("EXIF", tiff(o)...)) },
	}
	for _, tt := range []struct {
		orientation uint16
		sides       string
		want        string
		exchanged   bool
	}{
		{1, "top, left", "RGBY", false},
		{2, "top, right", "GRYB", false},
		{3, "bottom, right", "YBGR", false},
		{4, "bottom, left", "BYRG", false},
		{5, "left, top", "RBGY", true},
		{6, "right, top", "BRYG", true},
		{7, "right, bottom", "YGBR", true},
		{8, "left, bottom", "GYRB", true},
		{0, "unknown", "RGBY", false},
		{9, "unknown", "RGBY", false},
	} {
		for format, file := range formats {
			t.Run(fmt.Sprintf("%s %d: %s", format, tt.orientation, tt.sides), func(t *testing.T) {
				img := shown(t, prepared(t, file(tt.orientation)).Full)
				if got := quartersOf(img); got != tt.want {
					t.Errorf("the picture shows %q, want %q", got, tt.want)
				}
				if got := img.Bounds().Dy() > img.Bounds().Dx(); got != tt.exchanged {
					t.Errorf("upright format: %v, want %v", got, tt.exchanged)
				}
			})
		}
	}
}

func TestUnreadableMetadataTurnsNothing(t *testing.T) {
	broken := exifSegment(6)
	copy(broken[18:], "\xff\xff\xff\xff\xff\xff") // more tags than there are bytes, of no known type
	img := shown(t, prepared(t, withSegments(jpegOf(t, quarters(fourColours)), broken)).Full)
	if got := quartersOf(img); got != fourColours {
		t.Errorf("the picture shows %q", got)
	}
}

func TestNothingButThePictureIsKept(t *testing.T) {
	const xmp = "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>SECRETXMP</x:xmpmeta>"
	coloured := quarters(fourColours)
	talkative := withSegments(jpegOf(t, coloured), exifSegment(1), segment(0xe1, []byte(xmp)...),
		segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01SECRETPROFILE")...), segment(0xed, []byte("Photoshop 3.0\x00SECRETIPTC")...),
		segment(0xfe, []byte("SECRETCOMMENT")...))
	for kind, file := range map[string][]byte{
		"JPEG": append(talkative, "SECRETFILM behind the end"...),
		"PNG": withChunks(pngOf(t, coloured), chunk("eXIf", tiff(1)...), chunk("tEXt", []byte("Author\x00SECRETAUTHOR")...),
			chunk("iCCP", append([]byte("SECRETPROFILE\x00\x00"), deflated([]byte("SECRET"))...)...)),
		"WebP": withWebPChunks(lossyWebP, 1<<3|1<<2, riffChunk("EXIF", tiff(1)...), riffChunk("XMP ", []byte(xmp)...)),
	} {
		t.Run(kind, func(t *testing.T) {
			if !bytes.Contains(file, []byte(secretPlace)) {
				t.Fatal("what is sent holds no place")
			}
			p := prepared(t, file)
			for name, kept := range map[string][]byte{"picture": p.Full.JPEG, "thumbnail": p.Thumb.JPEG} {
				for _, trace := range []string{"SECRET", "Exif", "II*\x00", "adobe", "ICC_PROFILE", "Photoshop", "JFIF"} {
					if bytes.Contains(kept, []byte(trace)) {
						t.Errorf("the %s holds %q", name, trace)
					}
				}
				if tags := tagsOf(t, kept); len(tags) > 0 {
					t.Errorf("the %s has the tags %q", name, tags)
				}
				if got := markersOf(kept); got != "db c0 c4 da" {
					t.Errorf("the %s has the markers %s: only tables, frame and scan belong there", name, got)
				}
			}
		})
	}
}

func tagsOf(t *testing.T, file []byte) (tags []string) {
	t.Helper()
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(tag imagemeta.TagInfo) error { tags = append(tags, tag.Tag); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

// markersOf lists the markers of a JPEG file up to its scan, which must end with the file.
func markersOf(file []byte) string {
	var markers []string
	for rest := file[2:]; len(rest) > 4; {
		markers = append(markers, fmt.Sprintf("%02x", rest[1]))
		if rest[1] == 0xda {
			if end := bytes.Index(rest, []byte{0xff, 0xd9}); end != len(rest)-2 {
				markers = append(markers, "something behind the end")
			}
			break
		}
		rest = rest[2+int(rest[2])<<8+int(rest[3]):]
	}
	return strings.Join(slices.Compact(markers), " ")
}

func TestTheSameFileHasTheSameDigest(t *testing.T) {
	first, again, other := prepared(t, lossyWebP), prepared(t, lossyWebP), prepared(t, alphaWebP)
	if first.Digest != again.Digest || len(first.Digest) != 64 {
		t.Errorf("digests %q and %q of one file", first.Digest, again.Digest)
	}
	if first.Digest == other.Digest {
		t.Error("different pictures have the same digest")
	}
}

func TestASenderThatBreaksOffIsNoFaultOfThePhoto(t *testing.T) {
	gone := errors.New("connection reset")
	_, err := NewPreparer().Prepare(t.Context(), iotest.ErrReader(gone))
	var e Error
	if !errors.Is(err, gone) || errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
}

package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// codeOf the refusal, which must be an Error.
func codeOf(t *testing.T, err error) string {
	t.Helper()
	var e Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an Error", err)
	}
	return e.Code
}

func boxOf(brands ...string) []byte {
	box := "ftyp" + brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], "")
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(box)+4)), box+"\x00\x00\x00\x08mdat"...)
}

func headerJPEG(frame byte, width, height int, ids ...byte) flatJPEG {
	return flatJPEG{frame: frame, width: width, height: height, ids: ids}
}

// claiming is a JPEG file that ends after its headers.
func claiming(f flatJPEG) []byte {
	return slices.Concat([]byte{0xff, 0xd8}, f.before, f.header(), segment(0xda, 1, f.ids[0], 0, 0, 63, 0))
}

// losslessClaim is a lossless WebP picture that ends after its size.
func losslessClaim(width, height int) []byte {
	return riffChunk("VP8L", losslessHeader(width, height)...)
}

func claimingPNG(width, height int, depth, colour, interlaced byte) []byte {
	return slices.Concat(pngHeader(width, height, depth, colour, interlaced), chunk("IDAT", deflated(make([]byte, 1<<10))...), chunk("IEND"))
}

// longer makes a WebP file claim more than it has, in the file's header and in its first chunk.
func longer(file []byte, by uint32) []byte {
	file = bytes.Clone(file)
	for _, at := range []int{4, 16} {
		binary.LittleEndian.PutUint32(file[at:], binary.LittleEndian.Uint32(file[at:])+by)
	}
	return file
}

// Each of these is refused by what its headers say: a picture of a few bytes must not take megabytes to refuse.
func TestWhatIsRefusedIsNotDecoded(t *testing.T) {
	const mostToRefuse = 1 << 20
	small := jpegOf(t, quarters(fourColours))
	for _, tt := range []struct {
		file string
		data []byte
		want string
	}{
		{"empty", nil, CodeDamaged},
		{"text", []byte("<svg onload=alert(1)>"), CodeUnsupported},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), CodeUnsupported},
		{"BMP", []byte("BM\x00\x00\x00\x00"), CodeUnsupported},
		{"TIFF", tiff(1), CodeUnsupported},
		{"sound", []byte("RIFF\x04\x00\x00\x00WAVE"), CodeUnsupported},
		{"RIFF and no more", []byte("RIFF"), CodeUnsupported},
		{"HEIC", boxOf("heic", "mif1", "heic"), CodeHEIC},
		{"HEIC, of another brand first", boxOf("MiHB", "MiHE", "mif1"), CodeHEIC},
		{"HEIC, a series", boxOf("hevc", "msf1"), CodeHEIC},
		{"AVIF", boxOf("avif", "mif1", "miaf"), CodeHEIC},
		{"a film", boxOf("isom", "iso2", "avc1", "mp41"), CodeUnsupported},
		{"ftyp and no more", []byte("\x00\x00\x00\x08ftyp"), CodeUnsupported},
		{"WebP, moving", movingWebP, CodeUnsupported},

		{"JPEG of 65,535 by 65,535", claiming(headerJPEG(frameBaseline, 65535, 65535, 1)), CodeTooManyPixels},
		{"JPEG of 40 megapixels, progressive", claiming(headerJPEG(frameProgressive, 8000, 5000, 1, 2, 3)), CodeTooManyPixels},
		{"JPEG of 20 megapixels, CMYK", claiming(headerJPEG(frameBaseline, 5000, 4000, []byte("CMYK")...)), CodeTooManyPixels},
		{"JPEG of 20 megapixels, RGB by name", claiming(headerJPEG(frameBaseline, 5000, 4000, []byte("RGB")...)), CodeTooManyPixels},
		{"JPEG of 20 megapixels, RGB by a late marker", append(claiming(headerJPEG(frameBaseline, 5000, 4000, 1, 2, 3)), adobeSegment(0)...), CodeTooManyPixels},
		{"JPEG of no height", claiming(headerJPEG(frameBaseline, 32, 0, 1)), CodeDamaged},
		{"JPEG without a frame", []byte("\xff\xd8\xff\xd9"), CodeDamaged},
		{"JPEG with a segment longer than the file", append([]byte("\xff\xd8"), 0xff, 0xe1, 0xff, 0xff, 'E'), CodeDamaged},
		{"JPEG with two bytes", []byte("\xff\xd8"), CodeDamaged},

		{"PNG of two thousand million by one", claimingPNG(1<<31-1, 1, 1, 0, 0), CodeTooManyPixels},
		{"PNG of 60,000 by 60,000", claimingPNG(60000, 60000, 8, 6, 0), CodeTooManyPixels},
		{"PNG longer than the longest side", claimingPNG(MostSide+1, 1, 8, 0, 0), CodeTooManyPixels},
		{"PNG of 30 megapixels", claimingPNG(6000, 5000, 8, 2, 0), CodeTooManyPixels},
		{"PNG of 12 megapixels with 16 bits", claimingPNG(4000, 3000, 16, 6, 0), CodeTooManyPixels},
		{"PNG of 12 megapixels, interlaced", claimingPNG(4000, 3000, 8, 6, 1), CodeTooManyPixels},
		{"PNG of a negative width", claimingPNG(-1, 1, 8, 6, 0), CodeDamaged},
		{"PNG without a header", []byte("\x89PNG\r\n\x1a\n"), CodeDamaged},

		{"WebP of 16,384 by 16,384", webpOf(losslessClaim(1<<14, 1<<14)), CodeTooManyPixels},
		{"WebP of 12 megapixels, lossless", webpOf(losslessClaim(4000, 3000)), CodeTooManyPixels},
		{"WebP on a canvas of 16 million by 100", webpOf(riffChunk("VP8X", 0, 0, 0, 0, 255, 255, 255, 99, 0, 0), lossyWebP[12:]), CodeTooManyPixels},
		{"WebP with a picture larger than its canvas", webpOf(webpCanvas(0), losslessClaim(1<<14, 1<<14)), CodeDamaged},
		{"WebP that claims a gigabyte", longer(lossyWebP, 1<<30), CodeDamaged},
		{"WebP with a chunk longer than the file", longer(webpOf(lossyWebP[12:], []byte("more"))[:len(lossyWebP)], 1), CodeDamaged},
		{"WebP with a canvas alone", webpOf(webpCanvas(0)), CodeDamaged},

		{"a photo with a byte too many", append(small, make([]byte, MostBytes+1-len(small))...), CodeTooLarge},
	} {
		t.Run(tt.file, func(t *testing.T) {
			var err error
			allocated := allocatedBy(func() { _, err = inspectAndDecode(tt.data) })
			if got := codeOf(t, err); got != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if allocated > mostToRefuse {
				t.Errorf("refusing it took %d bytes", allocated)
			}
		})
	}
}

// inspectAndDecode leaves out the reading, whose buffers are as large as the file.
func inspectAndDecode(file []byte) (Photo, error) {
	f, err := inspect(file)
	if err != nil {
		return Photo{}, err
	}
	p := NewPreparer()
	p.mostTime = 5 * time.Minute // what is measured is memory, on however slow a machine
	return p.develop(context.Background(), f, file)
}

// allocatedBy counts every byte, also those collected meanwhile: memory in use was never more.
func allocatedBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestWhatPhonesMakeIsAllowed(t *testing.T) {
	subsampled := func(frame byte, width, height int) flatJPEG {
		f := headerJPEG(frame, width, height, 1, 2, 3)
		f.luma = 0x22
		return f
	}
	for kind, file := range map[string][]byte{
		"JPEG of 40 megapixels":              claiming(subsampled(frameBaseline, 7296, 5472)),
		"JPEG of 24 megapixels, full colour": claiming(headerJPEG(frameBaseline, 5712, 4284, 1, 2, 3)),
		"JPEG of 12 megapixels, progressive": claiming(subsampled(frameProgressive, 4032, 3024)),
		"JPEG from Adobe's programs":         withSegments(claiming(subsampled(frameBaseline, 6000, 4000)), adobeSegment(1)),
		"PNG of a long screen":               claimingPNG(1080, 19000, 8, 6, 0),
		"PNG of 12 megapixels":               claimingPNG(4032, 3024, 8, 2, 0),
		"lossless WebP of a screen":          webpOf(losslessClaim(1440, 3200)),
	} {
		t.Run(kind, func(t *testing.T) {
			if _, err := inspect(file); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDecodingTakesNoMoreMemoryThanForeseen(t *testing.T) {
	const side, slack = 1000, 256 << 10 // for tables and buffers
	area := image.Rect(0, 0, side, side)
	grey := func(int, image.Point) int { return 128 }
	enlarged := func(f flatJPEG) []byte {
		f.width, f.height, f.value = side, side, grey
		return f.file()
	}
	for kind, file := range map[string][]byte{
		"JPEG":                     jpegOf(t, image.NewYCbCr(area, image.YCbCrSubsampleRatio420)),
		"JPEG, grey":               jpegOf(t, image.NewGray(area)),
		"JPEG, progressive":        enlarged(progressiveJPEG()),
		"JPEG, progressive, grey":  manyScans(2),
		"JPEG, RGB":                enlarged(rgbJPEG()),
		"JPEG, CMYK":               enlarged(cmykJPEG()),
		"PNG":                      pngOf(t, image.NewNRGBA(area)),
		"PNG, grey":                pngOf(t, image.NewGray(area)),
		"PNG, palette":             pngOf(t, image.NewPaletted(area, color.Palette{color.White})),
		"PNG, 16 bits":             pngOf(t, image.NewNRGBA64(area)),
		"PNG, interlaced":          interlacedPNG(image.NewGray(area)),
		"WebP, lossy":              lossyWebP,
		"WebP, lossy, transparent": alphaWebP,
		"WebP, lossless":           losslessWebP,
	} {
		t.Run(kind, func(t *testing.T) {
			f, err := formatOf(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := f.config(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			foreseen, err := f.work(file, c)
			if err != nil {
				t.Fatal(err)
			}
			allocated := allocatedBy(func() { _, err = f.decode(bytes.NewReader(file)) })
			if err != nil || allocated > uint64(foreseen+slack) {
				t.Errorf("it took %d bytes, %d were foreseen; %v", allocated, foreseen, err)
			}
		})
	}
}

func TestALargePhotoTakesNoMoreThanItMay(t *testing.T) {
	file := pngOf(t, image.NewNRGBA(image.Rect(0, 0, 1080, 19000)))
	var err error
	allocated := allocatedBy(func() { _, err = inspectAndDecode(file) })
	// What follows the first halving is smaller each time, and what is kept adds a few megabytes.
	if most := uint64(mostWork + mostWork/4); err != nil || allocated > most {
		t.Errorf("it took %d bytes, more than %d; %v", allocated, most, err)
	}
}

func TestACutOffFileIsDamaged(t *testing.T) {
	for kind, file := range map[string][]byte{
		"JPEG": jpegOf(t, quarters(fourColours)), "JPEG, progressive": progressiveJPEG().file(), "PNG": pngOf(t, quarters("RGB ")),
		"WebP, lossy": lossyWebP, "WebP, lossless": losslessWebP, "WebP, transparent": alphaWebP,
	} {
		t.Run(kind, func(t *testing.T) {
			for end := 12; end < len(file); end++ {
				_, err := inspectAndDecode(file[:end])
				if got := codeOf(t, err); got != CodeDamaged {
					t.Errorf("after %d of %d bytes: %v", end, len(file), err)
				}
			}
		})
	}
}

func TestAPictureThatLacksItsPixelsIsDamaged(t *testing.T) {
	lying := jpegOf(t, quarters(fourColours))
	at := bytes.Index(lying, []byte{8, 0, 16, 0, 32}) // precision, height and width
	copy(lying[at+1:], []byte{0x04, 0, 0x04, 0})
	for kind, file := range map[string][]byte{
		"JPEG of more than there is": lying,
		"JPEG with two frames":       withSegments(lying, headerJPEG(frameBaseline, 8, 8, 1).header()),
		"PNG of more than there is":  claimingPNG(2000, 2000, 8, 6, 0),
		"PNG with a wrong checksum":  bytes.Replace(pngOf(t, quarters(fourColours)), []byte("IDAT"), []byte("IDAX"), 1),
		"lossless WebP of one size":  webpOf(losslessClaim(100, 100)),
	} {
		t.Run(kind, func(t *testing.T) {
			_, err := inspectAndDecode(file)
			if got := codeOf(t, err); got != CodeDamaged {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Six hundred kilobytes of prefix codes must not end a pod of 256 MiB.
func TestTheCodesOfALosslessWebPFitIntoThePod(t *testing.T) {
	var err error
	allocated := allocatedBy(func() { _, err = inspectAndDecode(losslessBomb()) })
	if got := codeOf(t, err); got != CodeDamaged || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want the codes read and pixels missed", err)
	}
	if allocated > 240<<20 {
		t.Errorf("they took %d bytes", allocated)
	}
}

func TestAPanicOfADecoderIsDamage(t *testing.T) {
	panics := jpegFormat
	panics.decode = func(io.Reader) (image.Image, error) { panic("index out of range") }
	_, err := NewPreparer().develop(t.Context(), panics, jpegOf(t, quarters(fourColours)))
	if got := codeOf(t, err); got != CodeDamaged {
		t.Errorf("got %v", err)
	}
}

// Every one of the scans passes over all blocks, and there are more of them than anyone would wait for.
func TestAPictureThatTakesTooLongIsDamaged(t *testing.T) {
	p := NewPreparer()
	p.mostTime = 20 * time.Millisecond
	_, err := p.Prepare(t.Context(), bytes.NewReader(manyScans(200_000)))
	if got := codeOf(t, err); got != CodeDamaged {
		t.Errorf("got %v", err)
	}
}

func TestAFewScansAreNoProblem(t *testing.T) {
	if _, err := inspectAndDecode(manyScans(10)); err != nil {
		t.Error(err)
	}
}

func TestWhoIsGoneWaitsForNoPicture(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := NewPreparer().Prepare(ctx, bytes.NewReader(manyScans(200_000)))
	var e Error
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
}

func TestOnePhotoIsPreparedAtATime(t *testing.T) {
	p := NewPreparer()
	p.turn <- struct{}{} // someone else's
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Prepare(gone, bytes.NewReader(lossyWebP)); !errors.Is(err, context.Canceled) {
		t.Errorf("while another is prepared: %v", err)
	}
	if _, err := p.Prepare(gone, strings.NewReader("no picture")); codeOf(t, err) != CodeUnsupported {
		t.Errorf("what is no picture had to wait: %v", err)
	}
	<-p.turn
	for range 2 { // whoever is done leaves the turn to the next
		if _, err := p.Prepare(t.Context(), bytes.NewReader(lossyWebP)); err != nil {
			t.Error(err)
		}
	}
}

func FuzzPrepare(f *testing.F) {
	coloured := quarters(fourColours)
	for _, file := range [][]byte{
		withSegments(jpegOf(f, coloured), exifSegment(6)), progressiveJPEG().file(), rgbJPEG().file(), cmykJPEG().file(), manyScans(3),
		withChunks(pngOf(f, coloured), chunk("eXIf", tiff(8)...)), pngOf(f, quarters("RGB ")), interlacedPNG(coloured), claimingPNG(100, 100, 16, 6, 1),
		withWebPChunks(lossyWebP, 1<<3, riffChunk("EXIF", tiff(5)...)), alphaWebP, losslessWebP, movingWebP, longer(lossyWebP, 1<<30),
		boxOf("heic", "mif1"), nil,
	} {
		f.Add(file)
	}
	p := NewPreparer()
	f.Fuzz(func(t *testing.T, file []byte) {
		photo, err := p.Prepare(t.Context(), bytes.NewReader(file))
		if err != nil {
			known := []string{CodeTooLarge, CodeTooManyPixels, CodeHEIC, CodeUnsupported, CodeDamaged}
			if code := codeOf(t, err); !slices.Contains(known, code) {
				t.Fatalf("unknown code %q", code)
			}
			return
		}
		for edge, kept := range map[int]Picture{FullEdge: photo.Full, ThumbEdge: photo.Thumb} {
			shown(t, kept)
			if max(kept.Width, kept.Height) > edge || min(kept.Width, kept.Height) < 1 {
				t.Fatal(fmt.Sprint("kept with ", kept.Width, " by ", kept.Height))
			}
		}
	})
}

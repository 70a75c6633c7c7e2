package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// The four quarters of the pictures here, from the top left to the bottom right.
const fourColours, fourGreys = "RGBY", "KWWK"

var colours = map[byte]color.NRGBA{
	'R': {255, 0, 0, 255}, 'G': {0, 255, 0, 255}, 'B': {0, 0, 255, 255}, 'Y': {255, 255, 0, 255},
	'W': {255, 255, 255, 255}, 'K': {0, 0, 0, 255}, ' ': {255, 0, 255, 0}, // nothing
}

// Four quarters of 16 by 8 in lossy WebP, the same with the last one transparent, and a film of two pictures. Nothing in Go writes these.
var (
	lossyWebP = decode64("UklGRlYAAABXRUJQVlA4IEoAAAAQAwCdASogABAAAgA0JaACdMoRwN4B+EH63cYFyzATisAA/vZHP//r7g/8e1Y2Etv/4+3IsGf6EG//9DjTVZxQZryLLiILsgAAAA==")
	alphaWebP = decode64("UklGRoQAAABXRUJQVlA4WAoAAAAQAAAAHwAADwAAQUxQSBQAAAABDzD/ERFCSED4f1pmQUT/J8AhNFZQOCBKAAAAEAMAnQEqIAAQAAIANCWgAnTKEcDeAfhB+t3GBcsw" +
		"E4rAAP72Rz//6+4P/HtWNhLb/+PtyLBn+hBv//Q401WcUGa8iy4iC7IAAAA=")
	losslessWebP = decode64("UklGRjgAAABXRUJQVlA4TCwAAAAvH8ADAB8gEEjaH3qN+RcQFPk/2vwHXySAINtmkpOc5AEuENH/2DbVH0DVDw==")
	movingWebP   = decode64("UklGRuwAAABXRUJQVlA4WAoAAAACAAAAHwAADwAAQU5JTQYAAAD/////AABBTk1GXAAAAAAAAAAAAB8AAA8AAGQAAAJWUDggRAAAAJACAJ0BKiAAEAACwEwloAJ0yhHA" +
		"3kH4S/iqBDHgAP7wxzf/8QMvzq/Bb89D/2zn4RAL/PIv//u3+Sgn8pv8xFaW1QAAQU5NRlwAAAAAAAAAAAAfAAAPAABkAAAAVlA4IEQAAAB0AgCdASogABAAAABMJaAC" +
		"7OUF+AfiBoAAEFsAAP7wxzf/+hv3ff1pPv/nAf+eRf//dQrg/+uz+4HrdrWz7mH44QAAAA==")
)

func decode64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// quarter of a point in a picture of the size.
func quarter(p, size image.Point) int { return 2*(2*p.Y/size.Y) + 2*p.X/size.X }

// quarters is a picture of 32 by 16 in four colours.
func quarters(names string) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 16))
	for y := range 16 {
		for x := range 32 {
			img.SetNRGBA(x, y, colours[names[quarter(image.Pt(x, y), img.Rect.Size())]])
		}
	}
	return img
}

// drawnOn copies the picture, as that kind of picture.
func drawnOn[T interface {
	image.Image
	Set(x, y int, c color.Color)
}](canvas T, img image.Image) T {
	for y := range 16 {
		for x := range 32 {
			canvas.Set(x, y, img.At(x, y))
		}
	}
	return canvas
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segment of a JPEG file.
func segment(marker byte, data ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}, data...)
}

// withSegments puts them where a camera does, behind the first marker.
func withSegments(file []byte, segments ...[]byte) []byte {
	return slices.Concat(file[:2], bytes.Join(segments, nil), file[2:])
}

// chunk of a PNG file.
func chunk(name string, data ...byte) []byte {
	named := append([]byte(name), data...)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	return binary.BigEndian.AppendUint32(append(b, named...), crc32.ChecksumIEEE(named))
}

// headerEnd is where the header of a PNG file ends.
const headerEnd = 33

// withChunks puts them behind the header.
func withChunks(file []byte, chunks ...[]byte) []byte {
	return slices.Concat(file[:headerEnd], bytes.Join(chunks, nil), file[headerEnd:])
}

// pngHeader is that of a picture of the size with eight bits in each of three or four channels.
func pngHeader(width, height int, depth, colour, interlaced byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(width))
	b = binary.BigEndian.AppendUint32(b, uint32(height))
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(b, depth, colour, 0, 0, interlaced)...)...)
}

// interlacedPNG writes a picture in the seven passes of Adam7.
func interlacedPNG(img image.Image) []byte {
	passes := []struct{ x, y, right, down int }{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	size := img.Bounds().Size()
	var rows bytes.Buffer
	for _, p := range passes {
		for y := p.y; y < size.Y; y += p.down {
			rows.WriteByte(0) // no filter
			for x := p.x; x < size.X; x += p.right {
				r, g, b, _ := img.At(x, y).RGBA()
				rows.Write([]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)})
			}
		}
	}
	return slices.Concat(pngHeader(size.X, size.Y, 8, 2, 1), chunk("IDAT", deflated(rows.Bytes())...), chunk("IEND"))
}

func deflated(b []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

// riffChunk of a WebP file.
func riffChunk(name string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)%2)...)
}

// webpOf puts the chunks into a file.
func webpOf(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// webpCanvas announces a picture of 32 by 16 and what the flags promise.
func webpCanvas(flags byte) []byte { return riffChunk("VP8X", flags, 0, 0, 0, 31, 0, 0, 15, 0, 0) }

// withWebPChunks puts them behind the picture of a file that has none yet.
func withWebPChunks(file []byte, flags byte, chunks ...[]byte) []byte {
	return webpOf(webpCanvas(flags), file[12:], bytes.Join(chunks, nil))
}

// Secrets that a phone writes into its pictures.
const secretMake, secretPlace = "SECRETPHONE", "SECRETPLACE"

// tiff is metadata with the orientation, the phone and the place.
func tiff(orientation uint16) []byte {
	le := binary.LittleEndian
	const entries, entrySize, head = 3, 12, 8
	const makeAt = head + 2 + entries*entrySize + 4
	const placeAt = makeAt + len(secretMake) + 1
	entry := func(tag, kind uint16, count, value uint32) []byte {
		b := le.AppendUint16(le.AppendUint16(nil, tag), kind)
		return le.AppendUint32(le.AppendUint32(b, count), value)
	}
	return slices.Concat([]byte("II*\x00"), le.AppendUint32(nil, head),
		le.AppendUint16(nil, entries),
		entry(0x010f, 2, uint32(len(secretMake)+1), makeAt),
		entry(0x0112, 3, 1, uint32(orientation)),
		entry(0x8825, 4, 1, uint32(placeAt)),
		make([]byte, 4), []byte(secretMake), []byte{0},
		le.AppendUint16(nil, 1),
		entry(0x001c, 2, uint32(len(secretPlace)+1), uint32(placeAt+2+entrySize+4)),
		make([]byte, 4), []byte(secretPlace), []byte{0})
}

func exifSegment(orientation uint16) []byte {
	return segment(0xe1, append([]byte("Exif\x00\x00"), tiff(orientation)...)...)
}

// bits are written from the highest, as JPEG does, or from the lowest, as lossless WebP does.
type bits struct {
	bytes  []byte
	count  int
	lowest bool
}

func (b *bits) bit(v int) {
	if b.count%8 == 0 {
		b.bytes = append(b.bytes, 0)
	}
	at := 7 - b.count%8
	if b.lowest {
		at = b.count % 8
	}
	b.bytes[len(b.bytes)-1] |= byte(v&1) << at
	b.count++
}

// high writes n bits of v from the highest, low from the lowest.
func (b *bits) high(v, n int) {
	for i := n - 1; i >= 0; i-- {
		b.bit(v >> i)
	}
}

func (b *bits) low(v, n int) {
	for i := range n {
		b.bit(v >> i)
	}
}

// flatJPEG writes what image/jpeg cannot: progressive pictures and any components. Each block of 8 by 8 has one value.
type flatJPEG struct {
	frame         byte // its marker
	width, height int
	ids           []byte
	// luma has the sampling factors of the first component; zero means one by one, like all others.
	luma byte
	// before and after stand around the frame and its scan.
	before, after []byte
	// value of a component, by its place, at a point of the picture.
	value func(component int, p image.Point) int
}

const frameBaseline, frameProgressive = 0xc0, 0xc2

// categories of a difference are coded with five bits each; one bit ends a block, or with table 1, a run of blocks.
const categories, categoryBits = 12, 5

func (f flatJPEG) file() []byte {
	quantities := bytes.Repeat([]byte{8}, 65) // which makes coefficients values
	quantities[0] = 0
	lengths := make([]byte, 16)
	lengths[categoryBits-1] = categories
	dc := append([]byte{0x00}, lengths...)
	for i := range categories {
		dc = append(dc, byte(i))
	}
	oneCode := append([]byte{1}, make([]byte, 15)...)
	const endOfBlock, endOfRun = 0x00, 0xe0
	return slices.Concat([]byte{0xff, 0xd8}, f.before, segment(0xdb, quantities...), f.header(),
		segment(0xc4, dc...), segment(0xc4, slices.Concat([]byte{0x10}, oneCode, []byte{endOfBlock})...),
		segment(0xc4, slices.Concat([]byte{0x11}, oneCode, []byte{endOfRun})...), f.scan(), f.after, []byte{0xff, 0xd9})
}

func (f flatJPEG) header() []byte {
	b := []byte{8, byte(f.height >> 8), byte(f.height), byte(f.width >> 8), byte(f.width), byte(len(f.ids))}
	for _, id := range f.ids {
		b = append(b, id, 0x11, 0)
	}
	if f.luma != 0 {
		b[7] = f.luma
	}
	return segment(f.frame, b...)
}

// scan has the value of each block, as the difference to the one before.
func (f flatJPEG) scan() []byte {
	head := []byte{byte(len(f.ids))}
	for _, id := range f.ids {
		head = append(head, id, 0)
	}
	last := byte(63)
	if f.frame == frameProgressive {
		last = 0
	}
	var b bits
	before := make([]int, len(f.ids))
	for y := 0; y < f.height; y += 8 {
		for x := 0; x < f.width; x += 8 {
			for i := range f.ids {
				v := f.value(i, image.Pt(x, y)) - 128
				b.difference(v - before[i])
				if last != 0 {
					b.high(0, 1)
				}
				before[i] = v
			}
		}
	}
	b.high(0x7f, (8-b.count%8)%8)
	return append(segment(0xda, append(head, 0, last, 0)...), stuffed(b.bytes)...)
}

func (b *bits) difference(d int) {
	category, magnitude := 0, max(d, -d)
	for magnitude>>category != 0 {
		category++
	}
	b.high(category, categoryBits)
	if d < 0 {
		d += 1<<category - 1
	}
	b.high(d, category)
}

func stuffed(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0xff}, []byte{0xff, 0}) }

// inQuarters gives the components of the four colours by the conversion.
func inQuarters(convert func(c color.NRGBA) []int) func(int, image.Point) int {
	return func(component int, p image.Point) int {
		return convert(colours[fourColours[quarter(p, image.Pt(32, 16))]])[component]
	}
}

func ycbcr(c color.NRGBA) []int {
	y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
	return []int{int(y), int(cb), int(cr)}
}

func rgb(c color.NRGBA) []int { return []int{int(c.R), int(c.G), int(c.B)} }

// adobeSegment says which conversion to undo; none are RGB and inverted CMYK.
func adobeSegment(transform byte) []byte {
	return segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), transform)...)
}

func progressiveJPEG() flatJPEG {
	return flatJPEG{frame: frameProgressive, width: 32, height: 16, ids: []byte{1, 2, 3}, value: inQuarters(ycbcr)}
}

func rgbJPEG() flatJPEG {
	return flatJPEG{frame: frameBaseline, width: 32, height: 16, ids: []byte("RGB"), before: adobeSegment(0), value: inQuarters(rgb)}
}

func cmykJPEG() flatJPEG {
	inverted := func(c color.NRGBA) []int { return append(rgb(c), 255) }
	return flatJPEG{frame: frameBaseline, width: 32, height: 16, ids: []byte("CMYK"), before: adobeSegment(0), value: inQuarters(inverted)}
}

// manyScans is a progressive picture whose scans are a few bytes each and touch every block.
func manyScans(scans int) []byte {
	const side = 1024
	var run bits
	for range 1 + side*side/64/0x7fff {
		run.high(0, 1)
		run.high(0x3fff, 14)
	}
	run.high(0x7f, (8-run.count%8)%8)
	scan := append(segment(0xda, 1, 1, 0x01, 1, 63, 0), stuffed(run.bytes)...)
	return flatJPEG{
		frame: frameProgressive, width: side, height: side, ids: []byte{1}, after: bytes.Repeat(scan, scans),
		value: func(int, image.Point) int { return 128 },
	}.file()
}

// losslessBomb has as many groups of prefix codes as the decoder takes, each with all the symbols there can be.
func losslessBomb() []byte {
	const tile, across, down = 4, 65, 40
	const cacheBits = 11
	b := bits{bytes: losslessHeader(tile*across, tile*down), lowest: true}
	b.count = 8 * len(b.bytes)
	b.low(0, 1)         // no transform
	b.low(1, 1)         // a colour cache,
	b.low(cacheBits, 4) // the largest
	b.low(1, 1)         // many groups,
	b.low(0, 3)         // for the smallest tiles
	b.tileImage(across * down)
	for range across * down {
		for _, symbols := range []int{greens + 1<<cacheBits, 256, 256, 256, 40} {
			b.prefixCode(symbols)
		}
	}
	return webpOf(riffChunk("VP8L", b.bytes...))
}

// losslessHeader has the size of a picture.
func losslessHeader(width, height int) []byte {
	b := bits{lowest: true}
	b.low(0x2f, 8)
	b.low(width-1, 14)
	b.low(height-1, 14)
	b.low(0, 4)
	return b.bytes
}

// greens are the values of the channel that also holds the lengths of copies.
const greens = 256 + 24

// tileImage gives each tile a group of its own, by its red and green.
func (b *bits) tileImage(tiles int) {
	b.low(0, 1) // no colour cache
	b.prefixCode(greens)
	b.prefixCode(256)
	for range 3 { // blue, alpha and distance have one symbol, which takes no bits
		b.low(1, 1)
		b.low(0, 3)
	}
	for i := range tiles {
		b.symbol(i&0xff, greens)
		b.symbol(i>>8, 256)
	}
}

// shortCodes of as many symbols are a bit shorter than the others, which have long bits.
func shortCodes(symbols int) (short, long int) {
	for 1<<long < symbols {
		long++
	}
	return 1<<long - symbols, long
}

func (b *bits) symbol(s, symbols int) {
	short, long := shortCodes(symbols)
	if s < short {
		b.high(s, long-1)
	} else {
		b.high(short+s, long)
	}
}

// prefixCode writes the length of every symbol's code, in a code of its own: 0 for a short one, 10 for a long one, 11 for some more of the same.
func (b *bits) prefixCode(symbols int) {
	short, long := shortCodes(symbols)
	order := []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	codeLengths := map[int]int{long - 1: 1, long: 2, 16: 2}
	b.low(0, 1) // not the form for one or two symbols
	b.low(len(order)-4, 4)
	for _, length := range order {
		b.low(codeLengths[length], 3)
	}
	b.low(0, 1) // as many lengths as symbols
	if short > 0 {
		b.high(0b0, 1)
		b.more(short-1, 0b0, 1)
	}
	b.high(0b10, 2)
	b.more(symbols-short-1, 0b10, 2)
}

// more repeats a length, six times at once where it can.
func (b *bits) more(times, code, codeBits int) {
	const least, most = 3, 6
	for times >= least {
		n := min(times, most)
		b.high(0b11, 2)
		b.low(n-least, 2)
		times -= n
	}
	for range times {
		b.high(code, codeBits)
	}
}

package photo

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"
)

// mostWork is the memory in bytes that decoding and the first step of scaling may take. With the file itself and the service
// around it that stays below 150 of the 256 MiB that a pod has.
const mostWork = 100 << 20

// format is a kind of file that can be read.
type format struct {
	meta   imagemeta.ImageFormat
	config func(io.Reader) (image.Config, error)
	// work is the memory in bytes that decode allocates at most for a picture of the config, by what the file's headers say.
	work   func(file []byte, c image.Config) (int, error)
	decode func(io.Reader) (image.Image, error)
}

// The registry of package image is not asked: what other packages add to it is not meant to be taken from strangers.
var (
	jpegFormat = format{imagemeta.JPEG, jpeg.DecodeConfig, jpegWork, jpeg.Decode}
	pngFormat  = format{imagemeta.PNG, png.DecodeConfig, pngWork, png.Decode}
	webpFormat = format{imagemeta.WebP, webp.DecodeConfig, webpWork, webp.Decode}
)

// formatOf tells the kind of file by its first bytes; what it was called says nothing.
func formatOf(file []byte) (format, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8")):
		return jpegFormat, nil
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return pngFormat, nil
	case bytes.HasPrefix(file, []byte("RIFF")) && bytes.HasPrefix(file[min(8, len(file)):], []byte("WEBP")):
		return webpFormat, nil
	case isHEIC(file):
		return format{}, Error{Code: CodeHEIC}
	case len(file) == 0:
		return format{}, Error{Code: CodeDamaged}
	}
	return format{}, Error{Code: CodeUnsupported}
}

// inspect decides by the headers alone whether a file may be decoded.
func inspect(file []byte) (format, error) {
	if len(file) > MostBytes {
		return format{}, Error{Code: CodeTooLarge}
	}
	f, err := formatOf(file)
	if err != nil {
		return format{}, err
	}
	if err := safely(func() error { return f.allow(file) }); err != nil {
		return format{}, refused(err)
	}
	return f, nil
}

// allow refuses a picture that would take too much memory.
func (f format) allow(file []byte) error {
	c, err := f.config(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if c.Width < 1 || c.Height < 1 {
		return Error{Code: CodeDamaged}
	}
	if max(c.Width, c.Height) > MostSide || c.Width*c.Height > MostPixels {
		return Error{Code: CodeTooManyPixels}
	}
	work, err := f.work(file, c)
	if err != nil {
		return err
	}
	if work+halvingWork(c) > mostWork {
		return Error{Code: CodeTooManyPixels}
	}
	return nil
}

// isHEIC recognises the pictures among the files that begin with an ftyp box; the others are films.
func isHEIC(file []byte) bool {
	const brandAt, brandLength, mostBrands = 8, 4, 32
	if len(file) < brandAt || string(file[4:brandAt]) != "ftyp" {
		return false
	}
	brands := file[brandAt:min(len(file), brandAt+mostBrands*brandLength)]
	for ; len(brands) >= brandLength; brands = brands[brandLength:] {
		switch string(brands[:brandLength]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
			return true
		}
	}
	return false
}

// contextReader ends the reading when the context ends: decoders know no contexts, but each of them must read on to go on.
type contextReader struct {
	ctx  context.Context
	file *bytes.Reader
}

func newContextReader(ctx context.Context, file []byte) io.Reader {
	return contextReader{ctx, bytes.NewReader(file)}
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}

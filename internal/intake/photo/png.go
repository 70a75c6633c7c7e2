package photo

import "image"

// pngWork follows the types that image/png decodes into. An interlaced picture is decoded pass by pass beside the whole.
func pngWork(file []byte, c image.Config) (int, error) {
	// The header is the first chunk of every PNG file that has a config.
	const depthAt, colourAt, interlaceAt = 24, 25, 28
	const paletted = 3
	perPixel := 4
	switch {
	case file[depthAt] == 16:
		perPixel = 8
	case file[colourAt] == paletted:
		perPixel = 1
	}
	if file[interlaceAt] != 0 {
		perPixel *= 2
	}
	return perPixel * c.Width * c.Height, nil
}

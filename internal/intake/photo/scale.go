package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

// fit is the size whose longer edge is at most edge, in the same proportion.
func fit(size image.Point, edge int) image.Point {
	long := max(size.X, size.Y)
	if long <= edge {
		return size
	}
	scaled := func(side int) int {
		return max(1, int(math.Round(float64(side)*float64(edge)/float64(long))))
	}
	return image.Pt(scaled(size.X), scaled(size.Y))
}

// shrunk halves the picture until the next half would be too small. ApproxBiLinear needs no memory beside the two pictures, and
// when it halves, each new pixel is the mean of four, so that nothing is left out. CatmullRom in one step looks as good but
// keeps 32 bytes for each column of the small picture in each row of the large one: 280 MiB for 40 megapixels.
func shrunk(img image.Image, to image.Point) *image.RGBA {
	for {
		half := img.Bounds().Size().Div(2)
		if half.X <= to.X || half.Y <= to.Y {
			return scaled(img, to)
		}
		img = scaled(img, half)
	}
}

// halvingWork is the memory in bytes that shrunk takes beside the picture while it has it.
func halvingWork(c image.Config) int {
	const perPixel = 4
	half := c.Width / 2 * (c.Height / 2)
	return perPixel * max(half, min(c.Width*c.Height, FullEdge*FullEdge))
}

// scaled draws the picture onto white: what is transparent is shown as the page would show it.
func scaled(img image.Image, to image.Point) *image.RGBA {
	canvas := image.NewRGBA(image.Rectangle{Max: to})
	draw.Draw(canvas, canvas.Rect, image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(canvas, canvas.Rect, img, img.Bounds(), draw.Over, nil)
	return canvas
}

// encode writes a JPEG file of nothing but tables and pixels.
func encode(img *image.RGBA, quality int) (Picture, error) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
		return Picture{}, fmt.Errorf("encoding a photo: %w", err)
	}
	size := img.Rect.Size()
	return Picture{JPEG: file.Bytes(), Width: size.X, Height: size.Y}, nil
}

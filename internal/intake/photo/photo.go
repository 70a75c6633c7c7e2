// Package photo makes a picture that a stranger sent safe to keep and to show: checked before it is decoded, turned upright,
// scaled down and encoded anew, so that nothing of the file is kept but what one sees.
package photo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime/debug"
	"time"
)

// What a resident may send.
const (
	// MostPerCase photos belong to one case. Whoever counts them refuses one more with CodeTooMany.
	MostPerCase = 5
	// MostUpload is how many bytes of photos are read of one form. It is more than can be kept, so that photos too large or too many are
	// answered with the form and not with a bare refusal.
	MostUpload = 2 * MostPerCase * MostBytes
	// MostBytes a file may have.
	MostBytes = 8 << 20
	// MostPixels a picture may have, which is what phones take today unless asked for more. A kind of file that needs more
	// memory for each pixel may have fewer: see mostWork.
	MostPixels = 40_000_000
	// MostSide of a picture in pixels. The longest screenshots reach it, a line longer than that is no photograph.
	MostSide = 20_000
)

// What is kept.
const (
	// FullEdge is the longer edge of Photo.Full in pixels, unless what was sent is smaller.
	FullEdge = 1600
	// ThumbEdge is the longer edge of Photo.Thumb.
	ThumbEdge = 320

	fullQuality  = 82
	thumbQuality = 75
)

// mostTime for one picture. An honest one takes a second or two on a slow machine; eight megabytes of tiny progressive scans
// could keep the only turn for an hour.
const mostTime = 10 * time.Second

// Photo is a picture as it is kept, twice.
type Photo struct {
	Full, Thumb Picture
	// Digest is the SHA-256 of the full picture's file in hexadecimal. The same file sent again has the same.
	Digest string
}

// Picture is a JPEG file without any metadata: no place, time, device, text, colour profile or embedded preview.
type Picture struct {
	JPEG          []byte
	Width, Height int
}

// Preparer prepares one photo at a time, so that many at once cannot use up a small pod's memory.
//
// What it takes is bounded by mostWork and the file itself. Measured as the largest resident size of a process that had 13 MiB before:
// 129 MiB for a JPEG of 40 megapixels and 7 MB, 118 for a PNG of 20 megapixels, 111 for a progressive JPEG of 6 with full colour.
// Less than 10 MiB were left when it was done.
type Preparer struct {
	turn     chan struct{}
	mostTime time.Duration
}

// NewPreparer returns a Preparer; the service needs only one.
func NewPreparer() *Preparer {
	return &Preparer{turn: make(chan struct{}, 1), mostTime: mostTime}
}

// Prepare reads a photo, at most one byte more than MostBytes, and makes of it what is kept. It reads before it waits for its turn,
// so that a slow sender keeps nobody waiting. The error is an Error when the file is at fault; any other error
// is the reader's or the context's.
func (p *Preparer) Prepare(ctx context.Context, r io.Reader) (Photo, error) {
	file, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	if err != nil {
		return Photo{}, fmt.Errorf("reading a photo: %w", err)
	}
	f, err := inspect(file)
	if err != nil {
		return Photo{}, err
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return Photo{}, fmt.Errorf("waiting to prepare a photo: %w", ctx.Err())
	}
	defer func() { <-p.turn }()
	// The picture's pixels are many times what the idle service needs; they must not stay with the process until the next collection.
	defer debug.FreeOSMemory()
	return p.develop(ctx, f, file)
}

// develop decodes a file that passed inspection and makes the pictures that are kept.
func (p *Preparer) develop(ctx context.Context, f format, file []byte) (photo Photo, err error) {
	limited, cancel := context.WithTimeout(ctx, p.mostTime)
	defer cancel()
	err = safely(func() error {
		full, err := upright(limited, f, file)
		if err != nil {
			return err
		}
		photo, err = keep(full)
		return err
	})
	if err != nil && ctx.Err() != nil {
		return Photo{}, fmt.Errorf("preparing a photo: %w", ctx.Err())
	}
	if err != nil {
		return Photo{}, refused(err)
	}
	return photo, nil
}

// upright is the picture at the size that is kept, as its camera was held. It is turned last, when it is small.
func upright(ctx context.Context, f format, file []byte) (*image.RGBA, error) {
	img, err := f.decode(newContextReader(ctx, file))
	if err != nil {
		return nil, err
	}
	small := shrunk(img, fit(img.Bounds().Size(), FullEdge))
	return turned(small, orientation(f, file)), nil
}

func keep(full *image.RGBA) (Photo, error) {
	thumb := shrunk(full, fit(full.Bounds().Size(), ThumbEdge))
	var p Photo
	var errFull, errThumb error
	p.Full, errFull = encode(full, fullQuality)
	p.Thumb, errThumb = encode(thumb, thumbQuality)
	sum := sha256.Sum256(p.Full.JPEG)
	p.Digest = hex.EncodeToString(sum[:])
	return p, errors.Join(errFull, errThumb)
}

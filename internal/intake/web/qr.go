package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quietZone is the white margin around a QR code that readers rely on, in modules.
const quietZone = 4

// QR is a text as a QR code, which the part "qr" draws into the page.
type QR struct {
	Text string
	// Size of the side in modules, the quiet zone included.
	Size int
	// Path goes around the dark modules, in the notation of SVG.
	Path string
}

// NewQR returns the code of the text. Its level of correction is the one that a code on paper keeps readable with a crease or a stain.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("drawing a QR code of %d characters: %w", len(text), err)
	}
	return QR{Text: text, Size: code.Size + 2*quietZone, Path: outline(code)}, nil
}

// outline draws one bar for each run of dark modules in a row, because a square for each module would weigh twice as much.
func outline(code *qr.Code) string {
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				_, _ = fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
			}
			x += max(run, 1)
		}
	}
	return path.String()
}

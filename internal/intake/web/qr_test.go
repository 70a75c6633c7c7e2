package web

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"
)

// What is drawn must be the code, module by module, with white around it.
func TestAQRCodeIsDrawnModuleByModule(t *testing.T) {
	const address = "https://zhongduo.jixian.gov.cn"
	drawn, err := NewQR(address)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	dark := map[[2]int]bool{}
	for bar := range strings.SplitSeq(strings.TrimSuffix(drawn.Path, "z"), "z") {
		var x, y, width, back int
		if _, err := fmt.Sscanf(bar, "M%d %dh%dv1h-%d", &x, &y, &width, &back); err != nil || width != back {
			t.Fatalf("bar %q: %v", bar, err)
		}
		for i := range width {
			dark[[2]int{x + i, y}] = true
		}
	}
	for y := range drawn.Size {
		for x := range drawn.Size {
			if want := code.Black(x-quietZone, y-quietZone); dark[[2]int{x, y}] != want {
				t.Fatalf("module %d,%d is dark: %v, want %v", x, y, !want, want)
			}
		}
	}
	if drawn.Size != code.Size+8 || drawn.Text != address {
		t.Errorf("size %d of %q", drawn.Size, drawn.Text)
	}
	if len(drawn.Path) > 8<<10 {
		t.Errorf("the drawing has %d bytes", len(drawn.Path))
	}
}

func TestWhatFitsNoQRCodeIsAnError(t *testing.T) {
	if _, err := NewQR(strings.Repeat("站", 2000)); err == nil {
		t.Error("6,000 bytes fit a QR code")
	}
}

package web_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// leastContrast of text (WCAG 2.2, 1.4.3 AA), and of the version for weak eyes (1.4.6 AAA).
const (
	leastContrast      = 4.5
	leastContrastLarge = 7.0
)

var (
	cssRule    = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	cssColour  = regexp.MustCompile(`(?:^|;)\s*color:([^;]+)`)
	cssGround  = regexp.MustCompile(`(?:^|;)\s*background:([^;]+)`)
	cssSetting = regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]+)`)
	cssUse     = regexp.MustCompile(`^var\(--([a-z-]+)\)$`)
	hexColour  = regexp.MustCompile(`^#([0-9a-f]{3}|[0-9a-f]{6})$`)
)

// luminance of a colour as WCAG defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	digits := colour[1:]
	if len(digits) == 3 {
		digits = strings.Join([]string{digits[:1], digits[:1], digits[1:2], digits[1:2], digits[2:], digits[2:]}, "")
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("%q is no colour: %v", colour, err)
		}
		part := float64(n) / 255
		if part <= 0.04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+0.055)/1.055, 2.4)
		}
		sum += weight * part
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	one, other := luminance(t, a), luminance(t, b)
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

// paint is what one rule of a style sheet says of colours; empty where it says nothing.
type paint struct{ selector, colour, ground string }

// paints of the style sheet; names stand for the colours they are set to.
func paints(sheet string, names map[string]string) []paint {
	resolve := func(m []string) string {
		if m == nil {
			return ""
		}
		value := strings.TrimSpace(m[1])
		if use := cssUse.FindStringSubmatch(value); use != nil {
			value = names[use[1]]
		}
		if !hexColour.MatchString(value) {
			return ""
		}
		return value
	}
	var all []paint
	for _, rule := range cssRule.FindAllStringSubmatch(sheet, -1) {
		all = append(all, paint{strings.TrimSpace(rule[1]), resolve(cssColour.FindStringSubmatch(rule[2])), resolve(cssGround.FindStringSubmatch(rule[2]))})
	}
	return all
}

// A colour that a rule sets with its ground must be readable on it; one set alone, on every ground set alone: light letters on the dark
// ones, dark letters on the light ones.
func TestLettersStandOutFromWhatIsBehindThem(t *testing.T) {
	file, err := os.ReadFile("static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	sheet := string(file)
	for name, least := range map[string]float64{":root": leastContrast, ".large": leastContrastLarge} {
		names := map[string]string{}
		for _, rule := range cssRule.FindAllStringSubmatch(sheet, -1) {
			if selector := strings.TrimSpace(rule[1]); selector == ":root" || selector == name {
				for _, m := range cssSetting.FindAllStringSubmatch(rule[2], -1) {
					names[m[1]] = m[2]
				}
			}
		}
		t.Run(name, func(t *testing.T) { checkPaints(t, paints(sheet, names), least) })
	}
}

func checkPaints(t *testing.T, all []paint, least float64) {
	t.Helper()
	pairs := map[string]float64{}
	for _, letters := range all {
		if letters.colour == "" {
			continue
		}
		if letters.ground != "" {
			pairs[fmt.Sprintf("%s of %s on %s", letters.colour, letters.selector, letters.ground)] = contrast(t, letters.colour, letters.ground)
			continue
		}
		light := luminance(t, letters.colour) > 0.5
		for _, behind := range all {
			if behind.ground != "" && behind.colour == "" && light == (luminance(t, behind.ground) < 0.3) {
				pairs[fmt.Sprintf("%s of %s on %s of %s", letters.colour, letters.selector, behind.ground, behind.selector)] = contrast(t, letters.colour, behind.ground)
			}
		}
	}
	if len(pairs) < 50 {
		t.Errorf("only %d pairs were found", len(pairs))
	}
	for pair, got := range pairs {
		if got < least {
			t.Errorf("%s: %.2f, want %.1f", pair, got, least)
		}
	}
}

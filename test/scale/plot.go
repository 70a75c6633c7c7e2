package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
)

// panel is one small diagram over the number of stations.
type panel struct {
	title  string
	series []series
}

type series struct {
	name string
	of   func(figures) float64
}

var panels = []panel{
	{"provisioned, stations a second", []series{
		{"operator", func(f figures) float64 { return f.ProvisionedPerSecond }},
		{"plain server-side apply", func(f figures) float64 { return f.PlainPerSecond }},
	}},
	{"memory above base, KiB a station", []series{
		{"resident", func(f figures) float64 { return f.perStation(f.SettledRSS, f.BaseRSS) }},
		{"live heap", func(f figures) float64 { return f.perStation(f.SettledHeap, f.BaseHeap) }},
	}},
	{"edit to applied child, ms", []series{
		{"p99", func(f figures) float64 { return f.EditMillis.P99 }},
		{"p50", func(f figures) float64 { return f.EditMillis.P50 }},
	}},
	{"restart, seconds", []series{
		{"settled", func(f figures) float64 { return f.RestartSeconds }},
		{"CPU", func(f figures) float64 { return f.RestartCPU }},
	}},
	{"sweep of polls", []series{
		{"seconds", func(f figures) float64 { return f.SweepSeconds }},
		{"% of a core", func(f figures) float64 { return 100 * f.SweepCores }},
	}},
	{"scrape of the metrics", []series{
		{"ms", func(f figures) float64 { return f.ScrapeMillis }},
		{"MiB", func(f figures) float64 { return f.ScrapeBytes / mib }},
	}},
}

// Sizes in pixels.
const (
	columns               = 3
	cellWidth, cellHeight = 300, 220
	left, right           = 48, 20
	top, bottom           = 52, 36
)

var colours = []string{"#0b5394", "#b45f06"}

// plot draws the figures of all sizes.
func plot(figuresFile, svgFile string) error {
	all, err := readFigures(figuresFile)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("there are no figures to draw")
	}
	rows := (len(panels) + columns - 1) / columns
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n", columns*cellWidth, rows*cellHeight)
	fmt.Fprintln(&svg, `<rect width="100%" height="100%" fill="white"/>`)
	for i, p := range panels {
		fmt.Fprintf(&svg, `<g transform="translate(%d %d)">`+"\n", i%columns*cellWidth, i/columns*cellHeight)
		p.draw(&svg, all)
		fmt.Fprintln(&svg, "</g>")
	}
	fmt.Fprintln(&svg, "</svg>")
	return os.WriteFile(svgFile, []byte(svg.String()), 0o644)
}

// draw the panel: stations on a logarithmic axis, values from zero.
func (p panel) draw(svg *strings.Builder, all runs) {
	highest := 0.0
	for _, s := range p.series {
		for _, f := range all {
			highest = max(highest, s.of(f))
		}
	}
	limit := roundUp(highest)
	y := func(value float64) float64 { return cellHeight - bottom - value/limit*(cellHeight-top-bottom) }
	fmt.Fprintf(svg, `<text x="%d" y="16" font-weight="bold">%s</text>`+"\n", left, p.title)
	for _, value := range []float64{0, limit / 2, limit} {
		fmt.Fprintf(svg, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, cellWidth-right, y(value), y(value), left-6, y(value)+4, value)
	}
	for _, f := range all {
		fmt.Fprintf(svg, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", across(f, all), cellHeight-bottom+16, f.Stations)
	}
	for i, s := range p.series {
		var points []string
		for _, f := range all {
			points = append(points, fmt.Sprintf("%.1f,%.1f", across(f, all), y(s.of(f))))
			fmt.Fprintf(svg, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", across(f, all), y(s.of(f)), colours[i])
		}
		fmt.Fprintf(svg, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", strings.Join(points, " "), colours[i])
		fmt.Fprintf(svg, `<text x="%d" y="%d" fill="%s">● %s</text>`+"\n", left+i*100, 34, colours[i], s.name)
	}
}

// across is where the figures of a size stand.
func across(f figures, all runs) float64 {
	first, last := math.Log(float64(all[0].Stations)), math.Log(float64(all[len(all)-1].Stations))
	if first == last {
		return (left + cellWidth - right) / 2
	}
	const margin = 12
	return left + margin + (math.Log(float64(f.Stations))-first)/(last-first)*(cellWidth-left-right-2*margin)
}

// roundUp to 1, 2 or 5 times a power of ten.
func roundUp(value float64) float64 {
	if value <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(value)))
	for _, step := range []float64{1, 2, 5} {
		if value <= step*power {
			return step * power
		}
	}
	return 10 * power
}

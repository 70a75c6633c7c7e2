// Package show writes what the verbs answer: tables for people, documents for programs.
package show

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns lays out rows of text so that their cells stand below each other on a terminal, where a Chinese character takes two places. The tabwriter of
// the standard library takes it for one.
type Columns struct {
	// Titles of the columns; nil where they speak for themselves.
	Titles []string
	rows   [][]string
}

// Add adds a row; one of a single cell is a heading, which widens no column.
func (c *Columns) Add(cells ...string) {
	for i := range cells {
		cells[i] = Printable(cells[i])
	}
	c.rows = append(c.rows, cells)
}

// Len is the number of rows.
func (c *Columns) Len() int { return len(c.rows) }

// WriteTo writes the rows below each other.
func (c *Columns) WriteTo(b *bytes.Buffer) {
	widths := c.widths()
	if c.Titles != nil && len(widths) > 0 { // below them stands something
		writeRow(b, c.Titles, widths)
	}
	for _, row := range c.rows {
		writeRow(b, row, widths)
	}
}

func writeRow(b *bytes.Buffer, row []string, widths []int) {
	if len(row) == 1 {
		b.WriteString(row[0] + "\n")
		return
	}
	var line strings.Builder
	for i, cell := range row {
		if widths[i] > 0 {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-places(cell)+gap))
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

// gap between columns.
const gap = 2

// widths of the columns; 0 for one that nobody has anything in, which is left out.
func (c *Columns) widths() []int {
	var widths []int
	for _, row := range c.rows {
		for len(row) > 1 && len(widths) < len(row) {
			widths = append(widths, 0)
		}
		for i, cell := range row {
			if len(row) > 1 {
				widths[i] = max(widths[i], places(cell))
			}
		}
	}
	for i := range min(len(widths), len(c.Titles)) {
		if widths[i] > 0 {
			widths[i] = max(widths[i], places(c.Titles[i]))
		}
	}
	return widths
}

// places is how many columns of a terminal the text takes.
func places(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Printable keeps what a file says from steering the terminal.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

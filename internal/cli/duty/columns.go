package duty

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columns lays out rows of text so that their cells stand below each other on a terminal, where a Chinese character takes two places. The tabwriter of
// the standard library takes it for one.
type columns struct {
	// titles of the columns; nil where they speak for themselves.
	titles []string
	rows   [][]string
}

// add adds a row; one of a single cell is a heading, which widens no column.
func (c *columns) add(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	c.rows = append(c.rows, cells)
}

func (c *columns) writeTo(b *bytes.Buffer) {
	widths := c.widths()
	if c.titles != nil && len(widths) > 0 { // below them stands something
		writeRow(b, c.titles, widths)
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
func (c *columns) widths() []int {
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
	for i := range min(len(widths), len(c.titles)) {
		if widths[i] > 0 {
			widths[i] = max(widths[i], places(c.titles[i]))
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

// printable keeps what a file says from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

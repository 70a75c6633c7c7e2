// Package worksheet reads tables as offices keep them, Excel workbooks and CSV, and keeps of each cell where it stands and how it is stored.
package worksheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// Sheet is one table.
type Sheet struct {
	// Name of the sheet; that of the file where it is CSV.
	Name string
	// Rows from the first on, the empty ones too. Rows may differ in length.
	Rows [][]Cell
	// HiddenRows are those that a filter or somebody has hidden, counted from 0, in their order.
	HiddenRows []int
	// Hidden is true where the whole sheet is.
	Hidden bool
	// Epoch1904 is true where the workbook counts days from 1904.
	Epoch1904 bool
}

// Cell is one cell.
type Cell struct {
	// Text is what a person sees.
	Text string
	// Number is what is stored where that is a number; Text may show less of it. Empty where a text is stored.
	Number string
	// Broken is true where a formula has failed.
	Broken bool
	// Pending is true where a formula stands whose result nobody has worked out yet: what the cell shows is not known.
	Pending bool
	// Merged is the range that the cell is a part of; the zero value where it stands alone.
	Merged Range
}

// IsEmpty tells whether the cell shows nothing, as far as that is known.
func (c Cell) IsEmpty() bool {
	isSeen := func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }
	return !c.Pending && !strings.ContainsFunc(c.Text, isSeen)
}

// Range is a rectangle of cells, counted from 0, both ends included.
type Range struct{ Top, Left, Bottom, Right int }

// Rows is how many rows the range spans.
func (r Range) Rows() int { return r.Bottom - r.Top + 1 }

// Columns is how many columns the range spans.
func (r Range) Columns() int { return r.Right - r.Left + 1 }

// String is the range as spreadsheets write it.
func (r Range) String() string { return At(r.Top, r.Left) + ":" + At(r.Bottom, r.Right) }

// At is a cell's name, such as C7, by its row and column counted from 0.
func At(row, column int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil { // no sheet is as large
		return fmt.Sprintf("row %d, column %d", row+1, column+1)
	}
	return name
}

// Cell returns a cell, an empty one where the sheet has none.
func (s *Sheet) Cell(row, column int) Cell {
	if row >= len(s.Rows) || column >= len(s.Rows[row]) {
		return Cell{}
	}
	return s.Rows[row][column]
}

// Where names a cell of the sheet.
func (s *Sheet) Where(row, column int) string { return s.Name + "!" + At(row, column) }

// A sheet of a station has some hundred rows; more are a mistake, or meant to do harm.
const (
	mostBytes   = 64 << 20
	mostRows    = 10_000
	mostColumns = 500
)

var (
	errOldExcel = errors.New("is an old .xls workbook or protected by a password; save it as .xlsx without a password, or as CSV")
	errTooLarge = fmt.Errorf("has more than %d rows or %d columns; delete the empty ones behind the table", mostRows, mostColumns)
)

// Read reads a file by what is in it, whatever its name ends in. The separator of CSV is found by what the header is said to have in it: the first one is taken
// with which isTable says yes, otherwise the comma.
func Read(name string, data []byte, isTable func(*Sheet) bool) ([]*Sheet, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, errOldExcel
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readWorkbook(data)
	default:
		sheet, err := readCSV(name, data, isTable)
		if err != nil {
			return nil, err
		}
		return []*Sheet{sheet}, nil
	}
}

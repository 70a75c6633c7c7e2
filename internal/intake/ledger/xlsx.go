package ledger

import (
	"archive/zip"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"township.dev/liaison/internal/spreadsheet"
)

const (
	// mostTitle is how long a sheet's name may be, in UTF-16 code units.
	mostTitle = 31
	// firstSheet is the name of the one sheet that a new workbook has.
	firstSheet = "Sheet1"
)

// WriteXLSX writes the ledger as a workbook with one sheet: a header that stays in sight, a filter on each column, dates as
// dates. Every text is a text, whatever it begins with. Nothing is written when a row comes with an error, or there are
// more than MostRows (ErrTooManyRows).
func WriteXLSX(w io.Writer, sheet Sheet, rows iter.Seq2[Row, error]) (err error) {
	columns, err := sheet.columns()
	if err != nil {
		return err
	}
	// A folder of our own: it is readable to us alone, nothing stays in it, and where none can be made we say so instead of
	// holding the whole ledger in memory.
	scratch, err := os.MkdirTemp(sheet.Scratch, "ledger-")
	if err != nil {
		return fmt.Errorf("making room for a workbook: %w", err)
	}
	defer func() {
		if failed := os.RemoveAll(scratch); failed != nil && err == nil {
			err = fmt.Errorf("clearing away a workbook's parts: %w", failed)
		}
	}()
	book := &workbook{file: excelize.NewFile(excelize.Options{TmpDir: scratch}), sheet: sheet, columns: columns}
	defer func() {
		if failed := book.file.Close(); failed != nil && err == nil {
			err = fmt.Errorf("closing a workbook: %w", failed)
		}
	}()
	if err := book.fill(rows); err != nil {
		return err
	}
	return book.writeTo(w)
}

// workbook is a workbook while it is written.
type workbook struct {
	file    *excelize.File
	sheet   Sheet
	columns []column
	stream  *excelize.StreamWriter
	title   string
	// rows counts those written, the header too.
	rows int
	// styles of cells
	header, text, date int
}

// fill writes header and rows.
func (b *workbook) fill(rows iter.Seq2[Row, error]) error {
	for _, step := range []func() error{b.open, b.makeStyles, b.arrange, b.writeHeader} {
		if err := step(); err != nil {
			return fmt.Errorf("beginning a workbook: %w", err)
		}
	}
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("reading a ledger's rows: %w", err)
		}
		if b.rows > MostRows {
			return ErrTooManyRows
		}
		if err := b.writeRow(row); err != nil {
			return fmt.Errorf("writing a row of a workbook: %w", err)
		}
	}
	return b.finish()
}

func (b *workbook) open() (err error) {
	b.title = sheetName(b.sheet.Title)
	if err := b.file.SetSheetName(firstSheet, b.title); err != nil {
		return err
	}
	b.stream, err = b.file.NewStreamWriter(b.title)
	return err
}

func (b *workbook) makeStyles() (err error) {
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	format := "yyyy-mm-dd"
	for _, style := range []struct {
		id   *int
		look excelize.Style
	}{
		{&b.header, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		// Number format 49 is text: a cell that somebody edits later stays one.
		{&b.text, excelize.Style{NumFmt: 49, Alignment: top}},
		{&b.date, excelize.Style{CustomNumFmt: &format, Alignment: top}},
	} {
		if *style.id, err = b.file.NewStyle(&style.look); err != nil {
			return err
		}
	}
	return nil
}

// arrange sets widths and freezes the header; it must come before the first row.
func (b *workbook) arrange() error {
	for i, c := range b.columns {
		if err := b.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	return b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (b *workbook) writeHeader() error {
	cells := make([]any, len(b.columns))
	for i, heading := range b.sheet.Headings {
		cells[i] = excelize.Cell{StyleID: b.header, Value: b.sheet.xlsxText(heading)}
	}
	return b.writeCells(cells)
}

func (b *workbook) writeRow(row Row) error {
	cells := make([]any, len(b.columns))
	for i, c := range b.columns {
		cells[i] = b.cell(c, row)
	}
	return b.writeCells(cells)
}

func (b *workbook) writeCells(cells []any) error {
	b.rows++
	return b.stream.SetRow(fmt.Sprintf("A%d", b.rows), cells)
}

func (b *workbook) cell(c column, row Row) any {
	if c.value == nil {
		return b.rows // the header is the first, so the number of rows is that of this case
	}
	switch value := c.value(row).(type) {
	case bool:
		return excelize.Cell{StyleID: b.text, Value: b.sheet.xlsxText(b.sheet.answer(value))}
	case time.Time:
		if value.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: b.date, Value: b.sheet.day(value)}
	case string:
		if value == "" {
			return nil
		}
		return excelize.Cell{StyleID: b.text, Value: b.sheet.xlsxText(value)}
	}
	return nil
}

// finish closes the sheet with a filter over all that was written.
func (b *workbook) finish() error {
	last, err := excelize.CoordinatesToCellName(len(b.columns), b.rows)
	if err != nil {
		return fmt.Errorf("measuring a workbook: %w", err)
	}
	if err := b.file.AutoFilter(b.title, "A1:"+last, nil); err != nil {
		return fmt.Errorf("setting a workbook's filter: %w", err)
	}
	if err := b.stream.Flush(); err != nil {
		return fmt.Errorf("ending a workbook's sheet: %w", err)
	}
	return nil
}

// writeTo packs the workbook straight into w; the library would pack it in memory first.
func (b *workbook) writeTo(w io.Writer) error {
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	if err := b.file.Write(io.Discard); err != nil {
		return fmt.Errorf("packing a workbook: %w", err)
	}
	return nil
}

func (s Sheet) xlsxText(text string) string {
	return spreadsheet.Shorten(spreadsheet.Clean(text), s.Cut)
}

// sheetName makes a title one that a workbook takes.
func sheetName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r == '\t' || r == '\n' {
			return ' '
		}
		return r
	}, spreadsheet.Clean(title))
	used := 0
	for at, r := range name {
		if used += utf16.RuneLen(r); used > mostTitle {
			name = name[:at]
			break
		}
	}
	if name = strings.TrimSpace(name); name == "" {
		return firstSheet
	}
	return name
}

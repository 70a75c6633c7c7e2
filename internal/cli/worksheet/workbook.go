package worksheet

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

func readWorkbook(data []byte) (sheets []*Sheet, err error) {
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostBytes, UnzipXMLSizeLimit: mostBytes})
	if err != nil {
		return nil, fmt.Errorf("is no workbook that can be read (%w); open it in Excel or WPS and save it as .xlsx", err)
	}
	defer func() {
		if failed := file.Close(); failed != nil && err == nil {
			err = fmt.Errorf("closing the workbook: %w", failed)
		}
	}()
	props, err := file.GetWorkbookProps()
	if err != nil {
		return nil, fmt.Errorf("reading the workbook: %w", err)
	}
	for _, name := range file.GetSheetList() {
		sheet := &Sheet{Name: name, Epoch1904: props.Date1904 != nil && *props.Date1904}
		if err := sheet.read(file); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", name, err)
		}
		sheets = append(sheets, sheet)
	}
	return sheets, nil
}

// read reads the sheet as a person sees it and, beside that, what is stored.
func (s *Sheet) read(file *excelize.File) error {
	shown, err := rowsOf(file, s.Name, false)
	if err != nil {
		return err
	}
	stored, err := rowsOf(file, s.Name, true)
	if err != nil {
		return err
	}
	s.Rows = make([][]Cell, len(shown))
	for row, texts := range shown {
		s.Rows[row] = make([]Cell, len(texts))
		for column, text := range texts {
			cell := &s.Rows[row][column]
			cell.Text = text
			if text == "" {
				continue
			}
			kind, err := file.GetCellType(s.Name, At(row, column))
			if err != nil {
				return fmt.Errorf("%s: %w", At(row, column), err)
			}
			cell.Broken = kind == excelize.CellTypeError
			if kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset {
				cell.Number = stored[row][column]
			}
		}
	}
	return s.merge(file)
}

// rowsOf reads the rows without keeping more than a sheet may have.
func rowsOf(file *excelize.File, sheet string, raw bool) (all [][]string, err error) {
	rows, err := file.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := rows.Close(); failed != nil && err == nil {
			err = failed
		}
	}()
	filled := 0
	for rows.Next() {
		cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, err
		}
		if len(all) >= mostRows && len(cells) > 0 || len(cells) > mostColumns {
			return nil, errTooLarge
		}
		if len(all) < mostRows {
			all = append(all, cells)
		}
		if len(cells) > 0 {
			filled = len(all)
		}
	}
	return all[:filled], rows.Error()
}

// merge enters where cells are merged. What they show stays in the first of them alone, whatever else the file holds below.
func (s *Sheet) merge(file *excelize.File) error {
	merged, err := file.GetMergeCells(s.Name, true)
	if err != nil {
		return fmt.Errorf("reading merged cells: %w", err)
	}
	for _, each := range merged {
		left, top, err := excelize.CellNameToCoordinates(each.GetStartAxis())
		if err != nil {
			return fmt.Errorf("reading merged cells: %w", err)
		}
		right, bottom, err := excelize.CellNameToCoordinates(each.GetEndAxis())
		if err != nil {
			return fmt.Errorf("reading merged cells: %w", err)
		}
		s.enter(Range{Top: top - 1, Left: left - 1, Bottom: bottom - 1, Right: right - 1})
	}
	return nil
}

// enter marks the cells of a range, down to the last row that has anything in it.
func (s *Sheet) enter(r Range) {
	for row := r.Top; row <= r.Bottom && row < len(s.Rows); row++ {
		for column := r.Left; column <= r.Right && column < mostColumns; column++ {
			for len(s.Rows[row]) <= column {
				s.Rows[row] = append(s.Rows[row], Cell{})
			}
			cell := &s.Rows[row][column]
			if row != r.Top || column != r.Left {
				*cell = Cell{}
			}
			cell.Merged = r
		}
	}
}

// Filled returns the cell, for one in a merged range what the range shows.
func (s *Sheet) Filled(row, column int) Cell {
	cell := s.Cell(row, column)
	if cell.Merged == (Range{}) {
		return cell
	}
	shown := s.Cell(cell.Merged.Top, cell.Merged.Left)
	shown.Text = strings.TrimSpace(shown.Text)
	return shown
}

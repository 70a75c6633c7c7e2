package worksheet

import (
	"bytes"
	"fmt"
	"slices"
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
		visible, err := file.GetSheetVisible(name)
		if err != nil {
			return nil, fmt.Errorf("sheet %s: %w", name, err)
		}
		sheet := &Sheet{Name: name, Hidden: !visible, Epoch1904: props.Date1904 != nil && *props.Date1904}
		if err := sheet.read(file); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", name, err)
		}
		sheets = append(sheets, sheet)
	}
	return sheets, nil
}

// read reads the sheet as a person sees it who has unhidden every row and, beside that, what is stored. What is stored decides which cells there are: formats
// for money, and others with a part for texts, show a text of their own in an empty cell.
func (s *Sheet) read(file *excelize.File) error {
	stored, hidden, err := storedRows(file, s.Name)
	if err != nil {
		return err
	}
	shown, err := shownRows(file, s.Name, stored)
	if err != nil {
		return err
	}
	s.HiddenRows = hidden
	s.Rows = make([][]Cell, len(stored))
	for row, values := range stored {
		s.Rows[row] = make([]Cell, len(values))
		for column, value := range values {
			text := ""
			if value != "" && column < len(shown[row]) {
				text = shown[row][column]
			}
			cell, err := cellOf(file, s.Name, At(row, column), text, value)
			if err != nil {
				return fmt.Errorf("%s: %w", At(row, column), err)
			}
			s.Rows[row][column] = cell
		}
	}
	return s.merge(file)
}

// cellOf is the cell of that name, which shows a text.
func cellOf(file *excelize.File, sheet, name, text, stored string) (Cell, error) {
	kind, err := file.GetCellType(sheet, name)
	if err != nil {
		return Cell{}, err
	}
	cell := Cell{Text: text, Broken: kind == excelize.CellTypeError}
	if kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		return cell, nil
	}
	if text != "" {
		cell.Number = stored
	}
	if stored == "" {
		// A result that is an empty text is stored as a text, so a formula here has none.
		formula, err := file.GetCellFormula(sheet, name)
		cell.Pending = formula != ""
		return cell, err
	}
	return cell, nil
}

// storedRows reads what is stored, up to the last row that has anything in it, and which of those rows are hidden, without keeping more than a sheet may have.
func storedRows(file *excelize.File, sheet string) (all [][]string, hidden []int, err error) {
	filled := 0
	err = eachRow(file, sheet, true, func(cells []string, isHidden bool) error {
		if len(all) >= mostRows && len(cells) > 0 || len(cells) > mostColumns {
			return errTooLarge
		}
		if len(all) < mostRows {
			all = append(all, cells)
		}
		if len(cells) == 0 {
			return nil
		}
		filled = len(all)
		if isHidden {
			hidden = append(hidden, filled-1)
		}
		return nil
	})
	return all[:filled], hidden, err
}

// shownRows reads what is shown of the rows that are stored, and nothing beside them.
func shownRows(file *excelize.File, sheet string, stored [][]string) ([][]string, error) {
	shown := make([][]string, len(stored))
	row := 0
	err := eachRow(file, sheet, false, func(cells []string, _ bool) error {
		if row < len(stored) {
			shown[row] = slices.Clone(cells[:min(len(cells), len(stored[row]))])
		}
		row++
		return nil
	})
	return shown, err
}

// eachRow reads the rows one after another, the empty ones too.
func eachRow(file *excelize.File, sheet string, raw bool, take func(cells []string, isHidden bool) error) (err error) {
	rows, err := file.Rows(sheet)
	if err != nil {
		return err
	}
	defer func() {
		if failed := rows.Close(); failed != nil && err == nil {
			err = failed
		}
	}()
	for rows.Next() {
		isHidden := rows.GetRowOpts().Hidden
		cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return err
		}
		if err := take(cells, isHidden); err != nil {
			return err
		}
	}
	return rows.Error()
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

package ledger

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"township.dev/liaison/internal/spreadsheet"
)

// byteOrderMark tells Excel that the text is UTF-8.
const byteOrderMark = "\uFEFF"

// WriteCSV writes the ledger as CSV (RFC 4180) in UTF-8. Dates are written as 2026-03-09. It stops at the first row that
// comes with an error and returns it; what it had written by then stays.
func WriteCSV(w io.Writer, sheet Sheet, rows iter.Seq2[Row, error]) error {
	columns, err := sheet.columns()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("writing a ledger: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, len(columns))
	for i, heading := range sheet.Headings {
		record[i] = sheet.csvText(heading)
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("writing a ledger: %w", err)
	}
	number := 0
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("reading a ledger's rows: %w", err)
		}
		number++
		for i, c := range columns {
			record[i] = sheet.csvCell(c, row, number)
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("writing a ledger: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing a ledger: %w", err)
	}
	return nil
}

func (s Sheet) csvCell(c column, row Row, number int) string {
	if c.value == nil {
		return strconv.Itoa(number)
	}
	switch value := c.value(row).(type) {
	case bool:
		return s.csvText(s.answer(value))
	case time.Time:
		if value.IsZero() {
			return ""
		}
		return s.day(value).Format(time.DateOnly)
	case string:
		return s.csvText(value)
	}
	return ""
}

func (s Sheet) csvText(text string) string {
	return spreadsheet.Shorten(spreadsheet.Neutral(spreadsheet.Clean(text)), s.Cut)
}

package ledger

import (
	"errors"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Writing a million rows takes too long here: the header is written where only one more row would fit no more.
func TestAWorkbookEndsWhereItsSheetEnds(t *testing.T) {
	for _, test := range []struct {
		written int
		want    error
	}{{MostRows, ErrTooManyRows}, {MostRows - 1, nil}} {
		sheet := Sheet{Headings: make([]string, len(layout)), Contacts: true}
		book := &workbook{file: excelize.NewFile(), sheet: sheet, columns: layout, rows: test.written}
		err := book.fill(func(yield func(Row, error) bool) { yield(Row{}, nil) })
		if !errors.Is(err, test.want) {
			t.Errorf("%v behind %d rows", err, test.written)
		}
		if err := book.file.Close(); err != nil {
			t.Error(err)
		}
	}
}

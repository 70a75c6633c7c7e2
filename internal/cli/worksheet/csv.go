package worksheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"township.dev/liaison/internal/spreadsheet"
)

var errEncoding = errors.New("is neither UTF-8 nor GBK/GB18030 text; save it from Excel as .xlsx or as CSV UTF-8")

// failures are what Excel writes where a formula has failed.
var failures = []string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}

// separators of what programs call CSV, the usual one first.
var separators = []rune{',', '\t', ';'}

func readCSV(name string, data []byte, isTable func(*Sheet) bool) (*Sheet, error) {
	if len(data) > mostBytes {
		return nil, errTooLarge
	}
	text, err := Decode(data)
	if err != nil {
		return nil, err
	}
	var first *Sheet
	var failed error
	for _, separator := range separators {
		sheet, err := split(name, text, separator)
		if err == nil && isTable(sheet) {
			return sheet, nil
		}
		if separator == separators[0] {
			first, failed = sheet, err
		}
	}
	return first, failed
}

// mark stands at the beginning of a text in Unicode.
const mark = "\uFEFF"

// Decode turns a file's text into UTF-8, by its mark where it has one; some programs put theirs before that of another. What is valid UTF-8 is taken for that: Chinese text in GBK practically never is.
func Decode(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, errEncoding
		}
		return bytes.TrimLeft(text, mark), nil
	}
	data = bytes.TrimLeft(data, mark)
	if utf8.Valid(data) {
		return data, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, errEncoding
	}
	return text, nil
}

// split reads the records, each in the row in which a spreadsheet would show it: the reader leaves out empty lines, a spreadsheet does not.
func split(name string, text []byte, separator rune) (*Sheet, error) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = separator, -1
	sheet := &Sheet{Name: name}
	read := int64(0)
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return sheet, nil
		}
		if err != nil {
			return nil, fmt.Errorf("is no CSV that can be read: %w; a cell with quotation marks or line ends stands in quotation marks, those inside doubled", err)
		}
		sheet.skip(text[read:reader.InputOffset()])
		read = reader.InputOffset()
		if len(sheet.Rows) >= mostRows || len(record) > mostColumns {
			return nil, errTooLarge
		}
		cells := make([]Cell, len(record))
		for i, field := range record {
			cells[i] = Cell{Text: spreadsheet.Plain(field), Broken: slices.Contains(failures, field)}
		}
		sheet.Rows = append(sheet.Rows, cells)
	}
}

// skip adds a row for each empty line at the beginning of what was read.
func (s *Sheet) skip(read []byte) {
	for len(s.Rows) < mostRows {
		line, rest, found := bytes.Cut(read, []byte("\n"))
		if !found || len(bytes.TrimSuffix(line, []byte("\r"))) > 0 {
			return
		}
		s.Rows = append(s.Rows, nil)
		read = rest
	}
}

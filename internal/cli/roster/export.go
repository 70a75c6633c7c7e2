package roster

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/spreadsheet"
	"township.dev/liaison/internal/workday"
)

// exporting turns a roster into a sheet that import reads.
type exporting struct {
	file   string
	output show.Format

	in       io.Reader
	out, err io.Writer
}

func (e *exporting) run() error {
	roster, faults, err := readRoster(e.file, e.in)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		for _, fault := range faults {
			if _, err := fmt.Fprintf(e.err, "error: %s\n", fault); err != nil {
				return fmt.Errorf("writing what was found: %w", err)
			}
		}
		return exit.With(exit.BadInput)
	}
	write := writeCSV
	if e.output.String() == show.XLSX {
		write = writeWorkbook
	}
	var b bytes.Buffer
	if err := write(&b, &roster.Spec); err != nil {
		return fmt.Errorf("making the sheet: %w", err)
	}
	if _, err := e.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the sheet: %w", err)
	}
	return nil
}

// field is a column of the sheet that lists people of a kind. Its value is a text or a date.
type field[P any] struct {
	column column
	width  float64
	of     func(*P) any
}

// deputyFields are the columns of deputies, in their order.
var deputyFields = []field[v1alpha1.Deputy]{
	{idColumn, 10, func(d *v1alpha1.Deputy) any { return d.ID }},
	{nameColumn, 14, func(d *v1alpha1.Deputy) any { return d.Name }},
	{levelColumn, 10, func(d *v1alpha1.Deputy) any { return levelWord(d.Level) }},
	{villageColumn, 16, func(d *v1alpha1.Deputy) any { return d.Village }},
	{groupColumn, 16, func(d *v1alpha1.Deputy) any { return d.Group }},
	{specialtiesColumn, 24, func(d *v1alpha1.Deputy) any { return writeList(d.Specialties) }},
	{phoneColumn, 18, func(d *v1alpha1.Deputy) any { return d.Phone }},
	{publishColumn, 10, func(d *v1alpha1.Deputy) any { return yesOrNo(d.PublishPhone) }},
	{statusColumn, 10, func(d *v1alpha1.Deputy) any { return statuses[effective(d.Status)][0] }},
	{fromColumn, 12, func(d *v1alpha1.Deputy) any { return day(d.From) }},
	{untilColumn, 12, func(d *v1alpha1.Deputy) any { return day(d.Until) }},
}

// leaderFields are the columns of leaders, in their order.
var leaderFields = []field[v1alpha1.Leader]{
	{idColumn, 10, func(l *v1alpha1.Leader) any { return l.ID }},
	{nameColumn, 14, func(l *v1alpha1.Leader) any { return l.Name }},
	{titleColumn, 20, func(l *v1alpha1.Leader) any { return l.Title }},
	{areasColumn, 30, func(l *v1alpha1.Leader) any { return writeList(l.Areas) }},
}

func levelWord(level v1alpha1.DeputyLevel) string {
	if level == v1alpha1.DeputyCounty {
		return "县"
	}
	return "乡"
}

func yesOrNo(is bool) string {
	if is {
		return yes[0]
	}
	return "否"
}

// day is a date; none where there is none.
func day(date v1alpha1.Date) workday.Date {
	day, err := workday.ParseDate(string(date))
	if err != nil { // the roster was checked, so that it is empty
		return workday.Date{}
	}
	return day
}

// writeCSV writes deputies and leaders in one table, in which a column tells them apart. The mark at its beginning tells Excel that it is UTF-8.
func writeCSV(w io.Writer, spec *v1alpha1.DeputyRosterSpec) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	columns := []column{kindColumn}
	for _, each := range deputyFields {
		columns = append(columns, each.column)
	}
	columns = append(columns, titleColumn, areasColumn)
	records := slices.Concat(
		[][]string{headingsOf(columns)},
		recordsOf(columns, deputies[1], spec.Deputies, deputyFields),
		recordsOf(columns, leaders[0], spec.Leaders, leaderFields),
	)
	if err := out.WriteAll(records); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func headingsOf(columns []column) []string {
	var texts []string
	for _, each := range columns {
		texts = append(texts, headings[each][0])
	}
	return texts
}

func recordsOf[P any](columns []column, kind string, people []P, fields []field[P]) [][]string {
	var records [][]string
	for i := range people {
		said := map[column]any{kindColumn: kind}
		for _, each := range fields {
			said[each.column] = each.of(&people[i])
		}
		records = append(records, record(columns, said))
	}
	return records
}

func record(columns []column, said map[column]any) []string {
	cells := make([]string, len(columns))
	for at, each := range columns {
		if value := said[each]; value != nil {
			cells[at] = spreadsheet.Neutral(spreadsheet.Clean(fmt.Sprint(value)))
		}
	}
	return cells
}

// The sheets of a workbook. The second one's name tells an import that it lists leaders.
const (
	deputySheet = "代表名册"
	leaderSheet = "分管领导"
)

// writeWorkbook writes deputies and leaders as a sheet each: every text is a text, phones above all, and dates are dates.
func writeWorkbook(w io.Writer, spec *v1alpha1.DeputyRosterSpec) (err error) {
	book := &workbook{file: excelize.NewFile()}
	defer func() {
		if failed := book.file.Close(); failed != nil {
			err = cmp.Or(err, fmt.Errorf("closing the workbook: %w", failed))
		}
	}()
	if err := book.makeStyles(); err != nil {
		return err
	}
	if err := book.file.SetSheetName("Sheet1", deputySheet); err != nil { // with which a workbook begins
		return fmt.Errorf("naming a sheet: %w", err)
	}
	if err := addSheet(book, deputySheet, spec.Deputies, deputyFields); err != nil {
		return err
	}
	if len(spec.Leaders) > 0 {
		if err := addSheet(book, leaderSheet, spec.Leaders, leaderFields); err != nil {
			return err
		}
	}
	if err := book.file.Write(w); err != nil {
		return fmt.Errorf("packing the workbook: %w", err)
	}
	return nil
}

// workbook is a workbook while it is written.
type workbook struct {
	file *excelize.File
	// styles of cells
	header, text, date int
}

func (b *workbook) makeStyles() (err error) {
	format := "yyyy-mm-dd"
	for _, style := range []struct {
		id   *int
		look excelize.Style
	}{
		{&b.header, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49}},
		// Number format 49 is text: a cell that somebody edits later stays one, and a phone keeps its leading 0.
		{&b.text, excelize.Style{NumFmt: 49}},
		{&b.date, excelize.Style{CustomNumFmt: &format}},
	} {
		if *style.id, err = b.file.NewStyle(&style.look); err != nil {
			return fmt.Errorf("making the workbook's styles: %w", err)
		}
	}
	return nil
}

// addSheet lists the people on a sheet of their own.
func addSheet[P any](b *workbook, sheet string, people []P, fields []field[P]) error {
	var columns []column
	var widths []float64
	for _, each := range fields {
		columns, widths = append(columns, each.column), append(widths, each.width)
	}
	var rows [][]any
	for i := range people {
		var values []any
		for _, each := range fields {
			values = append(values, each.of(&people[i]))
		}
		rows = append(rows, values)
	}
	if _, err := b.file.NewSheet(sheet); err != nil { // which leaves one that is there as it is
		return fmt.Errorf("adding a sheet: %w", err)
	}
	return b.fill(sheet, columns, widths, rows)
}

// fill writes a sheet: a header that stays in sight, and below it the rows.
func (b *workbook) fill(sheet string, columns []column, widths []float64, rows [][]any) error {
	stream, err := b.file.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("beginning a sheet: %w", err)
	}
	for i, width := range widths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return fmt.Errorf("setting a column's width: %w", err)
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freezing the header: %w", err)
	}
	var header []any
	for _, heading := range headingsOf(columns) {
		header = append(header, excelize.Cell{StyleID: b.header, Value: heading})
	}
	for n, row := range append([][]any{header}, b.styled(rows)...) {
		if err := stream.SetRow(fmt.Sprintf("A%d", n+1), row); err != nil {
			return fmt.Errorf("writing a row: %w", err)
		}
	}
	if err := stream.Flush(); err != nil {
		return fmt.Errorf("ending a sheet: %w", err)
	}
	return nil
}

func (b *workbook) styled(rows [][]any) [][]any {
	for _, row := range rows {
		for i, value := range row {
			row[i] = b.cell(value)
		}
	}
	return rows
}

// cell is a date as a date, as far as every spreadsheet counts days alike, and anything else as a text.
func (b *workbook) cell(value any) any {
	date, isDate := value.(workday.Date)
	if isDate && !date.IsZero() && date.Year() >= 1950 && date.Year() <= 2100 {
		return excelize.Cell{StyleID: b.date, Value: date.In(time.UTC)}
	}
	return excelize.Cell{StyleID: b.text, Value: spreadsheet.Clean(fmt.Sprint(value))}
}

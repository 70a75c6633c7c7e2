package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// workbook makes FILE.xlsx of a text that shows it: a line "# name" begins a sheet, every other line is a row with its cells between bars. A line
// "@merge A1:G1" merges cells, "@hide 3" hides a row, and "@hide" alone the sheet. A cell n:139 holds a number, d:2026-03-01 a date, =1+1 a formula without its
// result, and any other its text.
func workbook(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: workbook FILE.xlsx TEXT")
	}
	file := excelize.NewFile()
	date, err := file.NewStyle(&excelize.Style{NumFmt: 14})
	ts.Check(err)
	sheet, row := "", 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = strings.TrimSuffix(line, "\n")
		if name, begins := strings.CutPrefix(line, "# "); begins {
			_, err := file.NewSheet(name)
			ts.Check(err)
			sheet, row = name, 0
			continue
		}
		if merged, merges := strings.CutPrefix(line, "@merge "); merges {
			first, last, _ := strings.Cut(merged, ":")
			ts.Check(file.MergeCell(sheet, first, last))
			continue
		}
		if hidden, hides := strings.CutPrefix(line, "@hide"); hides {
			ts.Check(hide(file, sheet, strings.TrimSpace(hidden)))
			continue
		}
		row++
		for column, text := range strings.Split(line, "|") {
			cell, err := excelize.CoordinatesToCellName(column+1, row)
			ts.Check(err)
			ts.Check(setCell(file, sheet, cell, strings.Trim(text, " "), date))
		}
	}
	ts.Check(file.DeleteSheet("Sheet1"))
	ts.Check(saveUncalculated(file, ts.MkAbs(args[0])))
}

func hide(file *excelize.File, sheet, row string) error {
	if row == "" {
		return file.SetSheetVisible(sheet, false)
	}
	number, err := strconv.Atoi(row)
	if err != nil {
		return err
	}
	return file.SetRowVisible(sheet, number, false)
}

// saveUncalculated saves a workbook as programs do that do not calculate: this library would say of each formula that its result is a text.
func saveUncalculated(file *excelize.File, name string) error {
	written, err := file.WriteToBuffer()
	if err != nil {
		return err
	}
	again, err := excelize.OpenReader(written)
	if err != nil {
		return err
	}
	again.Pkg.Range(func(part, content any) bool {
		again.Pkg.Store(part, bytes.ReplaceAll(content.([]byte), []byte(` t="str"><f>`), []byte(`><f>`)))
		return true
	})
	return errors.Join(again.SaveAs(name), again.Close(), file.Close())
}

func setCell(file *excelize.File, sheet, cell, text string, date int) error {
	kind, value, _ := strings.Cut(text, ":")
	switch {
	case text == "":
		return nil
	case strings.HasPrefix(text, "="):
		return file.SetCellFormula(sheet, cell, text)
	case kind == "n":
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("%s: %w", cell, err)
		}
		return file.SetCellFloat(sheet, cell, number, -1, 64)
	case kind == "d":
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return fmt.Errorf("%s: %w", cell, err)
		}
		if err := file.SetCellValue(sheet, cell, day); err != nil {
			return err
		}
		return file.SetCellStyle(sheet, cell, cell, date)
	default:
		return file.SetCellStr(sheet, cell, text)
	}
}

// sheets shows the workbooks that are named as workbook is given them, texts and numbers told apart.
func sheets(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		file, err := excelize.OpenFile(ts.MkAbs(name))
		ts.Check(err)
		for _, sheet := range file.GetSheetList() {
			rows, err := file.GetRows(sheet)
			ts.Check(err)
			_, err = fmt.Fprintf(ts.Stdout(), "# %s\n", sheet)
			ts.Check(err)
			for n, row := range rows {
				for column := range row {
					cell, err := excelize.CoordinatesToCellName(column+1, n+1)
					ts.Check(err)
					kind, err := file.GetCellType(sheet, cell)
					ts.Check(err)
					if row[column] != "" && (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber) {
						row[column] = "n:" + row[column]
					}
				}
				_, err = fmt.Fprintln(ts.Stdout(), strings.TrimRight(strings.ReplaceAll(strings.Join(row, " | "), "\n", "⏎"), " |"))
				ts.Check(err)
			}
		}
		ts.Check(file.Close())
	}
}

// gbk rewrites a file as Chinese Windows would have written it.
func gbk(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text, err := simplifiedchinese.GBK.NewEncoder().String(ts.ReadFile(name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

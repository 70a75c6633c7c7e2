package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestTheWorkbookHasASheetForEachTownship(t *testing.T) {
	folder := t.TempDir()
	first, second := filepath.Join(folder, "first.xlsx"), filepath.Join(folder, "second.xlsx")
	for _, path := range []string{first, second} {
		if err := run(filepath.Join("..", "..", "config", "samples"), path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(content(t, first), content(t, second)) {
		t.Error("the same samples give another file: the bundle would differ with each build")
	}
	workbook, err := excelize.OpenFile(first)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = workbook.Close() }()
	if sheets := workbook.GetSheetList(); len(sheets) != 7 || sheets[0] != "吉昌镇" {
		t.Errorf("sheets %v, want one for each township, 吉昌镇 first", sheets)
	}
	if rows, err := workbook.GetRows("中垛乡"); err != nil || len(rows) != 79 || rows[0][0] != "吉县中垛乡人大代表名册" || rows[2][1] != "县代表01" {
		t.Errorf("中垛乡 has %d rows (%v), want a title, the headings and 77 deputies", len(rows), err)
	}
}

func TestAFolderWithoutSamplesIsTold(t *testing.T) {
	folder := t.TempDir()
	if err := run(folder, filepath.Join(folder, "x.xlsx")); err == nil {
		t.Error("a workbook without a sheet was written")
	}
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

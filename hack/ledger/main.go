// Command ledger writes the workbook that the tutorial begins with: the deputies of the seven sample townships as a county keeps them, a sheet for each
// township with a title above the table. Everybody in it is a placeholder.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/xuri/excelize/v2"
	"k8s.io/apimachinery/pkg/util/yaml"

	"township.dev/liaison/api/v1alpha1"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ledger config/samples FILE.xlsx")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(1)
	}
}

func run(samples, workbook string) error {
	townships, err := read(samples)
	if err != nil {
		return err
	}
	return write(townships, workbook)
}

// township is what one sample file declares.
type township struct {
	station v1alpha1.LiaisonStation
	roster  v1alpha1.DeputyRoster
}

// read finds the townships, in the order of their codes.
func read(folder string) ([]township, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("looking for samples: %w", err)
	}
	var townships []township
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading a sample: %w", err)
		}
		t, err := parse(content)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		if t.station.Name != "" {
			townships = append(townships, t)
		}
	}
	if len(townships) == 0 {
		return nil, fmt.Errorf("there is no LiaisonStation in %s", folder)
	}
	slices.SortFunc(townships, func(a, b township) int {
		return bytes.Compare([]byte(a.station.Spec.Township.Code), []byte(b.station.Spec.Township.Code))
	})
	return townships, nil
}

// parse reads a station and its roster; of any other file nothing is left.
func parse(content []byte) (township, error) {
	var t township
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for _, into := range []any{&t.station, &t.roster} {
		if err := documents.Decode(into); err != nil && !errors.Is(err, io.EOF) {
			return township{}, fmt.Errorf("decoding it: %w", err)
		}
	}
	if t.station.Kind != "LiaisonStation" || t.roster.Kind != "DeputyRoster" {
		return township{}, nil
	}
	return t, nil
}

// headings of the table; a county's own order and words may be others.
var headings = []any{"序号", "姓名", "代表层级", "选区（村、社区）", "联系电话", "是否公开"}

func write(townships []township, path string) error {
	workbook := excelize.NewFile()
	defer func() { _ = workbook.Close() }() // it leaves nothing behind that was not saved
	for _, t := range townships {
		if err := addSheet(workbook, t); err != nil {
			return fmt.Errorf("writing the sheet of %s: %w", t.station.Spec.Township.Name, err)
		}
	}
	if err := workbook.DeleteSheet("Sheet1"); err != nil {
		return fmt.Errorf("removing the sheet that every new workbook has: %w", err)
	}
	if err := workbook.SaveAs(path); err != nil {
		return fmt.Errorf("writing the workbook: %w", err)
	}
	return nil
}

func addSheet(workbook *excelize.File, t township) error {
	sheet := t.station.Spec.Township.Name
	if _, err := workbook.NewSheet(sheet); err != nil {
		return err
	}
	if err := workbook.SetCellStr(sheet, "A1", t.station.Spec.Township.County+sheet+"人大代表名册"); err != nil {
		return err
	}
	if err := workbook.MergeCell(sheet, "A1", "F1"); err != nil {
		return err
	}
	if err := workbook.SetSheetRow(sheet, "A2", &headings); err != nil {
		return err
	}
	for i, deputy := range t.roster.Spec.Deputies {
		row := []any{i + 1, deputy.Name, level(deputy.Level), deputy.Village, deputy.Phone, published(deputy.PublishPhone)}
		if err := workbook.SetSheetRow(sheet, fmt.Sprintf("A%d", i+3), &row); err != nil {
			return err
		}
	}
	return nil
}

func level(level v1alpha1.DeputyLevel) string {
	if level == v1alpha1.DeputyCounty {
		return "县"
	}
	return "乡"
}

func published(phone bool) string {
	if phone {
		return "是"
	}
	return "否"
}

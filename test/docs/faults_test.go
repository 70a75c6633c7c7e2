package docs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// The county's own file is not the sample: what is wrong in a sheet must be told, and must not end as a roster of two lines.
func TestAFaultInTheCountysFileIsToldByTheTutorialAndMakesNoRoster(t *testing.T) {
	for _, page := range []string{"docs/tutorial.md", "docs/tutorial.zh-CN.md"} {
		t.Run(page, func(t *testing.T) {
			bin, err := filepath.Abs(filepath.Join(root, "bin"))
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			here := place{folder: folder, home: folder, path: []string{folder, filepath.Join(bin, "k8s"), "/usr/bin", "/bin"}, patience: time.Minute}
			command(t, "go", "build", "-o", filepath.Join(folder, "kubectl-liaison"), "township.dev/liaison/cmd/kubectl-liaison")
			spoiltCounty(t, filepath.Join(folder, "county.xlsx"))

			var imports []block
			for _, b := range commands(t, page) {
				if strings.Contains(b.text, "townships.txt") && len(imports) < 2 {
					imports = append(imports, b)
				}
			}
			imports[1].text, _, _ = strings.Cut(imports[1].text, "head -n 9")
			imports[1].prints = "" // that of a sound file
			printed := here.printed(t, imports)
			if len(printed) != 2 || !strings.Contains(printed[1], "C4") {
				t.Errorf("the fault is not told with its cell: %q", printed)
			}
			if _, err := os.Stat(filepath.Join(folder, "rosters", "tunli.yaml")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the faulty sheet made a roster: %v", err)
			}
			if made, err := filepath.Glob(filepath.Join(folder, "rosters", "*.yaml")); err != nil || len(made) != 6 {
				t.Errorf("rosters %v, %v, want those of the six sound sheets", made, err)
			}
		})
	}
}

// spoiltCounty is the county's file with a deputy of 屯里镇 of a level that there is not.
func spoiltCounty(t *testing.T, workbook string) {
	t.Helper()
	command(t, "go", "run", "township.dev/liaison/hack/ledger", filepath.Join(root, "config", "samples"), workbook)
	file, err := excelize.OpenFile(workbook)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.SetCellStr("屯里镇", "C4", "村"); err != nil {
		t.Fatal(err)
	}
	if err := file.Save(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

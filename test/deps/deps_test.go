// Package deps keeps the directions of imports: each rule is a row with its reason, and a break of it fails with that reason.
package deps

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "township.dev/liaison"

// listed is what `go list` says of a package.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

func TestImportsPointDown(t *testing.T) {
	for _, pkg := range list(t) {
		folder := strings.TrimPrefix(pkg.ImportPath, module+"/")
		rule, found := ruleFor(folder)
		if !found {
			t.Errorf("%s has no row in directions; add one and say what it may import", folder)
			continue
		}
		for _, imported := range ours(pkg.Imports) {
			if !below(imported, rule.folder) && !belowAny(imported, rule.may) {
				t.Errorf("%s must not import %s: %s", folder, imported, rule.why)
			}
		}
	}
}

// Tests may also use what is built for tests, and no test reaches into a binary.
func TestTestsImportWhatTheirPackageMayOrWhatIsForTests(t *testing.T) {
	for _, pkg := range list(t) {
		folder := strings.TrimPrefix(pkg.ImportPath, module+"/")
		rule, _ := ruleFor(folder)
		for _, imported := range ours(append(pkg.TestImports, pkg.XTestImports...)) {
			if below(imported, "cmd") && !below(folder, "cmd") {
				t.Errorf("the tests of %s must not import %s: run the binary instead", folder, imported)
			}
			if below(rule.folder, "internal") && below(imported, "controllers") {
				t.Errorf("the tests of %s must not import %s: %s", folder, imported, rule.why)
			}
		}
	}
}

func TestProductIsNotLinkedWithTests(t *testing.T) {
	for _, pkg := range list(t) {
		folder := strings.TrimPrefix(pkg.ImportPath, module+"/")
		for _, imported := range ours(pkg.Deps) {
			if below(imported, "test") && !belowAny(folder, []string{"test", "hack"}) {
				t.Errorf("%s reaches %s: code for tests does not belong into it", folder, imported)
			}
		}
	}
}

func TestWhatMustNotBeReached(t *testing.T) {
	for _, pkg := range list(t) {
		folder := strings.TrimPrefix(pkg.ImportPath, module+"/")
		for _, rule := range unreachables {
			if !below(folder, rule.from) {
				continue
			}
			for _, reached := range pkg.Deps {
				if belowAny(reached, rule.not) {
					t.Errorf("%s must not reach %s: %s", folder, reached, rule.why)
				}
			}
		}
	}
}

// A row about a folder that is gone protects nothing.
func TestEveryRowIsInUse(t *testing.T) {
	packages := list(t)
	inUse := func(folder string) bool {
		for _, pkg := range packages {
			if below(strings.TrimPrefix(pkg.ImportPath, module+"/"), folder) {
				return true
			}
		}
		return false
	}
	for _, rule := range directions {
		if !inUse(rule.folder) {
			t.Errorf("the row for %s fits no package", rule.folder)
		}
	}
	for _, rule := range unreachables {
		if !inUse(rule.from) {
			t.Errorf("the row for %s fits no package", rule.from)
		}
	}
}

// list asks the go command for every package of this module.
func list(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", "./...")
	command.Dir = filepath.Join("..", "..")
	output, err := command.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var pkg listed
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, pkg)
	}
}

// ruleFor finds the row of the longest folder the package lies in.
func ruleFor(folder string) (best direction, found bool) {
	for _, rule := range directions {
		if below(folder, rule.folder) && len(rule.folder) > len(best.folder) {
			best, found = rule, true
		}
	}
	return best, found
}

// ours keeps this module's packages, as folders.
func ours(imports []string) []string {
	var folders []string
	for _, imported := range imports {
		if folder, found := strings.CutPrefix(imported, module+"/"); found {
			folders = append(folders, folder)
		}
	}
	return folders
}

func below(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

func belowAny(folder string, parents []string) bool {
	for _, parent := range parents {
		if below(folder, parent) {
			return true
		}
	}
	return false
}

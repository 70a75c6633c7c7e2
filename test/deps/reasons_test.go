package deps

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	tableRow   = regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \|$`)
	modulePath = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/\S+$`)
)

// Who adds a dependency says why, and who removes one removes the reason.
func TestEveryDirectDependencyHasAReason(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, row := range tableRow.FindAllStringSubmatch(string(page), -1) {
		for cell := range strings.SplitSeq(row[1], ", ") {
			if modulePath.MatchString(cell) {
				explained[cell] = true
			}
		}
	}
	used := map[string]bool{}
	modules, err := filepath.Glob(filepath.Join("..", "..", "hack", "*", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	tools, err := filepath.Glob(filepath.Join("..", "..", "hack", "tools", "*", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Concat([]string{filepath.Join("..", "..", "go.mod")}, modules, tools) {
		for _, path := range direct(t, file) {
			used[path] = true
			if !explained[path] {
				t.Errorf("%s requires %s, and docs/dependencies.md does not say why", file, path)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(explained)) {
		if !used[path] {
			t.Errorf("docs/dependencies.md explains %s, which no go.mod requires", path)
		}
	}
}

// direct lists the modules that a go.mod requires for its own imports and tools.
func direct(t *testing.T, file string) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", file).Output()
	if err != nil {
		t.Fatalf("reading %s: %v", file, err)
	}
	var module struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Tool []struct{ Path string }
	}
	if err := json.Unmarshal(output, &module); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, required := range module.Require {
		// A tool's module stands among the indirect ones, because nothing imports it.
		isTool := false
		for _, tool := range module.Tool {
			isTool = isTool || below(tool.Path, required.Path)
		}
		if !required.Indirect || isTool {
			paths = append(paths, required.Path)
		}
	}
	return paths
}

package supervise

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLastLinesAreTheEndOfALongLog(t *testing.T) {
	var log strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&log, "line %d\n", i)
	}
	got := lastLines(logFile(t, log.String()))
	if len(got) != tailLines || got[tailLines-1] != "line 4999" || got[0] != fmt.Sprintf("line %d", 5000-tailLines) {
		t.Errorf("got %q", got)
	}
}

func TestThePanicIsTakenAndNotTheEndOfItsTrace(t *testing.T) {
	trace := strings.Repeat("\tsome/file.go:1\n", 50)
	got := lastLines(logFile(t, "serving\npanic: cannot open the database\n"+trace))
	if len(got) != tailLines || got[0] != "panic: cannot open the database" {
		t.Errorf("got %q", got)
	}
}

func TestAnEmptyLogHasNoLastLines(t *testing.T) {
	if got := lastLines(logFile(t, "")); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestAMissingLogIsTold(t *testing.T) {
	got := lastLines(filepath.Join(t.TempDir(), "none.log"))
	if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, "cannot be read") }) {
		t.Errorf("got %q", got)
	}
}

func logFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "part.log")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

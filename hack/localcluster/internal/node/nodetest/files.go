package nodetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// RequireRoot fails a test that needs root. It does not skip: a run that silently leaves out the containers proves nothing.
func RequireRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this test switches users in containers and needs root: run `go test` as root, as .ci/run does")
	}
}

// Binary is the absolute path of the running test binary.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatalf("finding the test binary: %v", err)
	}
	return path
}

// WriteFile writes a file and its folders below dir and returns its path.
func WriteFile(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Patience is how long a test waits. The machine may be slow and busy; a passing test never waits that long.
const Patience = time.Minute

// Eventually polls until holds returns "" and fails with its last complaint when that takes longer than Patience.
func Eventually(t testing.TB, holds func() string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(Patience)
	for complaint := holds(); complaint != ""; complaint = holds() {
		select {
		case <-deadline:
			t.Fatalf("after %s still: %s", Patience, complaint)
		case <-tick.C:
		}
	}
}

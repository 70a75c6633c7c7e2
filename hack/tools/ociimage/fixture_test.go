package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

var epoch = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)

func aRelease(name string) release {
	return release{
		name: name, version: "0.1.0", source: "https://township.dev/liaison", revision: commit, licences: "Apache-2.0", created: epoch,
	}
}

// scratch holds what is made once for all tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "ociimage-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch) // the tests have their result; what is left is temporary
	os.Exit(code)
}

// program builds a small one for an architecture.
func program(t *testing.T, arch string) string {
	t.Helper()
	source := filepath.Join(t.TempDir(), "hello.go")
	write(t, source, "package main\n\nfunc main() { println(\"hello\") }\n")
	binary := filepath.Join(t.TempDir(), "program")
	goBuild(t, arch, filepath.Dir(source), source, binary)
	return binary
}

// ownProgram builds this very one, which has modules in it.
func ownProgram(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(scratch, "ociimage")
	if _, err := os.Stat(binary); err != nil {
		goBuild(t, runtime.GOARCH, ".", ".", binary)
	}
	return binary
}

func goBuild(t *testing.T, arch, folder, what, binary string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-o", binary, what)
	build.Dir = folder
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building a program to pack: %v\n%s", err, out)
	}
}

// packed is a layout with both of our images for two architectures.
func packed(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "images")
	binaries := []string{program(t, "amd64"), program(t, "arm64")}
	pack(t, aRelease("liaison-operator"), folder, binaries...)
	intake := aRelease("liaison-intake")
	intake.roots = true
	pack(t, intake, folder, binaries...)
	return folder
}

func pack(t *testing.T, r release, folder string, binaries ...string) {
	t.Helper()
	if _, err := r.pack(folder, binaries); err != nil {
		t.Fatal(err)
	}
}

// images reads a layout.
func images(t *testing.T, folder string) []stored {
	t.Helper()
	found, err := readLayout(folder)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ociimage runs a command of this program and returns what it prints.
func ociimage(t *testing.T, args ...string) string {
	t.Helper()
	var out strings.Builder
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatalf("ociimage %v: %v", args, err)
	}
	return out.String()
}

// refuses runs a command of this program that must fail with these words.
func refuses(t *testing.T, words string, args ...string) {
	t.Helper()
	err := run(context.Background(), args, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("ociimage %v: %v, want it to say %q", args, err, words)
	}
}

// tree is every file below a folder with its hash, and every link with where it leads.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if entry.Type() == fs.ModeSymlink {
			files[strings.TrimPrefix(path, folder)], err = os.Readlink(path)
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, folder)] = fmt.Sprintf("%x", sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

package docs

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A page is one shell: what a block sets, starts and writes is there for the next, and what still runs at the end ends.
func TestAPageIsOneShell(t *testing.T) {
	folder := t.TempDir()
	page := "```yaml station.yaml\nkind: LiaisonStation\n```\n\n```sh\nname=PLACEHOLDER\nsleep 1000 > alive &\n```\n\n" +
		"```sh\necho \"$name  $(cat station.yaml)\"\n```\n\n```text\nzhongduo … LiaisonStation\n```\n"
	here := place{folder: folder, home: folder, path: []string{"/usr/bin", "/bin"}, instead: []string{"PLACEHOLDER", "zhongduo"}, patience: time.Minute}

	alive := filepath.Join(folder, "alive")
	if err := syscall.Mkfifo(alive, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(alive, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	here.follow(t, commandsOf("page.md", page))
	// This ends when the last process that has the pipe open does.
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		t.Error(err)
	}
}

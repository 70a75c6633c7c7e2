package podlog

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func TestReadingBackWhatWasPrinted(t *testing.T) {
	path := Path(t.TempDir(), "intake", 0)
	writer := newTestWriter(t, path, maxFileBytes)
	copyAll(t, writer, "stdout", "one\ntwo\n")
	copyAll(t, writer, "stderr", "three\nunfinished")

	tests := []struct {
		name    string
		options corev1.PodLogOptions
		want    string
	}{
		{"everything", corev1.PodLogOptions{}, "one\ntwo\nthree\nunfinished\n"},
		{"the last two lines", corev1.PodLogOptions{TailLines: ptr.To[int64](2)}, "three\nunfinished\n"},
		{"no lines", corev1.PodLogOptions{TailLines: ptr.To[int64](0)}, ""},
		{"five bytes", corev1.PodLogOptions{LimitBytes: ptr.To[int64](5)}, "one\nt"},
		{"the last hour", corev1.PodLogOptions{SinceSeconds: ptr.To[int64](3600)}, "one\ntwo\nthree\nunfinished\n"},
		{"stderr only", corev1.PodLogOptions{Stream: ptr.To(corev1.LogStreamStderr)}, "three\nunfinished\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := read(t, path, test.options); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTimestamps(t *testing.T) {
	path := Path(t.TempDir(), "intake", 0)
	copyAll(t, newTestWriter(t, path, maxFileBytes), "stdout", "one\n")
	stamp, text, _ := strings.Cut(read(t, path, corev1.PodLogOptions{Timestamps: true}), " ")
	if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil || text != "one\n" {
		t.Errorf("timestamp %q (%v), text %q", stamp, err, text)
	}
}

func TestALongLineComesBackWhole(t *testing.T) {
	path := Path(t.TempDir(), "intake", 0)
	long := strings.Repeat("长", maxLineBytes) + "\n"
	copyAll(t, newTestWriter(t, path, maxFileBytes), "stdout", long)
	if got := read(t, path, corev1.PodLogOptions{}); got != long {
		t.Errorf("got %d bytes, want the %d bytes written", len(got), len(long))
	}
}

func TestALogIsBounded(t *testing.T) {
	path := Path(t.TempDir(), "intake", 0)
	const limit = 1000
	writer := newTestWriter(t, path, limit)
	for range 100 {
		copyAll(t, writer, "stdout", strings.Repeat("x", 50)+"\n")
	}
	copyAll(t, writer, "stdout", "last\n")
	total := 0
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += int(info.Size())
	}
	if total > 2*limit {
		t.Errorf("%d bytes on disk, want at most %d", total, 2*limit)
	}
	if got := read(t, path, corev1.PodLogOptions{TailLines: ptr.To[int64](1)}); got != "last\n" {
		t.Errorf("the last line is %q", got)
	}
}

func TestFollowingGoesThroughARotationAndEndsWithTheContainer(t *testing.T) {
	path := Path(t.TempDir(), "intake", 0)
	writer := newTestWriter(t, path, 200)
	copyAll(t, writer, "stdout", "before\n")
	var running atomic.Bool
	running.Store(true)
	reader, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Read(t.Context(), path, corev1.PodLogOptions{Follow: true}, running.Load, out)
		_ = out.Close()
	}()
	expect(t, reader, "before\n")
	padding := strings.Repeat("x", 150) + "\n"
	copyAll(t, writer, "stdout", padding)
	expect(t, reader, padding)
	copyAll(t, writer, "stdout", "after\n") // in a new file
	expect(t, reader, "after\n")
	running.Store(false)
	if rest, _ := io.ReadAll(reader); len(rest) > 0 {
		t.Errorf("after the end: %q", rest)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOnlyThePreviousRunIsKept(t *testing.T) {
	dir := t.TempDir()
	for run := range int32(4) {
		newTestWriter(t, Path(dir, "intake", run), maxFileBytes)
	}
	if err := Prune(dir, "intake", 3); err != nil {
		t.Fatal(err)
	}
	for run, want := range []bool{false, false, true, true} {
		if _, err := os.Stat(Path(dir, "intake", int32(run))); (err == nil) != want {
			t.Errorf("log of run %d kept: %t, want %t", run, err == nil, want)
		}
	}
}

func newTestWriter(t *testing.T, path string, limit int) *Writer {
	t.Helper()
	writer, err := newWriter(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	return writer
}

func copyAll(t *testing.T, writer *Writer, stream, text string) {
	t.Helper()
	if err := writer.Copy(stream, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string, options corev1.PodLogOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := Read(context.Background(), path, options, func() bool { return false }, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func expect(t *testing.T, reader io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(reader, got); err != nil || string(got) != want {
		t.Fatalf("followed %q (%v), want %q", got, err, want)
	}
}

// Package podlog keeps what containers print, in the format of the container runtime interface, and reads it back for
// `kubectl logs`.
package podlog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxFileBytes bounds one file; together with the one rotated away a container run holds at most twice as much.
	maxFileBytes = 10 << 20
	// maxLineBytes is where a longer line is cut into partial ones, as container runtimes do.
	maxLineBytes = 16 << 10

	timeFormat = "2006-01-02T15:04:05.000000000Z07:00"
	rotated    = ".1"
)

// Path is the log of one run of a container: run 0 is the first, each restart counts one up.
func Path(podDir, container string, run int32) string {
	return filepath.Join(podDir, "logs", container, strconv.Itoa(int(run))+".log")
}

// Prune removes the logs of all runs but the current and the previous one.
func Prune(podDir, container string, current int32) error {
	dir := filepath.Dir(Path(podDir, container, current))
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for old logs: %w", err)
	}
	for _, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), ".")
		if run, err := strconv.Atoi(number); err == nil && int32(run) < current-1 {
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return fmt.Errorf("removing an old log: %w", err)
			}
		}
	}
	return nil
}

// Writer writes the log of one run. Its two streams may be copied at the same time.
type Writer struct {
	path  string
	limit int

	mu   sync.Mutex
	file *os.File
	size int
}

// NewWriter starts the log at path.
func NewWriter(path string) (*Writer, error) { return newWriter(path, maxFileBytes) }

func newWriter(path string, limit int) (*Writer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for logs: %w", err)
	}
	w := &Writer{path: path, limit: limit}
	if err := w.open(); err != nil {
		return nil, err
	}
	return w, nil
}

// Copy writes each line of source under the stream's name, "stdout" or "stderr", until source ends.
func (w *Writer) Copy(stream string, source io.Reader) error {
	reader := bufio.NewReaderSize(source, maxLineBytes)
	for {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			tag := "F"
			if errors.Is(err, bufio.ErrBufferFull) {
				tag = "P"
			}
			if writeErr := w.write(stream, tag, line); writeErr != nil {
				// The program must not block on a full pipe because its log cannot be kept.
				_, discardErr := io.Copy(io.Discard, reader)
				return errors.Join(writeErr, discardErr)
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("reading a container's %s: %w", stream, err)
		}
	}
}

// Close ends the log.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.file.Close()
}

func (w *Writer) write(stream, tag string, line []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	entry := fmt.Appendf(nil, "%s %s %s %s\n", time.Now().UTC().Format(timeFormat), stream, tag, trimNewline(line))
	if w.size > 0 && w.size+len(entry) > w.limit {
		if err := w.rotate(); err != nil {
			return err
		}
	}
	n, err := w.file.Write(entry)
	w.size += n
	if err != nil {
		return fmt.Errorf("writing a container's log: %w", err)
	}
	return nil
}

func (w *Writer) rotate() error {
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("rotating a container's log: %w", err)
	}
	if err := os.Rename(w.path, w.path+rotated); err != nil {
		return fmt.Errorf("rotating a container's log: %w", err)
	}
	return w.open()
}

func (w *Writer) open() error {
	file, err := os.Create(w.path)
	if err != nil {
		return fmt.Errorf("opening a container's log: %w", err)
	}
	w.file, w.size = file, 0
	return nil
}

func trimNewline(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		return line[:n-1]
	}
	return line
}

package podlog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// followInterval is how long following waits at the end of a log before it looks again.
const followInterval = 100 * time.Millisecond

// errEnough ends reading when the options' byte limit is reached.
var errEnough = errors.New("byte limit reached")

// Read writes the log at path to out as the options ask. Following ends when running says that the container has ended, or when
// ctx does.
//
// kubelet's own reader (k8s.io/cri-client/pkg/logs) is not used because it loses the trail when a log is rotated just as it
// begins to follow.
func Read(ctx context.Context, path string, options corev1.PodLogOptions, running func() bool, out io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	source := &follower{path: path, file: file, reader: bufio.NewReader(file)}
	defer func() { source.file.Close() }()
	printer := newPrinter(options, time.Now(), out)
	if err := source.printTail(options.TailLines, printer); err != nil {
		return ignoring(errEnough, err)
	}
	if !options.Follow {
		return nil
	}
	return ignoring(errEnough, source.follow(ctx, running, printer))
}

// follower reads a log's lines through rotations.
type follower struct {
	path   string
	file   *os.File
	reader *bufio.Reader
	// unfinished is the part of a line that was written so far.
	unfinished string
}

// next returns the next whole line, or false at the end of what is written.
func (f *follower) next() (string, bool, error) {
	part, err := f.reader.ReadString('\n')
	f.unfinished += part
	if errors.Is(err, io.EOF) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("reading the log: %w", err)
	}
	line := strings.TrimSuffix(f.unfinished, "\n")
	f.unfinished = ""
	return line, true, nil
}

// printTail prints what is written so far, or its last lines. Logs are bounded, so reading all of it costs little.
func (f *follower) printTail(limit *int64, printer *printer) error {
	var entries []entry
	for {
		line, found, err := f.next()
		if err != nil {
			return err
		}
		if !found {
			break
		}
		if e, ok := parse(line); ok && printer.wants(e) {
			entries = append(entries, e)
		}
	}
	for _, e := range entries[tailStart(entries, limit):] {
		if err := printer.print(e); err != nil {
			return err
		}
	}
	return nil
}

// tailStart is the index of the first entry of the last limit lines; the parts of a cut line count as one.
func tailStart(entries []entry, limit *int64) int {
	if limit == nil {
		return 0
	}
	start, lines := len(entries), int64(0)
	for i := len(entries) - 1; i >= 0; i-- {
		if !entries[i].partial {
			lines++
		}
		if lines > *limit {
			break
		}
		start = i
	}
	return start
}

func (f *follower) follow(ctx context.Context, running func() bool, printer *printer) error {
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	for {
		// Asked before reading: what the container printed last is read after it was seen to have ended.
		ended := !running()
		if err := f.printNew(printer); err != nil {
			return err
		}
		if ended {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (f *follower) printNew(printer *printer) error {
	for {
		if err := f.drain(printer); err != nil {
			return err
		}
		fresh, err := f.successor()
		if err != nil || fresh == nil {
			return err
		}
		// Lines may have come between the last read and the rotation; the writer is done with the old file now.
		if err := f.drain(printer); err != nil {
			return errors.Join(err, fresh.Close())
		}
		f.file.Close()
		f.file, f.reader = fresh, bufio.NewReader(fresh)
	}
}

func (f *follower) drain(printer *printer) error {
	for {
		line, found, err := f.next()
		if err != nil || !found {
			return err
		}
		if e, ok := parse(line); ok && printer.wants(e) {
			if err := printer.print(e); err != nil {
				return err
			}
		}
	}
}

// successor opens the file that has taken the log's place, or returns nil while the one being read was not rotated away.
func (f *follower) successor() (*os.File, error) {
	fresh, err := os.Open(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // between the two steps of a rotation, or the pod is gone
	}
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	freshInfo, freshErr := fresh.Stat()
	info, err := f.file.Stat()
	if err = errors.Join(freshErr, err); err != nil || os.SameFile(info, freshInfo) {
		return nil, errors.Join(err, fresh.Close())
	}
	return fresh, nil
}

// entry is one line of a log file.
type entry struct {
	time    time.Time
	stream  string
	partial bool
	text    string
}

func parse(line string) (entry, bool) {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 {
		return entry{}, false
	}
	stamp, err := time.Parse(time.RFC3339Nano, fields[0])
	if err != nil {
		return entry{}, false
	}
	return entry{time: stamp, stream: fields[1], partial: fields[2] == "P", text: fields[3]}, true
}

// printer writes entries as the options ask.
type printer struct {
	out        io.Writer
	stream     string
	since      time.Time
	timestamps bool
	remaining  int64
	midLine    bool
}

func newPrinter(options corev1.PodLogOptions, now time.Time, out io.Writer) *printer {
	p := &printer{out: out, timestamps: options.Timestamps, remaining: ptr.Deref(options.LimitBytes, 1<<62)}
	if stream := ptr.Deref(options.Stream, corev1.LogStreamAll); stream != corev1.LogStreamAll {
		p.stream = strings.ToLower(stream)
	}
	switch {
	case options.SinceSeconds != nil:
		p.since = now.Add(-time.Duration(*options.SinceSeconds) * time.Second)
	case options.SinceTime != nil:
		p.since = options.SinceTime.Time
	}
	return p
}

func (p *printer) wants(e entry) bool {
	return !e.time.Before(p.since) && (p.stream == "" || p.stream == e.stream)
}

func (p *printer) print(e entry) error {
	text := e.text
	if p.timestamps && !p.midLine {
		text = e.time.Format(timeFormat) + " " + text
	}
	p.midLine = e.partial
	if !e.partial {
		text += "\n"
	}
	text = text[:min(int64(len(text)), p.remaining)]
	if _, err := io.WriteString(p.out, text); err != nil {
		return fmt.Errorf("sending the log: %w", err)
	}
	if p.remaining -= int64(len(text)); p.remaining <= 0 {
		return errEnough
	}
	return nil
}

func ignoring(ignored, err error) error {
	if errors.Is(err, ignored) {
		return nil
	}
	return err
}

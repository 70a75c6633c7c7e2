package supervise

import (
	"io"
	"os"
	"slices"
	"strings"
)

const (
	tailLines = 12
	tailBytes = 16 << 10
)

// lastLines reads the end of a log. It is for a person to look at, so a log that cannot be read is told
// in its place.
func lastLines(file string) []string {
	content, err := readEnd(file)
	if err != nil {
		return []string{"(its log cannot be read: " + err.Error() + ")"}
	}
	text := strings.TrimRight(string(content), "\n")
	if text == "" {
		return nil
	}
	return mostTelling(strings.Split(text, "\n"))
}

// mostTelling picks what says why a program ended: the reason of a panic stands before its long trace, any
// other at the very end.
func mostTelling(lines []string) []string {
	for i, line := range slices.Backward(lines) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return lines[i:min(len(lines), i+tailLines)]
		}
	}
	return lines[max(0, len(lines)-tailLines):]
}

func readEnd(file string) ([]byte, error) {
	log, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}
	if _, err := log.Seek(max(0, info.Size()-tailBytes), io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(log)
}

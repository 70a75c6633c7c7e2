// Package manifest reads API objects from files, as a person writes them: several documents in a file, lists, and no more ceremony than the kind.
// It is strict about everything that stands there, and names file, document, field and line of what it refuses.
package manifest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// Stdin is the name that stands for standard input, as with kubectl.
const Stdin = "-"

// OneFile takes the name of one file as a command's only argument.
func OneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("exactly one file is wanted")
	}
	return nil
}

// Read reads the documents of the named files, folders (the files right in them that end in .yaml, .yml or .json) and, for "-", of stdin.
// What cannot be read is left out and told in the faults.
func Read(names []string, stdin io.Reader) ([]*Document, []Fault) {
	var documents []*Document
	var faults []Fault
	read := false // whether stdin was
	for _, name := range names {
		if name == Stdin && read {
			faults = append(faults, Fault{Where: shown(name), Message: "can be read once; give -f - a single time"})
			continue
		}
		read = read || name == Stdin
		files, err := expand(name)
		if err != nil {
			faults = append(faults, Fault{Where: shown(name), Message: reason(err)})
		}
		for _, file := range files {
			found, wrong := readFile(file, stdin)
			documents = append(documents, found...)
			faults = append(faults, wrong...)
		}
	}
	return documents, faults
}

// expand turns a folder into its files, and anything else into itself.
func expand(name string) ([]string, error) {
	if name == Stdin {
		return []string{name}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name) // in order of name
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) {
			files = append(files, filepath.Join(name, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, errors.New("the folder holds no file that ends in .yaml, .yml or .json")
	}
	return files, nil
}

func readFile(name string, stdin io.Reader) ([]*Document, []Fault) {
	data, err := content(name, stdin)
	if err != nil {
		return nil, []Fault{{Where: shown(name), Message: reason(err)}}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // Notepad's mark
	if !utf8.Valid(data) {
		return nil, []Fault{{Where: shown(name), Message: "is not UTF-8 text; editors on Chinese Windows may write GBK: save it as UTF-8"}}
	}
	return parse(name, data)
}

func content(name string, stdin io.Reader) ([]byte, error) {
	if name == Stdin {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// Content is what a file or, for "-", standard input holds, where that is no object, and how messages call it. The error names it.
func Content(name string, stdin io.Reader) (data []byte, called string, err error) {
	called = filepath.Base(shown(name))
	if data, err = content(name, stdin); err != nil {
		return nil, called, fmt.Errorf("%s: %s", shown(name), reason(err))
	}
	return data, called, nil
}

// reason leaves out the path and the system call: the message begins with the file already.
func reason(err error) string {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return err.Error()
}

// shown is how a file is called in messages.
func shown(name string) string {
	if name == Stdin {
		return "standard input"
	}
	return name
}

// chunk is the text of one document and the line it begins on.
type chunk struct {
	text []byte
	line int
}

// split cuts a file at the lines that begin with "---". What else stands on such a line belongs to the document it begins.
func split(data []byte) []chunk {
	chunks := []chunk{{line: 1}}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if rest, begins := bytes.CutPrefix(line, []byte("---")); begins && (len(bytes.TrimSpace(rest)) == 0 || rest[0] == ' ' || rest[0] == '\t') {
			chunks = append(chunks, chunk{line: n})
			line = append([]byte("   "), rest...)
		}
		last := &chunks[len(chunks)-1]
		last.text = append(last.text, line...)
	}
	return chunks
}

// DefaultName makes a valid object name of a file's name, for documents that have none.
func DefaultName(file, otherwise string) string {
	if file == Stdin {
		return otherwise
	}
	base := filepath.Base(file)
	base = base[:len(base)-len(filepath.Ext(base))]
	name := make([]byte, 0, len(base))
	for _, r := range base {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			name = append(name, byte(r))
		case r >= 'A' && r <= 'Z':
			name = append(name, byte(r-'A'+'a'))
		case len(name) > 0 && name[len(name)-1] != '-':
			name = append(name, '-')
		}
	}
	const longest = 40 // of a roster, whose schedules are named after it
	name = bytes.Trim(name[:min(len(name), longest)], "-")
	return cmp.Or(string(name), otherwise)
}

// Package told is what a command says beside its result, on the error stream, so that the result itself can be piped.
package told

import (
	"bytes"
	"cmp"
	"fmt"
	"io"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
)

// Findings are what a command found out about its input.
type Findings struct {
	// Wrong is bad input.
	Wrong []string
	// Lacking is what makes a result incomplete that is right as far as it goes.
	Lacking []string
	// Remarks are worth knowing, and nothing is wrong about them.
	Remarks []string
}

// Refuse adds bad input.
func (f *Findings) Refuse(format string, args ...any) {
	f.Wrong = append(f.Wrong, fmt.Sprintf(format, args...))
}

// Remark adds what is worth knowing.
func (f *Findings) Remark(format string, args ...any) {
	f.Remarks = append(f.Remarks, fmt.Sprintf(format, args...))
}

// Lack adds what is missing.
func (f *Findings) Lack(format string, args ...any) {
	f.Lacking = append(f.Lacking, fmt.Sprintf(format, args...))
}

// Code is how the command ends.
func (f *Findings) Code() int {
	switch {
	case len(f.Wrong) > 0:
		return exit.BadInput
	case len(f.Lacking) > 0:
		return exit.Incomplete
	default:
		return exit.Done
	}
}

// Deliver tells the findings and, where nothing stands against it, writes the result. The error is how the command ends.
func (f *Findings) Deliver(result []byte, failure error, out, err io.Writer) error {
	if err := f.Write(err); err != nil {
		return err
	}
	if failure != nil || len(f.Wrong) > 0 {
		return cmp.Or(failure, exit.With(f.Code()))
	}
	if _, err := out.Write(result); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return exit.With(f.Code())
}

// Count is a number of things.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Write tells the findings, a line for each.
func (f *Findings) Write(w io.Writer) error {
	var b bytes.Buffer
	for _, part := range []struct {
		label string
		texts []string
	}{{"error", f.Wrong}, {"incomplete", f.Lacking}, {"warning", f.Remarks}} {
		for _, text := range part.texts {
			fmt.Fprintf(&b, "%s: %s\n", part.label, show.Printable(text))
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	return nil
}

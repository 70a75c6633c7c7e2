package duty

import (
	"bytes"
	"fmt"
	"io"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
)

// findings are what is to be said beside the plan, on the error stream, so that the plan itself can be piped.
type findings struct {
	// wrong is bad input; what it concerns is left out of the plan.
	wrong []string
	// lacking is what makes the plan incomplete.
	lacking []string
	// remarks change nothing about the plan's being right.
	remarks []string
}

func (f *findings) code() int {
	switch {
	case len(f.wrong) > 0:
		return exit.BadInput
	case len(f.lacking) > 0:
		return exit.Incomplete
	default:
		return exit.Done
	}
}

func (f *findings) write(w io.Writer) error {
	var b bytes.Buffer
	for _, part := range []struct {
		label string
		texts []string
	}{{"error", f.wrong}, {"incomplete", f.lacking}, {"warning", f.remarks}} {
		for _, text := range part.texts {
			fmt.Fprintf(&b, "%s: %s\n", part.label, show.Printable(text))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

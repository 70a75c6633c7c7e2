package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// Forms that a verb may write its answer in.
const (
	Table = "table"
	JSON  = "json"
	YAML  = "yaml"
	CSV   = "csv"
	ICS   = "ics"
	XLSX  = "xlsx"
)

// Format is the form that somebody chose with -o, one of those that the verb has.
type Format struct {
	chosen string
	of     []string
}

// NewFormat lets one of the forms be chosen; the first is the one without a choice.
func NewFormat(of ...string) Format { return Format{chosen: of[0], of: of} }

// AddTo adds the flag -o to a command.
func (f *Format) AddTo(command *cobra.Command) {
	command.Flags().VarP(f, "output", "o", f.list())
	// It fails only for a flag that is not there.
	_ = command.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.of, cobra.ShellCompDirectiveNoFileComp))
}

// String implements pflag.Value.
func (f *Format) String() string { return f.chosen }

// Set implements pflag.Value.
func (f *Format) Set(text string) error {
	if !slices.Contains(f.of, text) {
		return fmt.Errorf("must be %s", f.list())
	}
	f.chosen = text
	return nil
}

// Type implements pflag.Value.
func (f *Format) Type() string { return "format" }

func (f *Format) list() string {
	last := len(f.of) - 1
	return strings.Join(f.of[:last], ", ") + " or " + f.of[last]
}

// Document writes a value as JSON or, where that was chosen, as YAML.
func (f *Format) Document(w io.Writer, value any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // a topic may hold &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing as %s: %w", f.chosen, err)
	}
	text := b.Bytes()
	if f.chosen == YAML {
		converted, err := yaml.JSONToYAML(text)
		if err != nil {
			return fmt.Errorf("writing as YAML: %w", err)
		}
		text = converted
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

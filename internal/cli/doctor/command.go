// Package doctor is the verb `kubectl-liaison doctor`.
package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
)

const about = `Look for the usual mistakes of an installation, and name the remedy of each.

A line is a finding: how bad it is, what it is about, what is wrong, and what to do. A fault keeps something from working, a
warning will, and a note is worth knowing. It looks at every namespace that you may see, or at the one of -n, and changes nothing.

Exit codes: 0 when there is nothing to do; 1 when there are warnings; 2 when there are faults, or the cluster cannot be asked.`

const examples = `  # The whole county
  kubectl liaison doctor

  # One namespace, for a script
  kubectl liaison doctor -n jixian -o json`

// Exit codes of this verb; its callers want to know how bad it is.
const (
	exitWarnings = 1
	exitFaults   = 2
)

// New is the command. The version is that of this program.
func New(now clock.PassiveClock, version string) *cobra.Command {
	d := &doctor{access: cluster.NewAccess(), clock: now, version: version, output: show.NewFormat(show.Table, show.JSON, show.YAML)}
	command := &cobra.Command{
		Use: "doctor", Short: "Find the usual mistakes of an installation, and their remedies", Long: about, Example: examples,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			d.out = command.OutOrStdout()
			return d.run(command.Context())
		},
	}
	d.access.AddTo(command)
	d.output.AddTo(command)
	command.Flags().StringVar(&d.operatorNamespace, "operator-namespace", "liaison-system", "namespace of the operator, where it is not found by its labels")
	return command
}

// doctor examines an installation.
type doctor struct {
	access            *cluster.Access
	clock             clock.PassiveClock
	version           string
	operatorNamespace string
	output            show.Format
	out               io.Writer
}

func (d *doctor) run(ctx context.Context) error {
	c, err := d.access.Connect()
	if err != nil {
		return unanswered(err)
	}
	seen, err := d.examine(ctx, c)
	if err != nil {
		return unanswered(cluster.Explain(err))
	}
	found := judge(seen)
	if err := d.show(found); err != nil {
		return err
	}
	return exit.With(codeOf(found))
}

// unanswered ends as with a fault: nothing could be found out.
func unanswered(err error) error {
	var ended *exit.Error
	if errors.As(err, &ended) {
		return &exit.Error{Code: exitFaults, Err: ended.Err, Hint: ended.Hint}
	}
	return &exit.Error{Code: exitFaults, Err: err}
}

func codeOf(found []finding) int {
	code := exit.Done
	for _, f := range found {
		switch f.Severity {
		case fault:
			return exitFaults
		case warning:
			code = exitWarnings
		case note:
		}
	}
	return code
}

func (d *doctor) show(found []finding) error {
	if d.output.String() != show.Table {
		return d.output.Document(d.out, struct {
			Items []finding `json:"items"`
		}{found})
	}
	var b bytes.Buffer
	for _, f := range found {
		fmt.Fprintf(&b, "%-7s  %s: %s %s\n", f.Severity, f.Object, sentence(f.What), sentence(f.Remedy))
	}
	fmt.Fprintln(&b, summary(found))
	if _, err := d.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	return nil
}

// sentence ends with a full stop, in one line.
func sentence(text string) string {
	text = strings.TrimSpace(show.Printable(text))
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

func summary(found []finding) string {
	if len(found) == 0 {
		return "Nothing is wrong."
	}
	counts := map[severity]int{}
	for _, f := range found {
		counts[f.Severity]++
	}
	var parts []string
	for _, s := range severities {
		if n := counts[s]; n == 1 {
			parts = append(parts, "1 "+string(s))
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(parts, ", ") + "."
}

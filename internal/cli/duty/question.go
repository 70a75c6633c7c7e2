package duty

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/cli/told"
)

// question is put to the rosters of a cluster.
type question struct {
	access *cluster.Access
	clock  clock.PassiveClock
	output show.Format
	// name of the one roster that is asked about; empty for all.
	name     string
	out, err io.Writer
	findings told.Findings
}

func newQuestion(now clock.PassiveClock) question {
	return question{access: cluster.NewAccess(), clock: now, output: show.NewFormat(show.Table, show.JSON, show.YAML)}
}

func (q *question) addTo(command *cobra.Command) {
	q.access.AddTo(command)
	q.access.AddAllTo(command)
	q.output.AddTo(command)
}

// answers of the rosters to a question.
type answers[A any] struct {
	// of one roster.
	of func(context.Context, *post) (A, error)
	// table of them all.
	table func([]A) []byte
	// judge what is lacking.
	judge func([]A)
}

// put the question, and tell the answers.
func put[A any](ctx context.Context, q *question, a answers[A]) error {
	c, err := q.access.Connect()
	if err != nil {
		return err
	}
	rosters, err := posts(ctx, c, q.name)
	if err != nil {
		return err
	}
	found, err := each(ctx, rosters, a.of)
	if err != nil {
		return err
	}
	if err := write(q, found, a.table); err != nil {
		return err
	}
	a.judge(found)
	if err := q.findings.Write(q.err); err != nil {
		return err
	}
	return exit.With(q.findings.Code())
}

func write[A any](q *question, found []A, table func([]A) []byte) error {
	if q.output.String() != show.Table {
		return q.output.Document(q.out, struct {
			Items []A `json:"items"`
		}{found})
	}
	if _, err := q.out.Write(table(found)); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

// Package backlog is the verb `kubectl-liaison backlog`.
package backlog

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/show"
)

const about = `Show what waits at the stations, longest wait first, by the figures that the operator last had from each intake.

OLDEST is the wait of the case that has waited longest, in whole days. FIGURES are fresh, or stale since the time from which on
the intake has not answered. Stations without any figures stand last, with the reason.`

const examples = `  # Who lets residents wait, in the whole county
  kubectl liaison backlog -A

  # Only where a deadline has passed, for a spreadsheet
  kubectl liaison backlog -A --overdue -o csv`

// New is the command.
func New(now clock.PassiveClock) *cobra.Command {
	b := &board{access: cluster.NewAccess(), clock: now, output: show.NewFormat(show.Table, show.JSON, show.YAML, show.CSV)}
	command := &cobra.Command{
		Use: "backlog", Short: "What waits at the stations, longest wait first", Long: about, Example: examples,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			b.out = command.OutOrStdout()
			return b.run(command.Context())
		},
	}
	b.access.AddTo(command)
	b.access.AddAllTo(command)
	b.output.AddTo(command)
	command.Flags().BoolVar(&b.overdue, "overdue", false, "show only stations with cases past their deadline")
	return command
}

// board shows what waits.
type board struct {
	access  *cluster.Access
	clock   clock.PassiveClock
	output  show.Format
	overdue bool
	out     io.Writer
}

func (b *board) run(ctx context.Context) error {
	c, err := b.access.Connect()
	if err != nil {
		return err
	}
	stations := &v1alpha1.LiaisonStationList{}
	if err := c.List(ctx, stations, c.Scope()); err != nil {
		return cluster.Explain(err)
	}
	rows := rowsOf(stations.Items, b.clock.Now())
	if b.overdue {
		rows = slices.DeleteFunc(rows, func(r *row) bool { return r.Overdue == nil || *r.Overdue == 0 })
	}
	return b.show(rows)
}

// rowsOf puts the stations in order: the longest wait first, then those where nothing waits, then those that have no figures.
func rowsOf(stations []v1alpha1.LiaisonStation, now time.Time) []*row {
	rows := make([]*row, 0, len(stations))
	for i := range stations {
		rows = append(rows, rowOf(&stations[i], now))
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.group(), b.group()), a.waited(b), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Station, b.Station))
	})
	return rows
}

func (b *board) show(rows []*row) error {
	var text bytes.Buffer
	switch b.output.String() {
	case show.Table:
		b.table(&text, rows)
	case show.CSV:
		if err := writeCSV(&text, rows); err != nil {
			return err
		}
	default:
		return b.output.Document(b.out, struct {
			Items []*row `json:"items"`
		}{rows})
	}
	if _, err := b.out.Write(text.Bytes()); err != nil {
		return fmt.Errorf("writing the backlog: %w", err)
	}
	return nil
}

// Package duty is the verb `kubectl-liaison duty`.
package duty

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/workday"
)

// New is the command with its subcommands.
func New(now clock.PassiveClock) *cobra.Command {
	command := &cobra.Command{Use: "duty", Short: "Receptions and duty: who is on when, and why"}
	command.AddCommand(newToday(now), newMonth(now), newPreview(now))
	return command
}

const aboutPreview = `Plan a roster from files and show the plan, without a cluster, by the same code as the operator.

Each file may hold several documents. Exactly one of them is a DeputyRoster; HolidayCalendars add the holidays of years
that are not built in, or replace those that were amended. Other kinds are ignored. apiVersion and metadata may be left out.

The plan begins on --from with nobody having had a turn yet. Days whose holidays are not published are planned and called provisional.

Exit codes: 0 when the plan is complete; 3 when places lack people, or when nothing is known of the holidays of a whole year;
2 for bad input, with what can be planned all the same.`

const previewExamples = `  # The coming months
  kubectl-liaison duty preview -f roster.yaml

  # Three years, for the wall
  kubectl-liaison duty preview -f roster.yaml --from 2024-01-01 --to 2026-12-31

  # What next year would look like by its notice
  kubectl-liaison duty preview -f roster.yaml -f holidays-2027.yaml --from 2027-01-01 --to 2027-12-31

  # Why the reception is on that day, and why these deputies hold it
  kubectl-liaison duty preview -f roster.yaml --from 2024-01-01 --explain 2024-02-18

  # What the operator would write, and a calendar for the phone
  kubectl-liaison duty preview -f roster.yaml -o yaml
  cat roster.yaml | kubectl-liaison duty preview -f - -o ics > duty.ics`

func newPreview(now clock.PassiveClock) *cobra.Command {
	p := &preview{clock: now, output: show.NewFormat(show.Table, show.JSON, show.YAML, show.ICS)}
	command := &cobra.Command{
		Use:     "preview -f FILE",
		Short:   "Plan a roster from files, without a cluster",
		Long:    aboutPreview,
		Example: previewExamples,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p.in, p.out, p.err = command.InOrStdin(), command.OutOrStdout(), command.ErrOrStderr()
			return p.run()
		},
	}
	flags := command.Flags()
	flags.StringArrayVarP(&p.files, "filename", "f", nil, "file or folder with the roster and holiday calendars, or - for standard input; may be repeated")
	flags.Var((*dateFlag)(&p.from), "from", "first day, YYYY-MM-DD (default today, in the roster's time zone)")
	flags.Var((*dateFlag)(&p.to), "to", "last day, YYYY-MM-DD (default the end of the roster's horizonMonths)")
	flags.Var((*dateFlag)(&p.explain), "explain", "explain the shifts of this day, YYYY-MM-DD, in place of showing the plan")
	flags.StringVar(&p.operatorNamespace, "operator-namespace", "liaison-system", "namespace whose HolidayCalendars serve every roster")
	p.output.AddTo(command)
	return command
}

// dateFlag is a day as a flag.
type dateFlag workday.Date

// String implements pflag.Value.
func (d *dateFlag) String() string { return workday.Date(*d).String() }

// Set implements pflag.Value.
func (d *dateFlag) Set(text string) error { return (*workday.Date)(d).UnmarshalText([]byte(text)) }

// Type implements pflag.Value.
func (d *dateFlag) Type() string { return "date" }

var _ pflag.Value = (*dateFlag)(nil)

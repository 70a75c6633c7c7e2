// Package calendar is the verb `kubectl-liaison calendar`: the holidays of a year from the notice that arranges them.
package calendar

import (
	"github.com/spf13/cobra"

	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
)

// New is the command with its subcommands.
func New() *cobra.Command {
	command := &cobra.Command{Use: "calendar", Short: "HolidayCalendars from the State Council's notice or an ICS file"}
	command.AddCommand(newImport())
	return command
}

const aboutImport = `Turn the notice of the State Council about a year's holidays (国务院办公厅关于…年部分节假日安排的通知) into a HolidayCalendar, without a cluster.

The file holds the text of the notice as it is pasted from its page, or a calendar (ICS) whose events say 休 or 班. Everything in it is held against
the calendar: a weekday that is not that of its date, days that do not add up and sentences that are not understood are refused with their line.

Exit codes: 0 when the calendar is written; 3 when it is written and lacks holidays that every year has; 2 for bad input, and nothing is written.`

const importExamples = `  kubectl-liaison calendar import notice-2027.txt --namespace liaison-system > holidays-2027.yaml
  kubectl-liaison calendar import holidays.ics --year 2027 > holidays-2027.yaml`

func newImport() *cobra.Command {
	i := &importing{output: show.NewFormat(show.YAML, show.JSON)}
	command := &cobra.Command{
		Use:     "import FILE",
		Short:   "Turn a notice or an ICS file into a HolidayCalendar",
		Long:    aboutImport,
		Example: importExamples,
		Args:    manifest.OneFile,
		RunE: func(command *cobra.Command, args []string) error {
			i.file = args[0]
			i.in, i.out, i.err = command.InOrStdin(), command.OutOrStdout(), command.ErrOrStderr()
			return i.run()
		},
	}
	flags := command.Flags()
	flags.IntVar(&i.year, "year", 0, "year of the notice, where its text does not say it; of an ICS file, the only year to take")
	flags.StringVar(&i.name, "name", "", "name of the calendar (default holidays and the year)")
	flags.StringVar(&i.namespace, "namespace", "", "namespace of the calendar; in that of the operator it serves every roster")
	flags.StringVar(&i.source, "source", "", "where the notice was published, for example its address")
	i.output.AddTo(command)
	return command
}

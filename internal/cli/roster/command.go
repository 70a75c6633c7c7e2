// Package roster is the verb `kubectl-liaison roster`: rosters from the sheets that a county keeps, and back.
package roster

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
)

// New is the command with its subcommands.
func New() *cobra.Command {
	command := &cobra.Command{Use: "roster", Short: "Rosters from Excel or CSV, and back"}
	command.AddCommand(newImport(), newExport())
	return command
}

const aboutImport = `Turn a county's sheet of deputies into a DeputyRoster, without a cluster.

The columns are found by their headings, in Chinese or English; titles may stand above the header. At least a name and a level are wanted.
Everything that cannot be right is told at once, by sheet and cell, and then nothing is written.

With --into, deputies keep their ids, and everything that the sheet has no column for is kept: rules, leave, overrides. Who is no longer
in the sheet is kept as Terminated. Comments of that file are not kept.

Exit codes: 0 when the roster is written; 2 for bad input.`

const importExamples = `  # A new roster
  kubectl-liaison roster import 名册.xlsx --sheet 中垛乡 --name zhongduo --namespace jixian > zhongduo.yaml

  # After the by-election
  kubectl-liaison roster import 名册.xlsx --sheet 中垛乡 --into zhongduo.yaml > new.yaml`

func newImport() *cobra.Command {
	i := &importing{output: show.NewFormat(show.YAML, show.JSON)}
	command := &cobra.Command{
		Use:     "import FILE.xlsx|FILE.csv",
		Short:   "Turn a sheet of deputies into a DeputyRoster",
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
	flags.StringArrayVar(&i.sheets, "sheet", nil, "sheet to read; may be repeated (default the only one with a roster's header, and the one with leaders)")
	flags.StringVar(&i.name, "name", "", "name of the roster (default that of --into, or made of the file's)")
	flags.StringVar(&i.namespace, "namespace", "", "namespace of the roster (default that of --into)")
	flags.StringVar(&i.into, "into", "", "file with the roster as it is, or - for standard input")
	i.output.AddTo(command)
	return command
}

const aboutExport = `Turn a DeputyRoster into a sheet for Excel or WPS, which roster import reads again.

Leave, overrides and rules have no columns; roster import --into keeps them.`

const exportExamples = `  kubectl-liaison roster export zhongduo.yaml > 名册.xlsx
  kubectl-liaison roster export -f - -o csv < zhongduo.yaml > 名册.csv`

func newExport() *cobra.Command {
	e := &exporting{output: show.NewFormat(show.XLSX, show.CSV)}
	command := &cobra.Command{
		Use:     "export ROSTER.yaml",
		Short:   "Turn a DeputyRoster into a sheet",
		Long:    aboutExport,
		Example: exportExamples,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			if (e.file == "") == (len(args) == 0) {
				return exit.Bad(errors.New("exactly one roster is wanted"), "name its file, for example kubectl-liaison roster export zhongduo.yaml, or - for standard input")
			}
			e.file = cmp.Or(append(args, e.file)...)
			e.in, e.out, e.err = command.InOrStdin(), command.OutOrStdout(), command.ErrOrStderr()
			return e.run()
		},
	}
	command.Flags().StringVarP(&e.file, "filename", "f", "", "file with the roster, or - for standard input")
	e.output.AddTo(command)
	return command
}

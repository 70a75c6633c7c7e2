// Package cli is the command line of kubectl-liaison: a folder per verb.
package cli

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli/backlog"
	"township.dev/liaison/internal/cli/calendar"
	"township.dev/liaison/internal/cli/doctor"
	"township.dev/liaison/internal/cli/duty"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/open"
	"township.dev/liaison/internal/cli/roster"
	"township.dev/liaison/internal/cli/swap"
)

// Environment is what a run of the program has to do with.
type Environment struct {
	// Name the program was called by; under CompletionName it completes a command line for kubectl.
	Name     string
	Args     []string
	In       io.Reader
	Out, Err io.Writer
	Clock    clock.PassiveClock
	Version  string
}

// CompletionName is what kubectl calls to complete the command line of this plugin; a link of that name in the PATH is enough.
const CompletionName = "kubectl_complete-liaison"

// Run runs the program and returns its exit code.
func Run(env Environment) int {
	root := newRoot(env)
	root.SetArgs(env.arguments())
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	ended := exit.Of(root.Execute())
	var told bytes.Buffer
	if ended.Err != nil {
		fmt.Fprintf(&told, "error: %s\n", ended.Err)
	}
	if ended.Hint != "" {
		fmt.Fprintf(&told, "hint: %s\n", ended.Hint)
	}
	_, _ = env.Err.Write(told.Bytes()) // there is nowhere else to say it
	return ended.Code
}

func (env Environment) arguments() []string {
	if strings.TrimSuffix(filepath.Base(env.Name), ".exe") == CompletionName {
		return append([]string{cobra.ShellCompRequestCmd}, env.Args...)
	}
	return env.Args
}

func newRoot(env Environment) *cobra.Command {
	root := &cobra.Command{
		Use:           "kubectl-liaison",
		Short:         "Liaison stations of people's-congress deputies (人大代表联络站), from the command line",
		Long:          "Liaison stations of people's-congress deputies (人大代表联络站), from the command line.\n\nIn the PATH it is also a plugin: kubectl liaison …",
		Version:       env.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(
		duty.New(env.Clock),
		roster.New(),
		calendar.New(),
		backlog.New(env.Clock),
		swap.New(env.Clock),
		open.New(),
		doctor.New(env.Clock, env.Version),
	)
	root.InitDefaultCompletionCmd()
	beBadInput(root)
	return root
}

// beBadInput makes a wrong command line bad input like any other, with a hint at the help of the command that was meant.
func beBadInput(command *cobra.Command) {
	command.SetFlagErrorFunc(func(command *cobra.Command, err error) error { return badLine(command, err) })
	for _, child := range command.Commands() {
		beBadInput(child)
	}
	if command.HasSubCommands() {
		command.Args = cobra.ArbitraryArgs
		command.RunE = func(command *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badLine(command, fmt.Errorf("unknown command %q", args[0]))
			}
			return command.Help()
		}
		return
	}
	accept := command.Args
	if accept == nil {
		accept = cobra.NoArgs
	}
	command.Args = func(command *cobra.Command, args []string) error {
		if err := accept(command, args); err != nil {
			return badLine(command, err)
		}
		return nil
	}
}

func badLine(command *cobra.Command, err error) error {
	return exit.Bad(err, command.CommandPath()+" --help shows how it is used")
}

// Package swap is the verb `kubectl-liaison swap`.
package swap

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/workday"
)

const about = `Let one deputy serve in another's place on a day: it writes an override into the roster, which wins over every rule.

FROM must be on that day by the published plan or, where an override of the day names deputies, by that. TO must be in service, not on
leave and not on already that day. Both are given by id or by name. The reason is for the station's own records and never leaves the
roster.

Where the roster is kept in Git, use --dry-run=client and put the override that it prints into the file, or the next sync takes
the swap back.`

const examples = `  # 李四 comes in place of 张三
  kubectl liaison swap zhongduo 2026-10-12 张三 李四 -n jixian --reason 换班

  # By id, the ordinary duty of a day that also has a reception, and only shown
  kubectl liaison swap zhongduo 2026-10-12 d01 d02 --kind Duty --dry-run=client`

// New is the command.
func New(now clock.PassiveClock) *cobra.Command {
	s := &swap{access: cluster.NewAccess(), clock: now}
	command := &cobra.Command{
		Use: "swap ROSTER DATE FROM TO", Short: "Let a deputy serve in another's place on a day", Long: about, Example: examples,
		Args:              cobra.ExactArgs(4),
		ValidArgsFunction: s.access.CompleteRosters(0),
		RunE: func(command *cobra.Command, args []string) error {
			s.out, s.err = command.OutOrStdout(), command.ErrOrStderr()
			if err := s.read(args); err != nil {
				return err
			}
			return s.run(command.Context())
		},
	}
	s.access.AddTo(command)
	flags := command.Flags()
	flags.StringVar(&s.kind, "kind", "", "Duty or Reception, where FROM is on for both")
	flags.StringVar(&s.reason, "reason", "", "why, for the station's own records")
	flags.StringVar(&s.dryRun, "dry-run", dryRunNone, "none, client (print what would be written) or server (let the server check it and write nothing)")
	flags.Lookup("dry-run").NoOptDefVal = dryRunClient
	_ = command.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("dry-run", cobra.FixedCompletions([]string{dryRunNone, dryRunClient, dryRunServer}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

// What --dry-run may be.
const (
	dryRunNone   = "none"
	dryRunClient = "client"
	dryRunServer = "server"
)

var kinds = []string{string(v1alpha1.ShiftDuty), string(v1alpha1.ShiftReception)}

// longestReason that the API takes, in characters.
const longestReason = 100

// swap lets one deputy serve in another's place.
type swap struct {
	access           *cluster.Access
	clock            clock.PassiveClock
	roster, from, to string
	date             workday.Date
	// kind is empty where it follows from who is on.
	kind, reason, dryRun string
	out, err             io.Writer
}

// read checks what can be told from the command line alone.
func (s *swap) read(args []string) error {
	s.roster, s.from, s.to = args[0], args[2], args[3]
	date, err := workday.ParseDate(args[1])
	if err != nil {
		return exit.Bad(err, "DATE is the day of the shift, written 2026-10-12")
	}
	s.date = date
	switch s.kind {
	case "", string(v1alpha1.ShiftDuty), string(v1alpha1.ShiftReception):
	default:
		return exit.Bad(fmt.Errorf("--kind %s is no kind of shift", s.kind), "it is Duty or Reception")
	}
	switch s.dryRun {
	case dryRunNone, dryRunClient, dryRunServer:
	default:
		return exit.Bad(fmt.Errorf("--dry-run %s is not known", s.dryRun), "it is none, client or server")
	}
	if n := len([]rune(s.reason)); n > longestReason {
		return exit.Bad(fmt.Errorf("the reason has %d characters", n), fmt.Sprintf("shorten it to %d", longestReason))
	}
	return nil
}

package duty

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/workday"
)

const aboutMonth = `Show a month's receptions and duty as the operator has published them, this month where none is named.

Places that nobody can take are marked UNCOVERED, and days that a notice of holidays still to come may move are marked provisional.

Exit codes: 0; 3 when a place lacks somebody, or a roster has no plan for the month; 2 when a plan cannot be read.`

const monthExamples = `  # This month in the namespace of the context
  kubectl liaison duty month

  # December of one roster
  kubectl liaison duty month 2026-12 zhongduo -n jixian`

func newMonth(now clock.PassiveClock) *cobra.Command {
	m := &monthly{question: newQuestion(now)}
	command := &cobra.Command{
		Use: "month [YYYY-MM] [ROSTER]", Short: "A month's receptions and duty", Long: aboutMonth, Example: monthExamples,
		Args: cobra.MaximumNArgs(2),
		ValidArgsFunction: func(command *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return m.access.CompleteRosters(len(args))(command, args, typed)
		},
		RunE: func(command *cobra.Command, args []string) error {
			m.out, m.err = command.OutOrStdout(), command.ErrOrStderr()
			if err := m.read(args); err != nil {
				return err
			}
			return put(command.Context(), &m.question, answers[*wall]{of: m.ask, table: wallsTable, judge: m.judge})
		},
	}
	m.addTo(command)
	return command
}

// monthly tells of a month.
type monthly struct {
	question
	// month that is asked about; nil for the present one.
	month *workday.Month
}

// wall is what a month is like at one roster.
type wall struct {
	Namespace      string        `json:"namespace"`
	Roster         string        `json:"roster"`
	Month          string        `json:"month"`
	Planned        bool          `json:"planned"`
	Provisional    bool          `json:"provisional,omitempty"`
	AnnouncedUntil v1alpha1.Date `json:"announcedUntil,omitempty"`
	Shifts         []*shown      `json:"shifts"`
	Unreadable     string        `json:"unreadable,omitempty"`

	post *post
}

// read tells month and roster apart: a month is written with digits, and may stand before the roster or after it.
func (m *monthly) read(args []string) error {
	for _, arg := range args {
		month, err := workday.ParseMonth(arg)
		switch {
		case err == nil && m.month == nil:
			m.month = &month
		case err != nil && m.name == "":
			m.name = arg
		default:
			return exit.Bad(errors.New("two months or two rosters are named"), "name one month, written 2026-12, and one roster; without a roster all are shown")
		}
	}
	return nil
}

func (m *monthly) ask(ctx context.Context, p *post) (*wall, error) {
	wanted := workday.MonthOf(workday.DateOf(m.clock.Now().In(p.rules.Zone)))
	if m.month != nil {
		wanted = *m.month
	}
	w := &wall{Namespace: p.roster.Namespace, Roster: p.roster.Name, Month: wanted.String(), Shifts: []*shown{}, post: p}
	month, err := p.month(ctx, wanted)
	if broken, is := errors.AsType[*unreadable](err); is {
		w.Unreadable = broken.Error()
		return w, nil
	}
	if err != nil || month == nil {
		return w, err
	}
	w.Planned, w.Provisional, w.AnnouncedUntil = true, month.object.Spec.Provisional, month.object.Spec.AnnouncedUntil
	for i := range month.plan.Shifts {
		w.Shifts = append(w.Shifts, p.shown(month, i))
	}
	return w, nil
}

func wallsTable(walls []*wall) []byte {
	var b bytes.Buffer
	for i, w := range walls {
		if i > 0 {
			b.WriteString("\n")
		}
		w.writeTo(&b)
	}
	return b.Bytes()
}

func (w *wall) writeTo(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s, %s%s\n\n", w.post, w.Month, w.standing())
	rows := show.Columns{Titles: shiftTitles}
	for _, shift := range w.Shifts {
		rows.Add(w.post.row(shift)...)
	}
	if len(w.Shifts) == 0 {
		rows.Add("(no shifts)")
	}
	rows.WriteTo(b)
}

func (w *wall) standing() string {
	switch {
	case w.Unreadable != "":
		return " (UNREADABLE)"
	case !w.Planned:
		return " (NOT PLANNED)"
	case w.AnnouncedUntil != "":
		return " (announced until " + string(w.AnnouncedUntil) + ")"
	default:
		return ""
	}
}

// judge finds what is lacking.
func (m *monthly) judge(walls []*wall) {
	for _, w := range walls {
		switch {
		case w.Unreadable != "":
			m.findings.Wrong = append(m.findings.Wrong, w.Unreadable)
		case !w.Planned:
			m.findings.Lacking = append(m.findings.Lacking, fmt.Sprintf(
				"%s has no plan for %s; spec.horizonMonths says how far ahead is planned, and kubectl describe deputyroster -n %s %s what stands against it",
				w.post, w.Month, w.Namespace, w.Roster))
		}
		for _, shift := range w.Shifts {
			if shift.plan.Uncovered > 0 {
				m.findings.Lacking = append(m.findings.Lacking, w.post.uncovered(shift))
			}
		}
	}
}

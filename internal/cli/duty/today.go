package duty

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

const aboutToday = `Show who is on today, and the next reception, as the operator has published it.

Today is the day in each roster's own time zone. Places that nobody can take are marked UNCOVERED, and days that a notice of
holidays still to come may move are marked provisional.

Exit codes: 0; 3 when a place today or at the next reception lacks somebody, or a roster has no plan for this month; 2 when a plan
cannot be read.`

const todayExamples = `  # Who is on in the namespace of the context, and in the whole county
  kubectl liaison duty today
  kubectl liaison duty today -A

  # For a script
  kubectl liaison duty today -n jixian -o json`

func newToday(now clock.PassiveClock) *cobra.Command {
	t := &today{newQuestion(now)}
	command := &cobra.Command{
		Use: "today [ROSTER]", Short: "Who is on today, and the next reception", Long: aboutToday, Example: todayExamples,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: t.access.CompleteRosters(0),
		RunE: func(command *cobra.Command, args []string) error {
			t.out, t.err = command.OutOrStdout(), command.ErrOrStderr()
			if len(args) > 0 {
				t.name = args[0]
			}
			return put(command.Context(), &t.question, answers[*day]{of: t.ask, table: t.table, judge: t.judge})
		},
	}
	t.addTo(command)
	return command
}

// today tells who is on.
type today struct{ question }

// day is what today is like at one roster.
type day struct {
	Namespace     string        `json:"namespace"`
	Roster        string        `json:"roster"`
	Date          v1alpha1.Date `json:"date"`
	Planned       bool          `json:"planned"`
	Shifts        []*shown      `json:"shifts"`
	NextReception *shown        `json:"nextReception,omitempty"`
	Unreadable    string        `json:"unreadable,omitempty"`

	date workday.Date
	post *post
}

// ask reads this month and as many more as it takes to find the next reception.
func (t *today) ask(ctx context.Context, p *post) (*day, error) {
	date := workday.DateOf(t.clock.Now().In(p.rules.Zone))
	d := &day{Namespace: p.roster.Namespace, Roster: p.roster.Name, Date: v1alpha1.Date(date.String()), Shifts: []*shown{}, date: date, post: p}
	for n := range fromcrd.LongestHorizon {
		month, err := p.month(ctx, workday.MonthOf(date).Add(n))
		if broken, is := errors.AsType[*unreadable](err); is {
			d.Unreadable = broken.Error()
			return d, nil
		}
		if err != nil || month == nil {
			return d, err
		}
		d.Planned = true
		d.read(month)
		if d.NextReception != nil {
			return d, nil
		}
	}
	return d, nil
}

// read finds what a month has of today, and the first reception after it.
func (d *day) read(month *published) {
	for i := range month.plan.Shifts {
		shift := &month.plan.Shifts[i]
		switch {
		case shift.Date == d.date:
			d.Shifts = append(d.Shifts, d.post.shown(month, i))
		case shift.Date.After(d.date) && shift.Kind == duty.Reception && !shift.Cancelled && d.NextReception == nil:
			d.NextReception = d.post.shown(month, i)
		}
	}
}

func (t *today) table(days []*day) []byte {
	rows := show.Columns{Titles: append([]string{"NAMESPACE", "ROSTER", "WHEN"}, shiftTitles...)}
	for _, d := range days {
		d.addTo(&rows, t.access)
	}
	var b bytes.Buffer
	rows.WriteTo(&b)
	return b.Bytes()
}

func (d *day) addTo(rows *show.Columns, access *cluster.Access) {
	namespace := ""
	if access.Everywhere() {
		namespace = d.Namespace
	}
	head := func(when string) []string { return []string{namespace, d.Roster, when} }
	for _, shift := range d.Shifts {
		rows.Add(append(head("today"), d.post.row(shift)...)...)
	}
	if len(d.Shifts) == 0 {
		nobody := "nobody is on"
		switch {
		case d.Unreadable != "" && !d.Planned:
			nobody = "UNREADABLE"
		case !d.Planned:
			nobody = "NOT PLANNED"
		}
		rows.Add(append(head("today"), d.date.String(), d.date.Weekday().String()[:3], "–", "", "", "", "", "", nobody)...)
	}
	if d.NextReception != nil {
		rows.Add(append(head("next"), d.post.row(d.NextReception)...)...)
	}
}

// judge finds what is lacking.
func (t *today) judge(days []*day) {
	for _, d := range days {
		switch {
		case d.Unreadable != "":
			t.findings.Wrong = append(t.findings.Wrong, d.Unreadable)
		case !d.Planned:
			t.findings.Lacking = append(t.findings.Lacking, fmt.Sprintf(
				"%s has no plan for %s; kubectl describe deputyroster -n %s %s says why", d.post, workday.MonthOf(d.date), d.Namespace, d.Roster))
		}
		for _, shift := range append(d.Shifts[:len(d.Shifts):len(d.Shifts)], d.NextReception) {
			if shift != nil && shift.plan.Uncovered > 0 {
				t.findings.Lacking = append(t.findings.Lacking, d.post.uncovered(shift))
			}
		}
	}
}

func (p *post) uncovered(shift *shown) string {
	return fmt.Sprintf("%s: nobody can take %s on %s (%s); list more people, or lower how many a shift wants",
		p, count(shift.plan.Uncovered, "place"), shift.plan.Date, cmp.Or(shift.plan.Topic, string(shift.plan.Kind)))
}

package duty

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// preview plans a roster from files and writes the plan.
type preview struct {
	files             []string
	from, to          workday.Date
	output            show.Format
	explain           workday.Date
	operatorNamespace string

	in       io.Reader
	out, err io.Writer
	clock    clock.PassiveClock

	findings told.Findings
}

// run shows the plan first and says what is wrong with it last, where a person at a terminal sees it.
func (p *preview) run() error {
	if len(p.files) == 0 {
		return exit.Bad(errors.New("no file is given"), "name the roster's file with -f, for example -f roster.yaml")
	}
	if !p.explain.IsZero() && p.output.String() != show.Table {
		return exit.Bad(errors.New("--explain is told in words only"), "leave out -o "+p.output.String())
	}
	result, failure := p.plan()
	if failure == nil {
		failure = p.show(result)
	}
	if err := p.findings.Write(p.err); err != nil {
		return err
	}
	return cmp.Or(failure, exit.With(p.findings.Code()))
}

func (p *preview) plan() (*planned, error) {
	in, err := p.read()
	if err != nil {
		return nil, err
	}
	from, to, err := p.span(in)
	if err != nil {
		return nil, err
	}
	window := duty.Window{First: workday.MonthOf(from), Months: months(from, to), From: from}
	result := &planned{input: in, window: window, from: from, to: to, months: duty.Plan(in.rules.Roster, in.calendar, window)}
	for i := range result.months {
		month := &result.months[i]
		month.Shifts = slices.DeleteFunc(month.Shifts, func(s duty.Shift) bool { return s.Date.Before(from) || s.Date.After(to) })
	}
	p.judge(result)
	p.remarkPast(in, from)
	return result, nil
}

// remarkPast tells of entries that change neither this plan nor today's.
func (p *preview) remarkPast(in *input, from workday.Date) {
	first := workday.DateOf(p.clock.Now().In(in.rules.Zone))
	if from.Before(first) {
		first = from
	}
	for _, remark := range fromcrd.Remarks(&in.roster.Spec, first) {
		p.report(in.document.Fault(remark.Field, remark.Message), true)
	}
}

// mostYears a preview may span: longer than any congress sits.
const mostYears = 10

// span is the first and the last day to show.
func (p *preview) span(in *input) (from, to workday.Date, err error) {
	from, to = p.from, p.to
	if from.IsZero() {
		from = workday.DateOf(p.clock.Now().In(in.rules.Zone))
	}
	if to.IsZero() {
		to = workday.MonthOf(from).Add(in.rules.HorizonMonths - 1).Last()
		if p.explain.After(to) {
			to = workday.MonthOf(p.explain).Last()
		}
	}
	if to.Before(from) {
		return from, to, exit.Bad(fmt.Errorf("--to %s is before the first day, %s", to, from), "give a --from that is not after --to")
	}
	if latest := workday.NewDate(from.Year()+mostYears, from.Month(), from.Day()); !to.Before(latest) {
		return from, to, exit.Bad(fmt.Errorf("%s to %s is more than %d years", from, to, mostYears), "choose a --to before "+latest.String())
	}
	return from, to, nil
}

// months counts the months that the days from first to last lie in.
func months(first, last workday.Date) int {
	return workday.MonthOf(last).MonthsSince(workday.MonthOf(first)) + 1
}

func (p *preview) show(result *planned) error {
	if !p.explain.IsZero() {
		return p.showReasons(result)
	}
	var text []byte
	var err error
	switch p.output.String() {
	case show.JSON:
		text, err = result.json()
	case show.YAML:
		text, err = result.yaml()
	case show.ICS:
		text, err = result.ics(p.clock.Now())
	default:
		text = result.table()
	}
	if err != nil {
		return fmt.Errorf("writing the plan as %s: %w", &p.output, err)
	}
	if _, err := p.out.Write(text); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

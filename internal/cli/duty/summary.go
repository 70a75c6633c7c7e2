package duty

import (
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/duty"
)

// summary counts what the plan holds and says how fair it is.
func (r *planned) summary() *show.Columns {
	held := map[duty.Kind]int{}
	cancelled, uncovered := 0, 0
	for shift := range r.shifts() {
		uncovered += shift.Uncovered
		if shift.Cancelled {
			cancelled++
			continue
		}
		held[shift.Kind]++
	}
	rows := &show.Columns{}
	rows.Add("SUMMARY")
	rows.Add("Receptions", fmt.Sprint(held[duty.Reception]))
	rows.Add("Duty", none(held[duty.Duty], "shift"))
	if cancelled > 0 {
		rows.Add("Cancelled", count(cancelled, "shift"))
	}
	r.addTurns(rows)
	rows.Add("Uncovered", none(uncovered, "place"))
	rows.Add("Provisional", r.provisionalDays())
	return rows
}

// addTurns compares the ledgers of everyone who is in service at the end.
func (r *planned) addTurns(rows *show.Columns) {
	var serving, leading []string
	for i := range r.rules.Deputies {
		if deputy := &r.rules.Deputies[i]; deputy.InService(r.lastDay()) {
			serving = append(serving, deputy.ID)
		}
	}
	for _, leader := range r.rules.Leaders {
		leading = append(leading, leader.ID)
	}
	closing := r.months[len(r.months)-1].Closing
	if len(r.rules.Receptions) > 0 {
		r.addSpread(rows, "Reception turns", closing.Reception, serving)
		r.addSpread(rows, "Leaders' turns", closing.Leader, leading)
	}
	if r.rules.Duty != nil {
		r.addSpread(rows, "Duty turns", closing.Duty, serving)
	}
}

// addSpread compares the turns of whole months, so that they agree with the ledgers of the DutySchedules.
func (r *planned) addSpread(rows *show.Columns, title string, ledger duty.Ledger, people []string) {
	if len(people) == 0 {
		return
	}
	each := make([]int, 0, len(people))
	for _, id := range people {
		each = append(each, ledger[id].Turns)
	}
	text := fmt.Sprintf("%d to %d each, spread %d", slices.Min(each), slices.Max(each), ledger.Spread(people))
	if r.lastDay() != r.to {
		text += fmt.Sprintf(" (by %s)", r.lastDay())
	}
	rows.Add(title, text)
}

func (r *planned) provisionalDays() string {
	var spans []string
	for _, span := range r.provisional() {
		spans = append(spans, days(span))
	}
	if len(spans) == 0 {
		return "none"
	}
	return strings.Join(spans, ", ")
}

func none(n int, noun string) string {
	if n == 0 {
		return "none"
	}
	return count(n, noun)
}

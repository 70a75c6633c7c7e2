package desk

import (
	"context"
	"fmt"
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

// countsView is how much waits.
type countsView struct {
	Pending, Overdue tally
	// Reminders are today's.
	Reminders []reminderView
}

// tally is a count that stops at mostCounted.
type tally struct {
	N int
	// More is true where there are more than N.
	More bool
	// Address of the queue with just these.
	Address string
}

// reminderView are the cases whose due day makes today a day to be reminded of them.
type reminderView struct {
	tally
	// Days is how many working days are left, or have passed where Late is true.
	Days int
	Late bool
}

// mostCounted cases are counted one by one. Nobody acts differently on 201.
const mostCounted = 200

func (d *Desk) count(ctx context.Context, documents *mounted.Documents, scope casework.Scope, today workday.Date) (countsView, error) {
	var (
		view countsView
		err  error
	)
	pending := casework.Filter{Stage: casework.StagePending, Today: today, Scope: scope}
	if view.Pending, view.Overdue, err = d.countPending(ctx, documents.Rules, pending); err != nil {
		return countsView{}, err
	}
	for _, day := range remindedDays(documents.Rules, today) {
		filter := pending
		filter.DueFrom, filter.DueTo = day.due, day.due
		n, err := d.tally(ctx, documents.Rules, filter)
		if err != nil {
			return countsView{}, err
		}
		if n.N > 0 {
			view.Reminders = append(view.Reminders, reminderView{tally: n, Days: max(day.offset, -day.offset), Late: day.offset > 0})
		}
	}
	return view, nil
}

// countPending asks for the station's figures where the person sees everything, and counts otherwise.
func (d *Desk) countPending(ctx context.Context, rules casework.Rules, pending casework.Filter) (all, overdue tally, err error) {
	late := pending.With(casework.TimingOverdue)
	if pending.Scope.Limited {
		if all, err = d.tally(ctx, rules, pending); err != nil {
			return tally{}, tally{}, err
		}
		overdue, err = d.tally(ctx, rules, late)
		return all, overdue, err
	}
	backlog, err := d.repository.Backlog(ctx, pending.Today)
	if err != nil {
		return tally{}, tally{}, fmt.Errorf("counting the cases: %w", err)
	}
	return tally{N: backlog.Pending(), Address: casefilter.Address(pending, rules)}, tally{N: backlog.Overdue(), Address: casefilter.Address(late, rules)}, nil
}

func (d *Desk) tally(ctx context.Context, rules casework.Rules, f casework.Filter) (tally, error) {
	page, err := d.repository.List(ctx, casework.Listing{Filter: f, Order: casework.ByDue, Limit: mostCounted})
	if err != nil {
		return tally{}, fmt.Errorf("counting some of the cases: %w", err)
	}
	return tally{N: len(page.Cases), More: page.Next != "", Address: casefilter.Address(f, rules)}, nil
}

// remindedDay is a due day of which today is a day to be reminded, offset working days after it.
type remindedDay struct {
	due    workday.Date
	offset int
}

// remindedDays are the due days that the station's reminders speak of today, the latest past first. A due day is a working day, and
// so is a day of reminders: on a day off there is none.
func remindedDays(rules casework.Rules, today workday.Date) []remindedDay {
	calendar := rules.Calendar
	if calendar == nil {
		calendar = &workday.Calendar{}
	}
	if !calendar.IsWorking(today) {
		return nil
	}
	set := rules.Reminders
	if len(set.Before) == 0 && len(set.After) == 0 {
		set = casework.DefaultReminders()
	}
	var days []remindedDay
	for _, n := range set.After {
		days = append(days, remindedDay{calendar.AddWorkingDays(today, -n), n})
	}
	for _, n := range set.Before {
		days = append(days, remindedDay{calendar.AddWorkingDays(today, n), -n})
	}
	slices.SortFunc(days, func(a, b remindedDay) int { return a.due.Compare(b.due) })
	return days
}

package store

import (
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/search"
	"township.dev/liaison/internal/workday"
)

// conditions are what a row must fulfil, as SQL with its arguments.
type conditions struct {
	all  []string
	args []any
}

// must adds a condition in which every ? stands for the next argument.
func (c *conditions) must(condition string, args ...any) {
	for range args {
		c.args = append(c.args, args[0])
		args = args[1:]
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.all = append(c.all, condition)
}

// equal adds a condition unless the value is zero, which any row fulfils.
func equal[T ~string](c *conditions, column string, value T) {
	if value != "" {
		c.must(column+" = ?", string(value))
	}
}

func (c *conditions) where() string {
	if len(c.all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.all, " AND ")
}

// argument adds a value that stands elsewhere than in a condition and returns its placeholder.
func (c *conditions) argument(value any) string {
	c.args = append(c.args, value)
	return "$" + strconv.Itoa(len(c.args))
}

// filtered is the filter as conditions on cases c.
func (s *Store) filtered(f casework.Filter) *conditions {
	c := &conditions{}
	byStage(c, f.Stage)
	equal(c, "c.state", f.State)
	equal(c, "c.route", f.Route)
	equal(c, "c.topic", f.Topic)
	among(c, "c.topic", f.Topics)
	equal(c, "c.village", f.Village)
	equal(c, "c.unit", f.Unit)
	equal(c, "c.source", f.Source)
	equal(c, "c.result", f.Result)
	equal(c, "c.rating", f.Rating)
	byTiming(c, f.Timing, f.Today)
	byTimes(c, f)
	for condition, asked := range map[string]bool{
		"c.formal_no <> ''": f.Formal, "c.reopened > 0": f.Reopened, "c.urges > 0": f.Urged, "c.released_at IS NOT NULL": f.Released,
		"c.village = ''": f.NoVillage,
	} {
		if asked {
			c.must(condition)
		}
	}
	byScope(c, f.Scope)
	s.byWords(c, f)
	return c
}

func byStage(c *conditions, stage casework.Stage) {
	switch stage {
	case casework.StagePending:
		c.must("c.ended_at IS NULL")
	case casework.StageEnded:
		c.must("c.ended_at IS NOT NULL")
	}
}

func byTiming(c *conditions, timing casework.Timing, today workday.Date) {
	switch timing {
	case casework.TimingOverdue:
		c.must("c.ended_at IS NULL AND c.due_on < ?", today.String())
	case casework.TimingSoon:
		c.must("c.ended_at IS NULL AND c.due_on BETWEEN ? AND ?", today.String(), today.AddDays(casework.SoonDays).String())
	case casework.TimingOnTime:
		c.must("c.state = ? AND c.ended_on <= c.due_on", string(casework.Closed))
	case casework.TimingLate:
		c.must("c.state = ? AND c.ended_on > c.due_on", string(casework.Closed))
	case casework.TimingPlanned:
		c.must("c.planned_for <= ? AND c.state = ?", today.String(), string(casework.Closed))
	}
}

func byTimes(c *conditions, f casework.Filter) {
	for condition, at := range map[string]time.Time{"c.received_at >= ?": f.ReceivedFrom, "c.received_at < ?": f.ReceivedTo} {
		if !at.IsZero() {
			c.must(condition, at.UnixMilli())
		}
	}
	for condition, day := range map[string]workday.Date{
		"c.ended_on >= ?": f.EndedFrom, "c.ended_on <= ?": f.EndedTo, "c.due_on >= ?": f.DueFrom, "c.due_on <= ?": f.DueTo,
	} {
		if !day.IsZero() {
			c.must(condition, day.String())
		}
	}
}

func byScope(c *conditions, scope casework.Scope) {
	if !scope.Limited {
		return
	}
	if len(scope.Villages) == 0 {
		c.must(nothing)
	}
	among(c, "c.village", scope.Villages)
}

// among adds a condition unless there are no values, which any row fulfils.
func among[T any](c *conditions, column string, values []T) {
	if len(values) == 0 {
		return
	}
	args := make([]any, 0, len(values))
	for _, v := range values {
		args = append(args, v)
	}
	c.must(column+" IN ("+strings.TrimSuffix(strings.Repeat("?,", len(args)), ",")+")", args...)
}

func (s *Store) byWords(c *conditions, f casework.Filter) {
	if f.Search != "" {
		column := inWhole
		if f.Scope.Limited { // or a number would be found digit by digit that is not shown
			column = inMasked
		}
		if match, searchable := search.Query(f.Search); searchable {
			c.must(foundByText, column+match+")")
		} else {
			c.must(nothing)
		}
	}
	if f.Phone != "" {
		if sum := s.keys.hashPhone(f.Phone); len(sum) > 0 {
			c.must(foundByPhone, sum)
		} else {
			c.must(nothing)
		}
	}
}

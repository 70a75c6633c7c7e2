package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"township.dev/liaison/internal/casework"
)

// Statistics implements casework.Listings. Each figure is counted by the very filter that lists its cases.
func (s *Store) Statistics(ctx context.Context, p casework.Period, scope casework.Scope) (casework.Statistics, error) {
	st := casework.Statistics{
		Pending: map[casework.Route][casework.Ages]int{}, Closed: map[casework.Result]int{}, Satisfaction: map[casework.Satisfaction]int{},
	}
	received := casework.Filter{ReceivedFrom: p.From, ReceivedTo: p.To, Scope: scope}
	ended := casework.Filter{EndedFrom: p.First, EndedTo: p.Last, Scope: scope}
	due := casework.Filter{DueFrom: p.First, DueTo: p.Last, Today: p.Today, Scope: scope}
	reopened := received
	reopened.Reopened = true
	steps := []func() error{
		func() error { return s.countAll(ctx, received, &st.Received) },
		func() error { return s.countAll(ctx, reopened, &st.Reopened) },
		func() error { return s.countAll(ctx, due.With(casework.TimingOnTime), &st.OnTime) },
		func() error { return s.countAll(ctx, due.With(casework.TimingLate), &st.Late) },
		func() error { return s.countAll(ctx, due.With(casework.TimingOverdue), &st.OpenOverdue) },
		func() error { return s.countEnded(ctx, ended, &st) },
		func() error { return s.countAges(ctx, scope, p, &st) },
		func() error { return s.countRatings(ctx, ended, st.Satisfaction) },
		func() (err error) { st.Topics, err = s.tally(ctx, received, "c.topic"); return err },
		func() (err error) { st.Villages, err = s.tally(ctx, received, "c.village"); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return casework.Statistics{}, fmt.Errorf("counting cases: %w", err)
		}
	}
	return st, nil
}

func (s *Store) countAll(ctx context.Context, f casework.Filter, n *int) error {
	c := s.filtered(f)
	return s.reads.ask(ctx, "SELECT COUNT(*) FROM cases c"+c.where(), c.args, func(rows *sql.Rows) error { return rows.Scan(n) })
}

func (s *Store) countEnded(ctx context.Context, f casework.Filter, st *casework.Statistics) error {
	c := s.filtered(f)
	query := "SELECT c.state, COALESCE(c.result, ''), COUNT(*) FROM cases c" + c.where() + " GROUP BY 1, 2"
	return s.reads.ask(ctx, query, c.args, func(rows *sql.Rows) error {
		var (
			state  casework.State
			result casework.Result
			n      int
		)
		if err := rows.Scan(&state, &result, &n); err != nil {
			return err
		}
		switch state {
		case casework.Withdrawn:
			st.Withdrawn += n
		case casework.Merged:
			st.Merged += n
		default:
			st.Closed[result] += n
		}
		return nil
	})
}

func (s *Store) countRatings(ctx context.Context, f casework.Filter, ratings map[casework.Satisfaction]int) error {
	c := s.filtered(f)
	c.must("c.rating IS NOT NULL")
	query := "SELECT c.rating, COUNT(*) FROM cases c" + c.where() + " GROUP BY 1"
	return s.reads.ask(ctx, query, c.args, func(rows *sql.Rows) error {
		var (
			rating casework.Satisfaction
			n      int
		)
		err := rows.Scan(&rating, &n)
		ratings[rating] = n
		return err
	})
}

func (s *Store) countAges(ctx context.Context, scope casework.Scope, p casework.Period, st *casework.Statistics) error {
	c := s.filtered(casework.Filter{Stage: casework.StagePending, Scope: scope})
	age := "CASE"
	for a, since := range p.Since {
		age += " WHEN c.received_at >= " + c.argument(since.UnixMilli()) + " THEN " + strconv.Itoa(a)
	}
	age += " ELSE " + strconv.Itoa(int(casework.AgeLonger)) + " END"
	query := "SELECT c.route, " + age + ", COUNT(*) FROM cases c" + c.where() + " GROUP BY 1, 2"
	return s.reads.ask(ctx, query, c.args, func(rows *sql.Rows) error {
		var (
			route  casework.Route
			age, n int
		)
		if err := rows.Scan(&route, &age, &n); err != nil {
			return err
		}
		counts := st.Pending[route]
		counts[age] = n
		st.Pending[route] = counts
		return nil
	})
}

// mostTallied names; a township has fewer villages and topics.
const mostTallied = 200

func (s *Store) tally(ctx context.Context, f casework.Filter, column string) ([]casework.Tally, error) {
	c := s.filtered(f)
	query := "SELECT " + column + ", COUNT(*), SUM(CASE WHEN c.ended_at IS NULL THEN 1 ELSE 0 END) FROM cases c" + c.where() +
		" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT " + c.argument(mostTallied)
	var tallies []casework.Tally
	err := s.reads.ask(ctx, query, c.args, func(rows *sql.Rows) error {
		var t casework.Tally
		err := rows.Scan(&t.Name, &t.N, &t.Pending)
		tallies = append(tallies, t)
		return err
	})
	return tallies, err
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// A page is found by where the last one ended, so that the thousandth costs what the first does.
const (
	selectSummary = `
SELECT c.id, c.code, c.topic, c.village, substr(c.text, 1, %s), c.state, c.route, c.unit, c.formal_no <> '', c.reopened, c.urges, c.photos,
       c.result, c.rating, c.received_at, c.due_on, c.ended_on, c.released_at, c.released_seq, r.text, r.answer
FROM cases c LEFT JOIN releases r ON r.case_id = c.id`
	mostListed = 200
)

// orders are the ways to go through cases: the columns, and the mark of the listing in a cursor.
var orders = map[casework.Order]struct {
	by, behind, mark string
}{
	casework.ByDue:  {by: " ORDER BY c.due_on, c.id", behind: "(c.due_on, c.id) > (?, ?)", mark: "d"},
	casework.Newest: {by: " ORDER BY c.id DESC", behind: "c.id < ?", mark: "n"},
}

// List implements casework.Listings.
func (s *Store) List(ctx context.Context, l casework.Listing) (casework.Page, error) {
	limit := min(max(l.Limit, 1), mostListed)
	order, known := orders[l.Order]
	if !known {
		l.Order = casework.ByDue
		order = orders[l.Order]
	}
	if err := s.findable(ctx, l.Filter); err != nil {
		return casework.Page{}, err
	}
	c := s.filtered(l.Filter)
	if l.After != "" {
		after, err := readCursor(l.After, l.Order)
		if err != nil {
			return casework.Page{}, err
		}
		c.must(order.behind, after.arguments(l.Order)...)
	}
	// One row more than asked tells whether there is a next page.
	query := fmt.Sprintf(selectSummary, c.argument(casework.ExcerptLength)) + c.where() + order.by +
		" LIMIT " + c.argument(limit+1) + " OFFSET " + c.argument(max(l.Skip, 0))
	var (
		page casework.Page
		last position
	)
	err := s.reads.ask(ctx, query, c.args, func(rows *sql.Rows) error {
		id, summary, err := scanSummary(rows)
		if err != nil {
			return err
		}
		if len(page.Cases) == limit {
			page.Next = last.cursor(order.mark)
			return nil
		}
		page.Cases = append(page.Cases, summary)
		last = position{due: summary.Due, id: id}
		return nil
	})
	if err != nil {
		return casework.Page{}, fmt.Errorf("listing cases: %w", err)
	}
	return page, nil
}

func scanSummary(rows *sql.Rows) (id int64, c casework.Summary, err error) {
	r := &c.Release
	err = rows.Scan(&id, &c.Code, &c.Topic, &c.Village, &c.Excerpt, &c.State, &c.Route, &c.Unit, &c.Formal, &c.Reopened, &c.Urges, &c.Photos,
		into(&c.Result), into(&c.Rating), into(&c.ReceivedAt), into(&c.Due), into(&c.EndedOn), into(&r.At), into(&r.Seq), into(&r.Text), into(&r.Answer))
	return id, c, err
}

// Each implements casework.Listings. It finds the cases once and then reads them in parts, so that no reader is held while the caller
// writes to a slow network, and nothing is found twice.
func (s *Store) Each(ctx context.Context, f casework.Filter) iter.Seq2[casework.Case, error] {
	return func(yield func(casework.Case, error) bool) {
		ids, err := s.ids(ctx, f)
		if err != nil {
			yield(casework.Case{}, err)
			return
		}
		for part := range slices.Chunk(ids, mostListed) {
			cases, err := s.read(ctx, part)
			if err != nil {
				yield(casework.Case{}, err)
				return
			}
			for _, c := range cases {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

// ids of the cases that the filter picks, in order.
func (s *Store) ids(ctx context.Context, f casework.Filter) ([]int64, error) {
	if err := s.findable(ctx, f); err != nil {
		return nil, err
	}
	c := s.filtered(f)
	var ids []int64
	err := s.reads.ask(ctx, "SELECT c.id FROM cases c"+c.where()+" ORDER BY c.id", c.args, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding cases: %w", err)
	}
	return ids, nil
}

// read the cases of the ids, which are in order.
func (s *Store) read(ctx context.Context, ids []int64) ([]casework.Case, error) {
	c := &conditions{}
	among(c, "c.id", ids)
	cases := make([]casework.Case, 0, len(ids))
	err := s.reads.ask(ctx, selectCase+c.where()+" ORDER BY c.id", c.args, func(rows *sql.Rows) error {
		stored, err := scanCase(rows.Scan)
		cases = append(cases, stored.Case)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return cases, nil
}

// position is the last case of a page.
type position struct {
	due workday.Date
	id  int64
}

func (p position) arguments(o casework.Order) []any {
	if o == casework.Newest {
		return []any{p.id}
	}
	return []any{p.due.String(), p.id}
}

// cursor is as d.2026-10-10.123.
func (p position) cursor(mark string) casework.Cursor {
	return casework.Cursor(mark + "." + p.due.String() + "." + strconv.FormatInt(p.id, 10))
}

func readCursor(c casework.Cursor, o casework.Order) (position, error) {
	parts := strings.Split(string(c), ".")
	if len(parts) != 3 || parts[0] != orders[o].mark {
		return position{}, casework.ErrBadCursor
	}
	due, errDay := workday.ParseDate(parts[1])
	id, errID := strconv.ParseInt(parts[2], 10, 64)
	if errDay != nil || errID != nil {
		return position{}, casework.ErrBadCursor
	}
	return position{due: due, id: id}, nil
}

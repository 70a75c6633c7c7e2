package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// A page is found by where the last one ended, so that the thousandth costs what the first does.
const (
	selectSummary = `SELECT id, code, topic, village, substr(text, 1, $1), state, route, received_at, due_on FROM cases `
	listPending   = selectSummary + `WHERE closed_at IS NULL AND (due_on, id) > ($2, $3) ORDER BY due_on, id LIMIT $4`
	listAll       = selectSummary + `WHERE id < $2 ORDER BY id DESC LIMIT $3`
	mostListed    = 200
)

// List implements casework.Cases.
func (s *Store) List(ctx context.Context, l casework.Listing) (casework.Page, error) {
	limit := min(max(l.Limit, 1), mostListed)
	query, args, err := listQuery(l)
	if err != nil {
		return casework.Page{}, err
	}
	var (
		page casework.Page
		last position
	)
	// One row more than asked tells whether there is a next page.
	err = s.reads.each(ctx, query, append(append([]any{casework.ExcerptLength}, args...), limit+1), func(rows *sql.Rows) error {
		var (
			id int64
			c  casework.Summary
			at instant
			d  day
		)
		if err := rows.Scan(&id, &c.Code, &c.Topic, &c.Village, &c.Excerpt, &c.State, &c.Route, &at, &d); err != nil {
			return err
		}
		if len(page.Cases) == limit {
			page.Next = last.cursor(l.Closed)
			return nil
		}
		c.ReceivedAt, c.Due = at.Time, d.Date
		page.Cases = append(page.Cases, c)
		last = position{due: d.Date, id: id}
		return nil
	})
	if err != nil {
		return casework.Page{}, fmt.Errorf("listing cases: %w", err)
	}
	return page, nil
}

func listQuery(l casework.Listing) (query string, args []any, err error) {
	after, err := readCursor(l.After, l.Closed)
	if err != nil {
		return "", nil, err
	}
	if l.Closed {
		return listAll, []any{after.id}, nil
	}
	return listPending, []any{after.due.String(), after.id}, nil
}

// position is the last case of a page.
type position struct {
	due workday.Date
	id  int64
}

// Marks of the two listings in a cursor: p.2026-10-10.123 and a.123.
const (
	markPending = "p"
	markAll     = "a"
)

func (p position) cursor(closed bool) casework.Cursor {
	id := strconv.FormatInt(p.id, 10)
	if closed {
		return casework.Cursor(markAll + "." + id)
	}
	return casework.Cursor(markPending + "." + p.due.String() + "." + id)
}

func readCursor(c casework.Cursor, closed bool) (position, error) {
	switch {
	case c == "" && closed:
		return position{id: 1<<63 - 1}, nil
	case c == "":
		return position{}, nil
	}
	parts := strings.Split(string(c), ".")
	var p position
	var errDay error
	if !closed && len(parts) == 3 && parts[0] == markPending {
		p.due, errDay = workday.ParseDate(parts[1])
	} else if !closed || len(parts) != 2 || parts[0] != markAll {
		return position{}, casework.ErrBadCursor
	}
	id, errID := strconv.ParseInt(parts[len(parts)-1], 10, 64)
	if errDay != nil || errID != nil {
		return position{}, casework.ErrBadCursor
	}
	p.id = id
	return p, nil
}

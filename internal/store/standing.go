package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"township.dev/liaison/internal/casework"
)

const casesWithEvents = `
SELECT c.id, c.code, c.seq, c.state, c.route, c.due_on, COALESCE(c.result, ''), COALESCE(c.rating, ''), c.anonymised, c.text <> '',
       COALESCE(e.action, ''), COALESCE(e.facts, '')
FROM (SELECT * FROM cases WHERE id > $1 ORDER BY id LIMIT $2) c LEFT JOIN events e ON e.case_id = c.id
ORDER BY c.id, e.seq`

// standing is a case as it is stored, beside what its events tell of it.
type standing struct {
	id         int64
	code       casework.Code
	seq        int
	state      casework.State
	route      casework.Route
	due        string
	result     casework.Result
	rating     casework.Satisfaction
	anonymised bool
	hasText    bool
	told       told
}

// holds reports whether the case is where its events have led it.
func (s standing) holds() bool {
	t := s.told
	return t.events > 0 && s.seq == t.events && s.state == t.state && s.anonymised == t.anonymised && (!s.anonymised || !s.hasText) &&
		t.route.allows(s.route) && t.due.allows(s.due) && t.result.allows(s.result) && t.rating.allows(s.rating)
}

// told is what the events tell in their facts. Nothing is inferred beyond: what another version of the rules does to a case must not make its log
// look broken.
type told struct {
	events     int
	state      casework.State
	route      fact[casework.Route]
	due        fact[string]
	result     fact[casework.Result]
	rating     fact[casework.Satisfaction]
	anonymised bool
}

func (t *told) hear(action casework.Action, f casework.Facts) {
	t.events++
	t.state = f.To
	t.route.hear(f.Route)
	t.due.hear(f.Due)
	t.result.hear(f.Result)
	t.rating.hear(f.Rating)
	switch action { //nolint:exhaustive // the others say all in their facts
	case casework.ActionReopen:
		t.result.over, t.rating.over = true, true
	case casework.ActionAnonymise:
		t.anonymised = true
	}
}

// fact holds from the event that tells it until a later one tells it anew. Once the case is taken up again it is over: the case may have it or not.
type fact[T ~string] struct {
	value T
	over  bool
}

func (f *fact[T]) hear(value T) {
	if value != "" {
		f.value, f.over = value, false
	}
}

func (f fact[T]) allows(value T) bool { return value == f.value || value == "" && f.over }

// verifyCases compares each case with its events.
func (s *Store) verifyCases(ctx context.Context, _ *Verified) error {
	for last := int64(0); ; {
		part, err := s.standingsAfter(ctx, last)
		if err != nil {
			return fmt.Errorf("comparing the cases with the log: %w", err)
		}
		for _, c := range part {
			if !c.holds() {
				return fmt.Errorf("%w: case %s is not where its events have led it", ErrLogBroken, c.code)
			}
			last = c.id
		}
		if len(part) < verifyAtOnce {
			return nil
		}
	}
}

// standingsAfter reads the next cases; each comes in as many rows as it has events.
func (s *Store) standingsAfter(ctx context.Context, last int64) ([]standing, error) {
	var part []standing
	err := s.reads.each(ctx, casesWithEvents, []any{last, verifyAtOnce}, func(rows *sql.Rows) error {
		var (
			c      standing
			action casework.Action
			text   string
			facts  casework.Facts
		)
		err := rows.Scan(&c.id, &c.code, &c.seq, &c.state, &c.route, &c.due, &c.result, &c.rating, &c.anonymised, &c.hasText, &action, &text)
		if err != nil {
			return err
		}
		if len(part) == 0 || part[len(part)-1].id != c.id {
			part = append(part, c)
		}
		if text == "" { // it has none
			return nil
		}
		if err := json.Unmarshal([]byte(text), &facts); err != nil {
			return fmt.Errorf("%w: an event of case %s cannot be read: %w", ErrLogBroken, c.code, err)
		}
		part[len(part)-1].told.hear(action, facts)
		return nil
	})
	return part, err
}

package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// The words of the present classification, answer, feedback and so on are those of the events that gave them. Who joined a case is
// told when the feedback to them is younger than its answer.
const selectCase = `
SELECT c.id, c.code, c.source, c.topic, c.village, c.text, c.photos, c.state, c.route, c.received_at,
       c.clock_from, c.clock_working_days, c.clock_months, c.due_on,
       c.formal_no, c.extended, c.reopened, c.urges, c.reminded_on,
       c.classified_at, c.classified_seq, classified.words,
       c.unit, c.co_units, c.assigned_at, c.assigned_seq, assigned.words,
       c.result, c.planned_for, c.answered_at, c.answered_seq, answered.words,
       c.channel, c.told_at, c.feedback_at, c.feedback_seq, told.words,
       c.rating, c.rated_at, c.rated_seq, rated.words,
       c.released_at, c.released_seq, released.text, released.answer,
       target.code,
       (SELECT COUNT(*) FROM cases j WHERE j.merged_into = c.id),
       (SELECT COUNT(*) FROM cases j WHERE j.merged_into = c.id AND (c.answered_at IS NULL OR j.feedback_at IS NULL OR j.feedback_at < c.answered_at)),
       c.closed_at, c.ended_at, c.ended_on, c.anonymised, c.secret_hash, c.seq
FROM cases c
LEFT JOIN words classified ON classified.case_id = c.id AND classified.seq = c.classified_seq
LEFT JOIN words assigned   ON assigned.case_id   = c.id AND assigned.seq   = c.assigned_seq
LEFT JOIN words answered   ON answered.case_id   = c.id AND answered.seq   = c.answered_seq
LEFT JOIN words told       ON told.case_id       = c.id AND told.seq       = c.feedback_seq
LEFT JOIN words rated      ON rated.case_id      = c.id AND rated.seq      = c.rated_seq
LEFT JOIN releases released ON released.case_id  = c.id
LEFT JOIN cases target     ON target.id          = c.merged_into
`

const (
	caseByCode  = selectCase + `WHERE c.code = $1`
	caseByID    = selectCase + `WHERE c.id = $1`
	reportersOf = selectCase + `WHERE c.merged_into = (SELECT id FROM cases WHERE code = $1) ORDER BY c.id`
)

// storedCase is a case with what only storage knows of it.
type storedCase struct {
	id int64
	casework.Case
	// secretHash is nil for a case from before there were secrets.
	secretHash []byte
}

// querier runs a query of one row: a transaction, or the readers by asReader.
type querier func(query string, args []any, into ...any) error

// readCase returns sql.ErrNoRows when there is none.
func readCase(query querier, by string, key any) (storedCase, error) {
	return scanCase(func(into ...any) error { return query(by, []any{key}, into...) })
}

// scanCase reads the columns of selectCase.
func scanCase(scan func(into ...any) error) (storedCase, error) {
	var (
		c       storedCase
		coUnits []byte
	)
	k, a, w, f, g, r := &c.Classification, &c.Assignment, &c.Answer, &c.Feedback, &c.Rating, &c.Release
	err := scan(
		&c.id, &c.Code, &c.Source, &c.Topic, &c.Village, &c.Text, &c.Photos, &c.State, &c.Route, into(&c.ReceivedAt),
		into(&c.Clock.From), &c.Clock.Term.WorkingDays, &c.Clock.Term.Months, into(&c.Clock.Due),
		&c.FormalNo, &c.Extended, &c.Reopened, &c.Urges, into(&c.RemindedOn),
		into(&k.At), into(&k.Seq), into(&k.Reason),
		&a.Unit, &coUnits, into(&a.At), into(&a.Seq), into(&a.Text),
		into(&w.Result), into(&w.PlannedFor), into(&w.At), into(&w.Seq), into(&w.Text),
		into(&f.Channel), into(&f.ToldAt), into(&f.At), into(&f.Seq), into(&f.Text),
		into(&g.Value), into(&g.At), into(&g.Seq), into(&g.Text),
		into(&r.At), into(&r.Seq), into(&r.Text), into(&r.Answer),
		into(&c.MergedInto), &c.Joined, &c.Untold,
		into(&c.ClosedAt), into(&c.EndedAt), into(&c.EndedOn), &c.Anonymised, &c.secretHash, &c.Seq)
	if err != nil {
		return storedCase{}, err
	}
	if len(coUnits) > len("[]") {
		if err := json.Unmarshal(coUnits, &a.CoUnits); err != nil {
			return storedCase{}, fmt.Errorf("reading the helping units: %w", err)
		}
	}
	return c, nil
}

const insertCase = `
INSERT INTO cases (id, code, source, topic, village, photos, state, route, received_at, clock_from, clock_working_days, clock_months, due_on,
                   seq, text, secret_hash, salt, contact_key_id, contact, phone_hash, request_key, request_digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT DO NOTHING`

// errTaken: another row has the value that must be unique. Nothing was written.
var errTaken = errors.New("taken")

// addCase stores a case that has just been received; errTaken when its code or its request is known.
func addCase(t *transaction, in incoming) (id int64, err error) {
	c, id := in.Case, t.ends.lastCase+1
	err = t.add(insertCase, id, string(c.Code), string(c.Source), c.Topic, c.Village, c.Photos, string(c.State), string(c.Route),
		c.ReceivedAt.UnixMilli(), c.Clock.From.String(), c.Clock.Term.WorkingDays, c.Clock.Term.Months, c.Clock.Due.String(),
		c.Seq, c.Text, in.secretHash, in.salt, in.private.keyID, in.private.bytes, in.private.phoneHash, orNull(in.request.key), in.request.digest)
	if err == nil {
		t.ends.lastCase = id
	}
	return id, err
}

const updateCase = `
UPDATE cases SET text = $1, photos = $2, state = $3, route = $4, clock_from = $5, clock_working_days = $6, clock_months = $7, due_on = $8,
       formal_no = $9, extended = $10, reopened = $11, urges = $12, reminded_on = $13,
       classified_at = $14, classified_seq = $15, unit = $16, co_units = $17, assigned_at = $18, assigned_seq = $19,
       result = $20, planned_for = $21, answered_at = $22, answered_seq = $23,
       channel = $24, told_at = $25, feedback_at = $26, feedback_seq = $27,
       rating = $28, rated_at = $29, rated_seq = $30, released_at = $31, released_seq = $32,
       closed_at = $33, ended_at = $34, ended_on = $35, anonymised = $36, seq = $37
WHERE id = $38 AND seq = $39`

// changeCase stores what a move may have changed, if the case is still the one the move began with.
func changeCase(t *transaction, before storedCase, c casework.Case) error {
	coUnits, err := encodeUnits(c.Assignment.CoUnits)
	if err != nil {
		return err
	}
	result, err := t.exec(updateCase, c.Text, c.Photos, string(c.State), string(c.Route),
		c.Clock.From.String(), c.Clock.Term.WorkingDays, c.Clock.Term.Months, c.Clock.Due.String(),
		c.FormalNo, c.Extended, c.Reopened, c.Urges, orNull(c.RemindedOn),
		orNull(c.Classification.At), orNull(c.Classification.Seq),
		c.Assignment.Unit, coUnits, orNull(c.Assignment.At), orNull(c.Assignment.Seq),
		orNull(string(c.Answer.Result)), orNull(c.Answer.PlannedFor), orNull(c.Answer.At), orNull(c.Answer.Seq),
		orNull(string(c.Feedback.Channel)), orNull(c.Feedback.ToldAt), orNull(c.Feedback.At), orNull(c.Feedback.Seq),
		orNull(string(c.Rating.Value)), orNull(c.Rating.At), orNull(c.Rating.Seq),
		orNull(c.Release.At), orNull(c.Release.Seq),
		orNull(c.ClosedAt), orNull(c.EndedAt), orNull(c.EndedOn), c.Anonymised, c.Seq, before.id, before.Seq)
	if err != nil {
		return err
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if changed != 1 {
		return fmt.Errorf("case %d was changed by somebody else", before.id)
	}
	return nil
}

func encodeUnits(units []string) (string, error) {
	if len(units) == 0 {
		return "[]", nil
	}
	encoded, err := json.Marshal(units)
	if err != nil {
		return "", fmt.Errorf("encoding the helping units: %w", err)
	}
	return string(encoded), nil
}

const (
	putRelease  = `INSERT INTO releases (case_id, text, answer) VALUES ($1, $2, $3) ON CONFLICT (case_id) DO UPDATE SET text = excluded.text, answer = excluded.answer`
	dropRelease = `DELETE FROM releases WHERE case_id = $1`
)

// changeRelease keeps the public words beside the case.
func changeRelease(t *transaction, before storedCase, c casework.Case) (err error) {
	switch {
	case c.Release == before.Release:
	case c.Released():
		_, err = t.exec(putRelease, before.id, c.Release.Text, c.Release.Answer)
	default:
		_, err = t.exec(dropRelease, before.id)
	}
	return err
}

// orNull turns a zero value into NULL and an instant into its column.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	switch value := any(v).(type) {
	case time.Time:
		return value.UnixMilli()
	case workday.Date:
		return value.String()
	}
	return v
}

// into reads a column that may be NULL, which leaves the zero value. Instants are milliseconds, days text.
func into[T any](target *T) sql.Scanner { return &column[T]{target} }

type column[T any] struct{ target *T }

// Scan implements sql.Scanner.
func (c *column[T]) Scan(value any) error {
	switch target := any(c.target).(type) {
	case *time.Time:
		var at instant
		err := at.Scan(value)
		*target = at.Time
		return err
	case *workday.Date:
		if value == nil {
			*target = workday.Date{}
			return nil
		}
		var d day
		err := d.Scan(value)
		*target = d.Date
		return err
	}
	var plain sql.Null[T]
	if err := plain.Scan(value); err != nil {
		return err
	}
	*c.target = plain.V
	return nil
}

// instant reads a column of milliseconds; NULL is the zero time.
type instant struct{ time.Time }

// Scan implements sql.Scanner.
func (i *instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		i.Time = time.Time{}
	case int64:
		i.Time = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("an instant cannot be read from %T", value)
	}
	return nil
}

// day reads a column of the form 2026-10-10.
type day struct{ workday.Date }

// Scan implements sql.Scanner.
func (d *day) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a day cannot be read from %T", value)
	}
	return d.UnmarshalText([]byte(text))
}

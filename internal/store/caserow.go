package store

import (
	"database/sql"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// The words of the present classification, answer and feedback are those of the events that gave them.
const selectCase = `
SELECT c.id, c.code, c.topic, c.village, c.text, c.state, c.route, c.received_at,
       c.clock_from, c.clock_working_days, c.clock_months, c.due_on,
       c.classified_at, c.classified_seq, classified.words,
       c.result, c.answered_at, c.answered_seq, answered.words,
       c.channel, c.told_at, c.feedback_at, c.feedback_seq, told.words,
       c.closed_at, c.seq
FROM cases c
LEFT JOIN words classified ON classified.case_id = c.id AND classified.seq = c.classified_seq
LEFT JOIN words answered   ON answered.case_id   = c.id AND answered.seq   = c.answered_seq
LEFT JOIN words told       ON told.case_id       = c.id AND told.seq       = c.feedback_seq
`

const (
	caseByCode = selectCase + `WHERE c.code = $1`
	caseByID   = selectCase + `WHERE c.id = $1`
)

// storedCase is a case with its row's number.
type storedCase struct {
	id int64
	casework.Case
}

// querier runs a query of one row: a transaction, or the readers by asReader.
type querier func(query string, args []any, into ...any) error

// readCase returns sql.ErrNoRows when there is none.
func readCase(query querier, by string, key any) (storedCase, error) {
	var (
		c                            storedCase
		from, due                    day
		classified, answered         instant
		told, feedback, closed       instant
		classifiedSeq, answeredSeq   sql.NullInt64
		feedbackSeq                  sql.NullInt64
		reason, answerText, toldText sql.NullString
		result, channel              sql.NullString
		received                     instant
	)
	err := query(by, []any{key},
		&c.id, &c.Code, &c.Topic, &c.Village, &c.Text, &c.State, &c.Route, &received,
		&from, &c.Clock.Term.WorkingDays, &c.Clock.Term.Months, &due,
		&classified, &classifiedSeq, &reason,
		&result, &answered, &answeredSeq, &answerText,
		&channel, &told, &feedback, &feedbackSeq, &toldText,
		&closed, &c.Seq)
	if err != nil {
		return storedCase{}, err
	}
	c.ReceivedAt, c.ClosedAt = received.Time, closed.Time
	c.Clock.From, c.Clock.Due = from.Date, due.Date
	c.Classification = casework.Classification{Reason: reason.String, At: classified.Time, Seq: int(classifiedSeq.Int64)}
	c.Answer = casework.Answer{Result: casework.Result(result.String), Text: answerText.String, At: answered.Time, Seq: int(answeredSeq.Int64)}
	c.Feedback = casework.Feedback{
		Channel: casework.Channel(channel.String), Text: toldText.String,
		ToldAt: told.Time, At: feedback.Time, Seq: int(feedbackSeq.Int64),
	}
	return c, nil
}

const insertCase = `
INSERT INTO cases (code, topic, village, text, state, route, received_at, clock_from, clock_working_days, clock_months, due_on, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`

// addCase stores a case that has just been received.
func addCase(t *transaction, c casework.Case) (id int64, err error) {
	return t.insert(insertCase, string(c.Code), c.Topic, c.Village, c.Text, string(c.State), string(c.Route), c.ReceivedAt.UnixMilli(),
		c.Clock.From.String(), c.Clock.Term.WorkingDays, c.Clock.Term.Months, c.Clock.Due.String(), c.Seq)
}

const updateCase = `
UPDATE cases SET state = $1, route = $2, clock_from = $3, clock_working_days = $4, clock_months = $5, due_on = $6,
       classified_at = $7, classified_seq = $8, result = $9, answered_at = $10, answered_seq = $11,
       channel = $12, told_at = $13, feedback_at = $14, feedback_seq = $15, closed_at = $16, seq = $17
WHERE id = $18 AND seq = $19`

// changeCase stores what a move may have changed, if the case is still the one the move began with.
func changeCase(t *transaction, id int64, seq int, c casework.Case) error {
	result, err := t.exec(updateCase, string(c.State), string(c.Route),
		c.Clock.From.String(), c.Clock.Term.WorkingDays, c.Clock.Term.Months, c.Clock.Due.String(),
		orNull(c.Classification.At), orNull(c.Classification.Seq),
		orNull(string(c.Answer.Result)), orNull(c.Answer.At), orNull(c.Answer.Seq),
		orNull(string(c.Feedback.Channel)), orNull(c.Feedback.ToldAt), orNull(c.Feedback.At), orNull(c.Feedback.Seq),
		orNull(c.ClosedAt), c.Seq, id, seq)
	if err != nil {
		return err
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if changed != 1 {
		return fmt.Errorf("case %d was changed by somebody else", id)
	}
	return nil
}

// orNull turns a zero value into NULL and an instant into its column.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	if at, ok := any(v).(time.Time); ok {
		return at.UnixMilli()
	}
	return v
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

package casework

import "time"

// Names of the fields of moves, and the most characters their texts may have.
const (
	FieldRoute   = "route"
	FieldReason  = "reason"
	FieldResult  = "result"
	FieldChannel = "channel"
	FieldToldAt  = "told_at"

	MostReason   = 500
	MostAnswer   = 2000
	MostFeedback = 1000
)

// Move is what a member of staff does to a case: Classify, GiveAnswer, RecordFeedback or Close. Rules.Apply does it.
type Move interface {
	// Action of the transition table.
	Action() Action
	// apply checks the move, which the table allows, and writes it into case and event, whose times and Seq are set.
	apply(c *Case, e *Event) error
}

// Classify gives the case a route, with the reason (分类办理).
type Classify struct {
	Route  Route
	Reason string
}

// Action of the transition table.
func (Classify) Action() Action { return ActionClassify }

var reasonText = textField{name: FieldReason, least: 1, most: MostReason, lines: true}

func (m Classify) apply(c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldRoute, string(m.Route), m.Route.Valid()))
	reason, problem := reasonText.clean(m.Reason)
	problems.refuse(problem)
	c.Route = m.Route
	c.Classification = Classification{Reason: reason, At: e.At, Seq: e.Seq}
	e.Facts.Route = m.Route
	e.Words = reason
	return problems.orNil()
}

// GiveAnswer records the result and what the resident is to be told (答复). It replaces an earlier answer.
type GiveAnswer struct {
	Result Result
	Text   string
}

// Action of the transition table.
func (GiveAnswer) Action() Action { return ActionAnswer }

var answerText = textField{name: FieldText, least: 1, most: MostAnswer, lines: true}

func (m GiveAnswer) apply(c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldResult, string(m.Result), m.Result.Valid()))
	text, problem := answerText.clean(m.Text)
	problems.refuse(problem)
	c.Answer = Answer{Result: m.Result, Text: text, At: e.At, Seq: e.Seq}
	// Nobody has been told this answer.
	c.Feedback = Feedback{}
	e.Facts.Result = m.Result
	e.Words = text
	return problems.orNil()
}

// RecordFeedback records that the resident was told, and how (反馈).
type RecordFeedback struct {
	Channel Channel
	Text    string
	// ToldAt is when that was; the zero value means now.
	ToldAt time.Time
}

// Action of the transition table.
func (RecordFeedback) Action() Action { return ActionFeedback }

var feedbackText = textField{name: FieldText, least: 1, most: MostFeedback, lines: true}

func (m RecordFeedback) apply(c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldChannel, string(m.Channel), m.Channel.Valid()))
	text, problem := feedbackText.clean(m.Text)
	problems.refuse(problem)
	told := m.ToldAt
	if told.IsZero() {
		told = e.At
	}
	if told.After(e.At) {
		problems.refuse(&FieldError{Field: FieldToldAt, Code: CodeInFuture})
	}
	told = instant(told)
	c.Feedback = Feedback{Channel: m.Channel, Text: text, ToldAt: told, At: e.At, Seq: e.Seq}
	e.Facts.Channel, e.Facts.ToldAt = m.Channel, told
	e.Words = text
	return problems.orNil()
}

// Close ends the case (办结).
type Close struct{}

// Action of the transition table.
func (Close) Action() Action { return ActionClose }

func (Close) apply(c *Case, e *Event) error {
	c.ClosedAt = e.At
	e.Facts.Result = c.Answer.Result
	return nil
}

// choice says what is wrong with a value that must be one of a list.
func choice(field, value string, valid bool) *FieldError {
	switch {
	case valid:
		return nil
	case value == "":
		return &FieldError{Field: field, Code: CodeRequired}
	}
	return &FieldError{Field: field, Code: CodeUnknownChoice}
}

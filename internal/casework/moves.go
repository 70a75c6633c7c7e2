package casework

import (
	"slices"
	"time"

	"township.dev/liaison/internal/workday"
)

// Names of the fields of moves, and the most characters their texts may have.
const (
	FieldRoute      = "route"
	FieldReason     = "reason"
	FieldUnit       = "unit"
	FieldCoUnits    = "co_units"
	FieldFormalNo   = "formal_no"
	FieldResult     = "result"
	FieldPlannedFor = "planned_for"
	FieldChannel    = "channel"
	FieldToldAt     = "told_at"
	FieldRating     = "rating"
	FieldInto       = "into"
	FieldAnswer     = "answer"

	MostReason   = 500
	MostUnit     = 40
	MostCoUnits  = 5
	MostFormalNo = 40
	MostAnswer   = 2000
	MostFeedback = 1000
	MostRemark   = 1000
)

// Move is what somebody does to a case. Rules.Apply does it.
type Move interface {
	// Action of the transition table.
	Action() Action
	// apply checks the move, which the table allows, and writes it into case and event, whose times and Seq are set.
	apply(r Rules, c *Case, e *Event) error
}

var (
	reasonText   = textField{name: FieldReason, least: 1, most: MostReason, lines: true}
	mayReason    = textField{name: FieldReason, most: MostReason, lines: true}
	unitText     = textField{name: FieldUnit, least: 1, most: MostUnit}
	coUnitText   = textField{name: FieldCoUnits, least: 1, most: MostUnit}
	requestText  = textField{name: FieldText, most: MostReason, lines: true}
	formalNoText = textField{name: FieldFormalNo, least: 1, most: MostFormalNo}
	answerText   = textField{name: FieldText, least: 1, most: MostAnswer, lines: true}
	feedbackText = textField{name: FieldText, least: 1, most: MostFeedback, lines: true}
	ratingText   = textField{name: FieldText, most: MostRemark, lines: true}
	remarkText   = textField{name: FieldText, least: 1, most: MostRemark, lines: true}
	publicText   = textField{name: FieldText, least: LeastText, most: MostText, lines: true}
	publicAnswer = textField{name: FieldAnswer, least: 1, most: MostAnswer, lines: true}
)

// Classify gives the case a route, with the reason (分类办理).
type Classify struct {
	Route  Route
	Reason string
}

// Action of the transition table.
func (Classify) Action() Action { return ActionClassify }

func (m Classify) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldRoute, string(m.Route), m.Route.Valid()))
	reason := problems.clean(reasonText, m.Reason)
	c.Route = m.Route
	c.Classification = Classification{Reason: reason, At: e.At, Seq: e.Seq}
	e.Facts.Route = m.Route
	e.Words = reason
	return problems.orNil()
}

// Assign passes the case to a handler unit, with the units that help it (交办, 协办). Text says what is asked and may be empty.
type Assign struct {
	Unit    string
	CoUnits []string
	Text    string
}

// Action of the transition table.
func (Assign) Action() Action { return ActionAssign }

func (m Assign) apply(r Rules, c *Case, e *Event) error {
	var problems FieldErrors
	unit := problems.clean(unitText, m.Unit)
	problems.refuse(r.checkUnit(FieldUnit, unit))
	if len(m.CoUnits) > MostCoUnits {
		problems.refuse(&FieldError{Field: FieldCoUnits, Code: CodeTooMany, Most: MostCoUnits, Length: len(m.CoUnits)})
	}
	var helping []string
	for _, name := range m.CoUnits {
		helper := problems.clean(coUnitText, name)
		problems.refuse(r.checkUnit(FieldCoUnits, helper))
		if helper != unit && !slices.Contains(helping, helper) {
			helping = append(helping, helper)
		}
	}
	text := problems.clean(requestText, m.Text)
	c.Assignment = Assignment{Unit: unit, CoUnits: helping, Text: text, At: e.At, Seq: e.Seq}
	e.Facts.Unit, e.Facts.CoUnits = unit, helping
	e.Words = text
	return problems.orNil()
}

// Start notes that the handler unit has taken the case up (开始办理).
type Start struct{}

// Action of the transition table.
func (Start) Action() Action { return ActionStart }

func (Start) apply(Rules, *Case, *Event) error { return nil }

// Return takes a wrong assignment back, with the reason (退回). The time that it took stays taken.
type Return struct{ Reason string }

// Action of the transition table.
func (Return) Action() Action { return ActionReturn }

func (m Return) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	e.Words = problems.clean(reasonText, m.Reason)
	e.Facts.Unit = c.Assignment.Unit
	c.Assignment = Assignment{}
	return problems.orNil()
}

// Extend gives a broad or hard case its longer term, once, with the reason (延期; Deputies Law 2025, Art. 51).
type Extend struct{ Reason string }

// Action of the transition table.
func (Extend) Action() Action { return ActionExtend }

func (m Extend) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	e.Words = problems.clean(reasonText, m.Reason)
	c.Extended = true
	return problems.orNil()
}

// MarkFormal marks the case as a deputy's formal suggestion under its number (代表建议).
type MarkFormal struct{ No string }

// Action of the transition table.
func (MarkFormal) Action() Action { return ActionMarkFormal }

func (m MarkFormal) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	c.FormalNo = problems.clean(formalNoText, m.No)
	e.Facts.FormalNo = c.FormalNo
	return problems.orNil()
}

// GiveAnswer records the result and what the resident is to be told (答复). It replaces an earlier answer.
type GiveAnswer struct {
	Result Result
	Text   string
	// PlannedFor is the day a planned case (B) is to be done by; it may be zero.
	PlannedFor workday.Date
}

// Action of the transition table.
func (GiveAnswer) Action() Action { return ActionAnswer }

func (m GiveAnswer) apply(r Rules, c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldResult, string(m.Result), m.Result.Valid()))
	text := problems.clean(answerText, m.Text)
	if m.Result != PlannedB {
		m.PlannedFor = workday.Date{}
	}
	if !m.PlannedFor.IsZero() && m.PlannedFor.Before(r.Today(e.At)) {
		problems.refuse(&FieldError{Field: FieldPlannedFor, Code: CodeBadDate})
	}
	c.Answer = Answer{Result: m.Result, Text: text, PlannedFor: m.PlannedFor, At: e.At, Seq: e.Seq}
	// Nobody has been told this answer.
	c.Feedback, c.Untold = Feedback{}, c.Joined
	e.Facts.Result, e.Facts.PlannedFor = m.Result, dayOrNone(m.PlannedFor)
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

func (m RecordFeedback) apply(_ Rules, c *Case, e *Event) error { return m.record(c, e, c.Answer.At) }

// record that the resident was told what there was to tell since the instant.
func (m RecordFeedback) record(c *Case, e *Event, since time.Time) error {
	var problems FieldErrors
	problems.refuse(choice(FieldChannel, string(m.Channel), m.Channel.Valid()))
	text := problems.clean(feedbackText, m.Text)
	told := m.ToldAt
	if told.IsZero() {
		told = e.At
	}
	switch {
	case told.After(e.At):
		problems.refuse(&FieldError{Field: FieldToldAt, Code: CodeInFuture})
	case told.Before(since.Truncate(time.Minute)): // forms tell minutes
		problems.refuse(&FieldError{Field: FieldToldAt, Code: CodeBeforeAnswer})
	}
	told = instant(told)
	c.Feedback = Feedback{Channel: m.Channel, Text: text, ToldAt: told, At: e.At, Seq: e.Seq}
	e.Facts.Channel, e.Facts.ToldAt = m.Channel, told
	e.Words = text
	return problems.orNil()
}

// Inform records that who raised a merged case was told the answer of the case it went on as (告知).
type Inform struct {
	RecordFeedback
	// AnsweredAt is when that case was answered; zero while it is not, and then the reporter is told no more than that the case was merged.
	AnsweredAt time.Time
}

// Action of the transition table.
func (Inform) Action() Action { return ActionInform }

func (m Inform) apply(_ Rules, c *Case, e *Event) error {
	since := c.ReceivedAt
	if m.AnsweredAt.After(since) {
		since = m.AnsweredAt
	}
	return m.record(c, e, since)
}

// Close ends the case (办结).
type Close struct{}

// Action of the transition table.
func (Close) Action() Action { return ActionClose }

func (Close) apply(_ Rules, c *Case, e *Event) error {
	c.ClosedAt = e.At
	e.Facts.Result = c.Answer.Result
	return nil
}

// Rate records how satisfied the resident is (满意度评价). See Rules.Rating.
type Rate struct {
	Value Satisfaction
	Text  string
}

// Action of the transition table.
func (Rate) Action() Action { return ActionRate }

func (m Rate) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	problems.refuse(choice(FieldRating, string(m.Value), m.Value.Valid()))
	text := problems.clean(ratingText, m.Text)
	c.Rating = Rating{Value: m.Value, Text: text, At: e.At, Seq: e.Seq}
	e.Facts.Rating = m.Value
	e.Words = text
	return problems.orNil()
}

// Reopen takes the case up again because the resident is not satisfied (重办). The route stays and its time begins anew; the rating stands
// in the history, as the next closing is to be rated anew.
type Reopen struct{ Text string }

// Action of the transition table.
func (Reopen) Action() Action { return ActionReopen }

func (m Reopen) apply(r Rules, c *Case, e *Event) error {
	if err := (Rate{Value: NotSatisfied, Text: m.Text}).apply(r, c, e); err != nil {
		return err
	}
	c.Reopened++
	c.Extended = false
	c.Assignment, c.Answer, c.Feedback, c.Rating, c.Release = Assignment{}, Answer{}, Feedback{}, Rating{}, Release{}
	c.ClosedAt, c.RemindedOn = time.Time{}, workday.Date{}
	c.Untold = c.Joined
	return nil
}

// Rating is the move that a resident's rating makes: the first one that is not satisfied takes the case up again.
func (r Rules) Rating(c Case, value Satisfaction, text string) Move {
	if value == NotSatisfied && c.Reopened == 0 {
		return Reopen{Text: text}
	}
	return Rate{Value: value, Text: text}
}

// FollowUp tells what became of a planned case, which then counts as solved (B→A, 跟踪办结). Text says what was done; the resident
// was told just this. What is public tells the old answer, so it is taken off until staff publish the new one.
type FollowUp struct {
	Channel Channel
	Text    string
}

// Action of the transition table.
func (FollowUp) Action() Action { return ActionFollowUp }

func (m FollowUp) apply(r Rules, c *Case, e *Event) error {
	if err := (RecordFeedback{Channel: m.Channel, Text: m.Text}).apply(r, c, e); err != nil {
		return err
	}
	c.Answer = Answer{Result: ResolvedA, Text: e.Words, At: e.At, Seq: e.Seq}
	c.Release = Release{}
	e.Facts.Result = ResolvedA
	return nil
}

// Withdraw takes the suggestion back (撤回). Staff must say why.
type Withdraw struct{ Reason string }

// Action of the transition table.
func (Withdraw) Action() Action { return ActionWithdraw }

func (m Withdraw) apply(_ Rules, _ *Case, e *Event) error {
	var problems FieldErrors
	field := reasonText
	if e.Actor.Role == Resident {
		field = mayReason
	}
	e.Words = problems.clean(field, m.Reason)
	return problems.orNil()
}

// Comment adds a remark for colleagues (备注).
type Comment struct{ Text string }

// Action of the transition table.
func (Comment) Action() Action { return ActionComment }

func (m Comment) apply(_ Rules, _ *Case, e *Event) error {
	var problems FieldErrors
	e.Words = problems.clean(remarkText, m.Text)
	return problems.orNil()
}

// Urge presses for a case that waits (督办).
type Urge struct{ Text string }

// Action of the transition table.
func (Urge) Action() Action { return ActionUrge }

func (m Urge) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	e.Words = problems.clean(remarkText, m.Text)
	c.Urges++
	return problems.orNil()
}

// Publish puts a handled case on the public list in words without anything of a person (公开).
type Publish struct {
	Text   string
	Answer string
}

// Action of the transition table.
func (Publish) Action() Action { return ActionRelease }

func (m Publish) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	text, answer := problems.clean(publicText, m.Text), problems.clean(publicAnswer, m.Answer)
	problems.refuse(personal(FieldText, text))
	problems.refuse(personal(FieldAnswer, answer))
	c.Release = Release{Text: text, Answer: answer, At: e.At, Seq: e.Seq}
	return problems.orNil()
}

// Unpublish takes it off again (撤下公开).
type Unpublish struct{}

// Action of the transition table.
func (Unpublish) Action() Action { return ActionUnrelease }

func (Unpublish) apply(_ Rules, c *Case, _ *Event) error {
	c.Release = Release{}
	return nil
}

// Anonymise erases what is personal: storage drops texts, contact and photos with it.
type Anonymise struct{}

// Action of the transition table.
func (Anonymise) Action() Action { return ActionAnonymise }

func (Anonymise) apply(_ Rules, c *Case, _ *Event) error {
	c.Anonymised, c.Text, c.Photos = true, "", 0
	c.Classification.Reason, c.Assignment.Text, c.Answer.Text, c.Feedback.Text, c.Rating.Text = "", "", "", "", ""
	return nil
}

// recount counts the term anew by the calendar in force; see Rules.Recount.
type recount struct{}

func (recount) Action() Action { return ActionRecompute }

func (recount) apply(Rules, *Case, *Event) error { return nil }

// remind notes a reminder; see Rules.Remind.
type remind struct{ offset int }

func (remind) Action() Action { return ActionRemind }

func (m remind) apply(r Rules, c *Case, e *Event) error {
	c.RemindedOn = r.Today(e.At)
	e.Facts.Reminder = m.offset
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

func dayOrNone(d workday.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
